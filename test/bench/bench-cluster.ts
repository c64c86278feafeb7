/** Fresh infrastructure and all services for one measurement, and what a measurement needs to look into them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareCluster } from '@lead-router/cli/setup/prepare-cluster.ts';
import { type ServiceName, type ServiceProcesses, startServiceProcesses } from '@lead-router/cli/up/service-processes.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import type { SchemaSource } from '@lead-router/contracts/schema-source.ts';
import { type Infrastructure, startInfrastructure } from '@lead-router/infra/infrastructure.ts';
import { createPostgresPool, type PostgresPool } from '@lead-router/store/postgres-pool.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';

export type SubmittedCodec = Awaited<ReturnType<typeof openTopicCodec<'submitted'>>>;
export type DecidedCodec = Awaited<ReturnType<typeof openTopicCodec<'decided'>>>;

export interface BenchCluster {
  readonly infrastructure: Infrastructure;
  readonly kafka: KafkaPort;
  readonly pool: PostgresPool;
  readonly schemas: SchemaSource;
  readonly submitted: SubmittedCodec;
  readonly decided: DecidedCodec;
  startServices(instances?: Partial<Record<ServiceName, number>>): Promise<ServiceProcesses>;
  stop(): Promise<void>;
}

export interface BenchClusterOptions {
  readonly ruleSetFile: string;
  readonly onProgress: (line: string) => void;
}

export async function startBenchCluster(options: BenchClusterOptions): Promise<BenchCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'lead-router-bench-'));
  const infrastructure = await startInfrastructure({ dataFolder: folder, onProgress: options.onProgress, prefer: 'local' }).catch(
    async (error: unknown) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    },
  );
  const { kafkaBrokers, schemaRegistryUrl, databaseUrl } = infrastructure.addresses;
  const kafka = createKafkaJsPort({ connection: { brokers: kafkaBrokers, clientId: 'bench' }, logger: silentLogger });
  // Connections are cut when the servers stop: nothing to say about that.
  const pool = createPostgresPool({ databaseUrl, applicationName: 'bench', maxConnections: 3, onConnectionError: () => undefined });
  const running: ServiceProcesses[] = [];
  const schemas = createRegistrySchemas({ registryUrl: schemaRegistryUrl });
  await prepareCluster({
    kafka,
    pool,
    databaseUrl,
    schemas,
    vendors: [],
    replicationFactor: 1,
    ruleSetFile: options.ruleSetFile,
    onProgress: () => undefined,
  });
  return {
    infrastructure,
    kafka,
    pool,
    schemas,
    submitted: await openTopicCodec(schemas, 'submitted'),
    decided: await openTopicCodec(schemas, 'decided'),
    startServices: async (instances = {}) => {
      const services = await startServiceProcesses({
        instances,
        env: { ...process.env, ...infrastructure.env, LEAD_IDENTITY_KEY: 'the key of the benchmark', LOG_LEVEL: 'warn' },
        logFolder: join(folder, 'logs'),
        onEvent: options.onProgress,
      });
      running.push(services);
      await services.ready();
      return services;
    },
    stop: async () => {
      await Promise.all(running.map((services) => services.stop()));
      await kafka.disconnect();
      await pool.close().catch(() => undefined);
      await infrastructure.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
