// Apache Kafka as a local process: one node, broker and controller in one (KRaft), bound to the loopback interface.

import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureArtifact } from './artifacts.ts';
import { requireJava } from './find-program.ts';
import { InfrastructureError } from './infrastructure-error.ts';
import { brokerSettings, KAFKA_CLUSTER_ID } from './kafka-settings.ts';
import { startKept } from './kept-process.ts';
import { type LocalServer, startLocalPart } from './local-part.ts';
import { openLog } from './log-files.ts';
import type { PortBook } from './ports.ts';
import { probeKafkaBroker } from './probes.ts';
import type { RunningPart, StartOptions } from './running-part.ts';

const PROBE_TIMEOUT_MS = 2_000;

export async function startLocalKafka(options: StartOptions): Promise<RunningPart> {
  const { dataFolder, ports, env } = options;
  const java = requireJava(env);
  const classpath = path.join(await ensureArtifact('kafka', options), '*');
  const folder = path.join(dataFolder, 'kafka');
  const settingsFile = path.join(folder, 'server.properties');
  const loggingFile = path.join(folder, 'log4j2.properties');
  const logFolder = path.join(folder, 'log');
  const logFile = await openLog(dataFolder, 'kafka');
  // The quick compiler alone: on few cores the thorough one takes more from everybody else than it gives back.
  const jvmFlags = [
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:+PerfDisableSharedMem',
    `-Dlog4j2.configurationFile=${loggingFile}`,
  ];
  await mkdir(folder, { recursive: true });
  await writeFile(loggingFile, LOGGING);

  const brokerAddress = (): string => `127.0.0.1:${ports.port('kafka')}`;
  const writeSettings = (): Promise<void> => writeFile(settingsFile, brokerProperties({ ports, logFolder }));
  await writeSettings();
  if (!existsSync(path.join(logFolder, 'bootstrap.checkpoint'))) await format();

  async function format(): Promise<void> {
    await rm(logFolder, { recursive: true, force: true });
    const args = ['-cp', classpath, ...jvmFlags, 'kafka.tools.StorageTool', 'format', '-t', KAFKA_CLUSTER_ID, '-c', settingsFile];
    const code = await (await startKept({ command: java, args, env, logFile, stopSignal: 'TERM', stopGraceMs: 2_000 })).exited;
    if (code !== 0) throw new InfrastructureError('LR_INFRA_START', `Kafka's data folder could not be formatted, see ${logFile}`);
  }

  const server: LocalServer = {
    name: 'kafka',
    logFile,
    pidFile: path.join(dataFolder, 'kafka.pid'),
    process: () => ({
      command: java,
      args: ['-cp', classpath, '-Xms256m', '-Xmx512m', ...jvmFlags, 'kafka.Kafka', settingsFile],
      env,
      stopSignal: 'TERM',
      stopGraceMs: 10_000,
    }),
    probe: () => probeKafkaBroker({ host: '127.0.0.1', port: ports.port('kafka'), timeoutMs: PROBE_TIMEOUT_MS }),
    mend: async () => {
      if (!(await ports.replaceTaken(['kafka', 'kafkaController']))) return false;
      await writeSettings();
      return true;
    },
  };
  const local = await startLocalPart(server, options);
  return { provider: 'local', address: brokerAddress(), logFile, local, stop: local.stop };
}

function brokerProperties({ ports, logFolder }: { ports: PortBook; logFolder: string }): string {
  const clients = `127.0.0.1:${ports.port('kafka')}`;
  const controller = `127.0.0.1:${ports.port('kafkaController')}`;
  const settings = {
    ...brokerSettings,
    'controller.quorum.voters': `1@${controller}`,
    listeners: `BROKER://${clients},CONTROLLER://${controller}`,
    'advertised.listeners': `BROKER://${clients}`,
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logFolder,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

const LOGGING = `status = warn
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`;
