/** A broker as companies run theirs: encrypted, with a login (PLAIN, SCRAM) at one listener and client certificates at another. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureArtifact } from '@lead-router/infra/artifacts.ts';
import { requireJava } from '@lead-router/infra/find-program.ts';
import { brokerSettings, KAFKA_CLUSTER_ID } from '@lead-router/infra/kafka-settings.ts';
import { startKept } from '@lead-router/infra/kept-process.ts';
import { startLocalPart } from '@lead-router/infra/local-part.ts';
import { openLog } from '@lead-router/infra/log-files.ts';
import { findFreePort } from '@lead-router/infra/ports.ts';
import { probeKafkaBroker } from '@lead-router/infra/probes.ts';
import type { Certificates } from './certificates.ts';

export interface SecureKafka {
  /** SASL_SSL. */
  readonly withLogin: string;
  /** SSL; asks for a client certificate. */
  readonly withCertificate: string;
  stop(): Promise<void>;
}

export interface Login {
  readonly username: string;
  readonly password: string;
}

type Listener = 'LOGIN' | 'CERTIFICATE' | 'BROKER' | 'CONTROLLER';

const LISTENERS: readonly (readonly [Listener, string])[] = [
  ['LOGIN', 'SASL_SSL'],
  ['CERTIFICATE', 'SSL'],
  ['BROKER', 'PLAINTEXT'],
  ['CONTROLLER', 'PLAINTEXT'],
];
const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const JVM_FLAGS = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+PerfDisableSharedMem', '-Xmx256m'];

export async function startSecureKafka(
  dataFolder: string,
  { certificates, login }: { readonly certificates: Certificates; readonly login: Login },
): Promise<SecureKafka> {
  const env = process.env;
  const hooks = { env, onProgress: () => {}, onCrash: () => {} };
  const java = requireJava(env);
  const classpath = join(await ensureArtifact('kafka', hooks), '*');
  const folder = join(dataFolder, 'kafka');
  await mkdir(folder, { recursive: true });
  const settingsFile = join(folder, 'server.properties');
  const logFile = await openLog(dataFolder, 'kafka');
  const ports = new Map<Listener, number>();
  for (const [listener] of LISTENERS) ports.set(listener, await findFreePort(new Set(ports.values())));
  const port = (listener: Listener): number => ports.get(listener) ?? 0;
  const address = (listener: Listener): string => `127.0.0.1:${port(listener)}`;
  const settings = {
    ...brokerSettings,
    ...listenerSettings(address),
    ...loginSettings(login),
    ...encryptionSettings(certificates),
    'log.dirs': join(folder, 'log'),
  };
  await writeFile(
    settingsFile,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
    { mode: 0o600 },
  );
  const users = SCRAM.flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${login.username},password=${login.password}]`]);
  const program = (main: string, ...args: readonly string[]) => ({
    command: java,
    args: ['-cp', classpath, ...JVM_FLAGS, main, ...args],
    env,
    stopSignal: 'TERM' as const,
    stopGraceMs: 10_000,
  });
  const format = program('kafka.tools.StorageTool', 'format', '-t', KAFKA_CLUSTER_ID, '-c', settingsFile, ...users);
  const code = await (await startKept({ ...format, logFile })).exited;
  if (code !== 0) throw new Error(`the broker's folder could not be formatted, see ${logFile}`);
  const broker = await startLocalPart(
    {
      name: 'kafka',
      logFile,
      pidFile: join(dataFolder, 'kafka.pid'),
      process: () => program('kafka.Kafka', settingsFile),
      probe: () => probeKafkaBroker({ host: '127.0.0.1', port: port('BROKER'), timeoutMs: 2_000 }),
      mend: async () => false,
    },
    hooks,
  );
  return { withLogin: address('LOGIN'), withCertificate: address('CERTIFICATE'), stop: broker.stop };
}

function listenerSettings(address: (listener: Listener) => string): Readonly<Record<string, string>> {
  const at = ([listener]: readonly [Listener, string]): string => `${listener}://${address(listener)}`;
  return {
    listeners: LISTENERS.map(at).join(','),
    'advertised.listeners': LISTENERS.filter(([listener]) => listener !== 'CONTROLLER')
      .map(at)
      .join(','),
    'listener.security.protocol.map': LISTENERS.map((one) => one.join(':')).join(','),
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@${address('CONTROLLER')}`,
  };
}

function loginSettings({ username, password }: Login): Readonly<Record<string, string>> {
  const modules = 'org.apache.kafka.common.security';
  const plain = `${modules}.plain.PlainLoginModule required user_${username}="${password}";`;
  const scram = SCRAM.map((mechanism) => [
    `listener.name.login.${mechanism.toLowerCase()}.sasl.jaas.config`,
    `${modules}.scram.ScramLoginModule required;`,
  ]);
  return {
    'sasl.enabled.mechanisms': ['PLAIN', ...SCRAM].join(','),
    'listener.name.login.plain.sasl.jaas.config': plain,
    ...Object.fromEntries(scram),
  };
}

function encryptionSettings({ authority, server }: Certificates): Readonly<Record<string, string>> {
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': server.both,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': authority,
    'listener.name.certificate.ssl.client.auth': 'required',
  };
}
