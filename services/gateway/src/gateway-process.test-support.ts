/** The gateway as its own process, on the infrastructure of the integration group, with a database of its own. */
import { fileURLToPath } from 'node:url';
import { registerSchemas } from '@lead-router/contracts/register-schemas.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import type { SchemaSource } from '@lead-router/contracts/schema-source.ts';
import { deadLetterTopic, TOPICS, topicDefinitions } from '@lead-router/contracts/topics.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { putApiKey, putVendor } from '@lead-router/store/vendor-store.ts';
import type { ConsumedRecord, KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { endOffsets, readTopic } from '@lead-router/stream/read-topic.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { openTestPool } from '@lead-router/testkit/test-postgres.ts';
import { startServiceProcess } from '../../../test/support/service-process.ts';

export interface GatewayProcess {
  readonly apiUrl: string;
  readonly kafka: KafkaPort;
  readonly schemas: SchemaSource;
  readonly pool: PostgresPool;
  /** What has been written to a topic since the start. */
  read(topic: string): Promise<readonly ConsumedRecord[]>;
  /** SIGTERM; resolves with the exit code. */
  end(): Promise<number | null>;
  close(): Promise<void>;
}

export interface GatewayProcessOptions {
  readonly vendors: readonly {
    readonly vendor: string;
    readonly apiKey: string;
    readonly scopes: readonly string[];
    readonly dailyCap: number | null;
  }[];
  readonly intakeVendors: readonly string[];
  readonly activitySystems: readonly string[];
}

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const brokers = variable('TEST_KAFKA_BROKERS');
  const registryUrl = variable('TEST_SCHEMA_REGISTRY_URL');
  const catalogue = { vendors: options.intakeVendors, systems: options.activitySystems };
  const kafka = createKafkaJsPort({ connection: { brokers: brokers.split(','), clientId: 'gateway-test' }, logger: silentLogger });
  const test = await openTestPool();
  await kafka.admin.createTopics(topicDefinitions({ ...catalogue, replicationFactor: 1 }));
  await registerSchemas({ registryUrl, ...catalogue });
  for (const { vendor, apiKey, scopes, dailyCap } of options.vendors) {
    await putVendor(test.pool, { vendor, name: vendor, zone: 'America/New_York', dailyCap, isActive: true });
    await putApiKey(test.pool, { vendor, apiKey, label: 'test', scopes, expiresAt: null });
  }
  const topics = [TOPICS.submitted.topic, TOPICS.inbox.topic, deadLetterTopic('gateway')];
  const starts = new Map(await Promise.all(topics.map(async (topic) => [topic, await endOffsets(kafka, topic)] as const)));
  const service = await startServiceProcess(main, {
    ...{ KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl, DATABASE_URL: test.databaseUrl, LOG_LEVEL: 'warn' },
    LEAD_IDENTITY_KEY: 'the key of the integration test',
    INTAKE_VENDORS: options.intakeVendors.join(','),
    ACTIVITY_SYSTEMS: options.activitySystems.join(','),
  });
  let reads = 0;
  return {
    apiUrl: service.announced.apiUrl ?? '',
    kafka,
    schemas: createRegistrySchemas({ registryUrl }),
    pool: test.pool,
    read: async (topic) => {
      const found: ConsumedRecord[] = [];
      reads += 1;
      await readTopic(kafka, {
        topic,
        groupId: `gateway-test-${process.pid}-${reads}`,
        onRecords: (records, partition) => {
          const start = starts.get(topic)?.get(partition) ?? 0;
          found.push(...records.filter(({ offset }) => offset >= start));
        },
      });
      return found;
    },
    end: service.end,
    close: async () => {
      await service.kill();
      await kafka.disconnect();
      await test.close();
    },
  };
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: run this suite in the integration group`);
  return value;
}
