/** The whole system on one machine: infrastructure, a prepared cluster, every service as its own process. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SchemaRegistrar } from '@lead-router/contracts/schema-source.ts';
import { intakeTopic } from '@lead-router/contracts/topics.ts';
import { type Infrastructure, startInfrastructure } from '@lead-router/infra/infrastructure.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { connectionConfig } from '../connect/find-system.ts';
import { openConnection } from '../connect/open-connection.ts';
import { prepareCluster } from '../setup/prepare-cluster.ts';
import { gatewayPort } from './gateway-port.ts';
import { type LocalOutside, startLocalOutside } from './local-outside.ts';
import { type LocalSecrets, localSecrets } from './local-secrets.ts';
import { KAFKA_VENDORS, LOCAL_SYSTEMS, LOCAL_VENDORS, prepareVendors } from './prepare-vendors.ts';
import { type ServiceName, type ServiceProcesses, startServiceProcesses } from './service-processes.ts';

export interface System {
  readonly infrastructure: Infrastructure;
  readonly kafka: KafkaPort;
  readonly pool: PostgresPool;
  readonly schemas: SchemaRegistrar;
  /** As vendors need it. */
  readonly registry: { readonly registryUrl: string; readonly auth?: { readonly username: string; readonly password: string } };
  readonly services: ServiceProcesses;
  readonly secrets: LocalSecrets;
  /** Mail server and webhook that keep what they are sent. */
  readonly outside: LocalOutside;
  readonly intakeTopics: readonly string[];
  gatewayUrl(): string | undefined;
  /** In order: services, clients, infrastructure. Idempotent. */
  stop(): Promise<void>;
}

export interface SystemOptions {
  readonly dataFolder: string;
  readonly ruleSetFile?: string;
  readonly instances?: Partial<Record<ServiceName, number>>;
  readonly onProgress: (line: string) => void;
  /** Ends the start: what runs by then is stopped, and it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Added to the environment of the services. */
  readonly env?: Readonly<Record<string, string>>;
}

export const SAMPLE_RULE_SET = fileURLToPath(new URL('../../../../deploy/rule-sets/departments/rules.yaml', import.meta.url));

/** Of a cluster's topics, as far as it has brokers. */
const MAX_REPLICAS = 3;

export async function startSystem(options: SystemOptions): Promise<System> {
  const stops: (() => Promise<void>)[] = [];
  let stopping: Promise<void> | null = null;
  const stop = () => {
    stopping ??= (async () => {
      for (const stopOne of [...stops].reverse()) await stopOne();
    })();
    return stopping;
  };
  try {
    return { ...(await start(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Rejects when the signal aborts, and never resolves. */
function abortOf(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (signal?.aborted) reject(signal.reason);
  });
}

async function start(options: SystemOptions, stops: (() => Promise<void>)[]): Promise<Omit<System, 'stop'>> {
  const { onProgress } = options;
  const infrastructure = await startInfrastructure({ dataFolder: options.dataFolder, onProgress });
  stops.push(() => infrastructure.stop());
  options.signal?.throwIfAborted();
  // With the logins and the encryption that the environment gives for external parts.
  const config = connectionConfig({ ...process.env, ...infrastructure.env });
  const { kafka, pool, schemas, close } = openConnection({ run: null, ...config });
  stops.push(close);
  const { url, username, password } = config.registry;
  const secrets = await localSecrets(infrastructure.dataFolder, LOCAL_VENDORS);
  await prepareCluster({
    kafka,
    pool,
    schemas,
    databaseUrl: config.database.url.reveal(),
    databaseSsl: { mode: config.database.ssl, ca: config.database.sslCa },
    vendors: KAFKA_VENDORS,
    systems: LOCAL_SYSTEMS,
    replicationFactor: infrastructure.providers.kafka === 'external' ? Math.min(MAX_REPLICAS, config.kafka.brokers.length) : 1,
    ruleSetFile: options.ruleSetFile ?? SAMPLE_RULE_SET,
    onProgress,
  });
  await prepareVendors(pool, secrets);
  options.signal?.throwIfAborted();
  const outside = await startLocalOutside(secrets);
  stops.push(() => outside.close());
  const services = await startServiceProcesses({
    ...(options.instances ? { instances: options.instances } : {}),
    env: {
      ...outside.env,
      ...(await answerLinkEnv(options, { dataFolder: infrastructure.dataFolder, key: secrets.answerKey })),
      ...process.env,
      ...infrastructure.env,
      LEAD_IDENTITY_KEY: secrets.identityKey,
      INTAKE_VENDORS: KAFKA_VENDORS.join(','),
      ACTIVITY_SYSTEMS: LOCAL_SYSTEMS.join(','),
      ...options.env,
    },
    logFolder: join(infrastructure.dataFolder, 'logs'),
    onEvent: onProgress,
  });
  stops.push(() => services.stop());
  await Promise.race([services.ready(), abortOf(options.signal)]);
  onProgress(`services: ${services.all.map(({ instance }) => instance).join(', ')}`);
  return {
    infrastructure,
    kafka,
    pool,
    schemas,
    registry: { registryUrl: url, ...(username !== null && password !== null ? { auth: { username, password: password.reveal() } } : {}) },
    services,
    secrets,
    outside,
    intakeTopics: KAFKA_VENDORS.map(intakeTopic),
    gatewayUrl: () => services.all.map(({ addresses }) => addresses()).find(({ apiUrl }) => apiUrl !== undefined)?.apiUrl,
  };
}

/** Links have to lead somewhere: to the gateway, where there is one and its port is ours to choose. */
async function answerLinkEnv(
  { instances, env }: SystemOptions,
  { dataFolder, key }: { readonly dataFolder: string; readonly key: string },
): Promise<Readonly<Record<string, string>>> {
  const isSetElsewhere = [process.env, env ?? {}].some((given) =>
    ['GATEWAY_PORT', 'ANSWER_LINK_URL', 'ANSWER_LINK_KEY'].some((name) => given[name]),
  );
  if (isSetElsewhere || (instances?.gateway ?? 1) !== 1) return {};
  const port = String(await gatewayPort(dataFolder));
  return { GATEWAY_PORT: port, ANSWER_LINK_URL: `http://127.0.0.1:${port}`, ANSWER_LINK_KEY: key };
}
