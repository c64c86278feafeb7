/**
 * Makes an empty Kafka, registry and Postgres ready for the services: topics, schemas, tables, start offsets, the rule set.
 * Every step changes only what is missing, so it is run at each start.
 */

import { fixedGroups } from '@lead-router/contracts/consumer-groups.ts';
import { poolTimerId } from '@lead-router/contracts/ids.ts';
import { registerSubjects } from '@lead-router/contracts/register-schemas.ts';
import type { SchemaRegistrar } from '@lead-router/contracts/schema-source.ts';
import { LEAD_PARTITIONS, topicDefinitions } from '@lead-router/contracts/topics.ts';
import { activateRuleSet } from '@lead-router/store/activate-rule-set.ts';
import { ensureDecisionMonths } from '@lead-router/store/decision-months.ts';
import { migrate } from '@lead-router/store/migrate.ts';
import { ensurePartitions } from '@lead-router/store/partitions.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import type { PostgresSsl } from '@lead-router/store/postgres-ssl.ts';
import { activeRuleSetVersion, publishRuleSet } from '@lead-router/store/rule-set-store.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { readRuleSetFile } from './read-rule-set.ts';

export interface ClusterOptions {
  readonly kafka: KafkaPort;
  readonly pool: PostgresPool;
  readonly databaseUrl: string;
  /** Absent: what DATABASE_URL says. */
  readonly databaseSsl?: PostgresSsl;
  readonly schemas: SchemaRegistrar;
  /** Vendors that publish on Kafka: each gets its intake topic. */
  readonly vendors: readonly string[];
  /** Systems that report activities on Kafka: likewise. */
  readonly systems?: readonly string[];
  readonly replicationFactor: number;
  /** Published and activated when nothing is active yet. */
  readonly ruleSetFile: string;
  readonly onProgress: (line: string) => void;
}

const ACTIVATION_TIMEOUT_MS = 30_000;

export async function prepareCluster(options: ClusterOptions): Promise<void> {
  await Promise.all([prepareKafka(options), prepareRegistry(options), preparePostgres(options)]);
  await prepareRuleSet(options);
}

async function prepareKafka({ kafka, vendors, systems = [], replicationFactor, onProgress }: ClusterOptions): Promise<void> {
  const made = await kafka.admin.createTopics(topicDefinitions({ vendors, systems, replicationFactor }));
  if (made.length > 0) onProgress(`Kafka: ${made.length} topics created`);
  for (const { groupId, reads } of fixedGroups()) await kafka.admin.ensureStartOffsets(groupId, reads);
}

async function prepareRegistry({ schemas, vendors, systems = [], onProgress }: ClusterOptions): Promise<void> {
  const ids = await registerSubjects(schemas, { vendors, systems });
  onProgress(`schema registry: ${ids.size} subjects, FULL_TRANSITIVE`);
}

async function preparePostgres({ databaseUrl, databaseSsl, pool, onProgress }: ClusterOptions): Promise<void> {
  const { applied, version } = await migrate(databaseUrl, databaseSsl === undefined ? {} : { ssl: databaseSsl });
  await ensurePartitions(pool, LEAD_PARTITIONS);
  await ensureDecisionMonths(pool, Date.now());
  onProgress(applied.length === 0 ? `Postgres: schema version ${version}` : `Postgres: migrated to schema version ${version}`);
}

async function prepareRuleSet({ pool, ruleSetFile, onProgress }: ClusterOptions): Promise<void> {
  if ((await activeRuleSetVersion(pool)) !== null) return;
  const file = await readRuleSetFile(ruleSetFile);
  if (!file.ok) throw new Error(`${ruleSetFile} has faults: run \`lead-router rules check ${ruleSetFile}\``);
  const { name, digest } = file.ruleSet;
  const { version } = await publishRuleSet(pool, { name, digest, source: file.source, tables: file.tables, publishedBy: 'set-up' });
  const answer = await activateRuleSet(pool, {
    version,
    by: 'set-up',
    reason: 'first rule set',
    poolTimerId,
    timeoutMs: ACTIVATION_TIMEOUT_MS,
  });
  if (!answer.ok) throw new Error(answer.message);
  onProgress(`rule set: ${name}, version ${version}, is active`);
}
