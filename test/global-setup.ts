/**
 * Starts one Kafka, schema registry and Postgres for all suites of the integration group, in a folder of its own that is removed afterwards.
 * Tests read TEST_KAFKA_BROKERS, TEST_SCHEMA_REGISTRY_URL and TEST_DATABASE_URL; where all three are set already, those are used as they are.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInfrastructure } from '@lead-router/infra/infrastructure.ts';

const VARIABLES = ['TEST_KAFKA_BROKERS', 'TEST_SCHEMA_REGISTRY_URL', 'TEST_DATABASE_URL'] as const;

export default async function setup(): Promise<() => Promise<void>> {
  if (VARIABLES.every((name) => (process.env[name] ?? '') !== '')) return async () => {};
  const dataFolder = await mkdtemp(join(tmpdir(), 'lead-router-test-'));
  const removeFolder = (): Promise<void> => rm(dataFolder, { recursive: true, force: true });
  const infrastructure = await startInfrastructure({
    dataFolder,
    memory: true,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  }).catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  const { kafkaBrokers, schemaRegistryUrl, databaseUrl } = infrastructure.addresses;
  process.env.TEST_KAFKA_BROKERS = kafkaBrokers.join(',');
  process.env.TEST_SCHEMA_REGISTRY_URL = schemaRegistryUrl;
  process.env.TEST_DATABASE_URL = databaseUrl;
  return async () => {
    await infrastructure.stop();
    await removeFolder();
  };
}
