/** The whole system on one machine: infrastructure, a prepared cluster, every service as its own process. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { intakeTopic } from '@lead-router/contracts/topics.ts';
import { type Infrastructure, startInfrastructure } from '@lead-router/infra/infrastructure.ts';
import { createPostgresPool, type PostgresPool } from '@lead-router/store/postgres-pool.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { prepareCluster } from '../setup/prepare-cluster.ts';
import { type LocalSecrets, localSecrets } from './local-secrets.ts';
import { KAFKA_VENDORS, LOCAL_VENDORS, prepareVendors } from './prepare-vendors.ts';
import { type ServiceName, type ServiceProcesses, startServiceProcesses } from './service-processes.ts';

export interface System {
  readonly infrastructure: Infrastructure;
  readonly kafka: KafkaPort;
  readonly pool: PostgresPool;
  readonly services: ServiceProcesses;
  readonly secrets: LocalSecrets;
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
  /** Added to the environment of the services. */
  readonly env?: Readonly<Record<string, string>>;
}

export const SAMPLE_RULE_SET = fileURLToPath(new URL('../../../../deploy/rule-sets/sample/rules.yaml', import.meta.url));

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

async function start(options: SystemOptions, stops: (() => Promise<void>)[]): Promise<Omit<System, 'stop'>> {
  const { onProgress } = options;
  const infrastructure = await startInfrastructure({ dataFolder: options.dataFolder, onProgress });
  stops.push(() => infrastructure.stop());
  const { kafkaBrokers, schemaRegistryUrl, databaseUrl } = infrastructure.addresses;
  const kafka = createKafkaJsPort({ connection: { brokers: kafkaBrokers, clientId: 'lead-router-up' }, logger: silentLogger });
  stops.push(() => kafka.disconnect());
  // A lost connection shows in the next query; there is nobody to tell here.
  const pool = createPostgresPool({
    databaseUrl,
    applicationName: 'lead-router up',
    maxConnections: 4,
    onConnectionError: () => undefined,
  });
  stops.push(() => pool.close());
  const secrets = await localSecrets(infrastructure.dataFolder, LOCAL_VENDORS);
  await prepareCluster({
    kafka,
    pool,
    databaseUrl,
    registry: { url: schemaRegistryUrl },
    vendors: KAFKA_VENDORS,
    replicationFactor: 1,
    ruleSetFile: options.ruleSetFile ?? SAMPLE_RULE_SET,
    onProgress,
  });
  await prepareVendors(pool, secrets);
  const services = await startServiceProcesses({
    ...(options.instances ? { instances: options.instances } : {}),
    env: {
      ...process.env,
      ...infrastructure.env,
      LEAD_IDENTITY_KEY: secrets.identityKey,
      INTAKE_VENDORS: KAFKA_VENDORS.join(','),
      ...options.env,
    },
    logFolder: join(infrastructure.dataFolder, 'logs'),
    onEvent: onProgress,
  });
  stops.push(() => services.stop());
  await services.ready();
  onProgress(`services: ${services.all.map(({ instance }) => instance).join(', ')}`);
  return {
    infrastructure,
    kafka,
    pool,
    services,
    secrets,
    intakeTopics: KAFKA_VENDORS.map(intakeTopic),
    gatewayUrl: () => services.all.map(({ addresses }) => addresses()).find(({ apiUrl }) => apiUrl !== undefined)?.apiUrl,
  };
}
