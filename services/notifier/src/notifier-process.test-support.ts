/** The notifier as its own process on the infrastructure of the integration group, with a database and rules of its own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareCluster } from '@lead-router/cli/setup/prepare-cluster.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { encodeContext, openStoredContexts } from '@lead-router/contracts/context-codec.ts';
import type { DeliveryReceipt, InboxEvent } from '@lead-router/contracts/generated/wire-types.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { toLeadDecided, toLeadSla } from '@lead-router/contracts/mappers/decision-mapper.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { Lead, Person } from '@lead-router/domain/lead.ts';
import type { DecisionKind, LeadRecord, SlaEvent } from '@lead-router/domain/routing-model.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { createPostgresRouterStore } from '@lead-router/store/postgres-router-store.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { endOffsets, readTopic } from '@lead-router/stream/read-topic.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { openTestPool } from '@lead-router/testkit/test-postgres.ts';
import { anEventId, commitBatch } from '../../../test/contract/router-store-fixture.ts';
import { leadFor, personFor } from '../../../test/support/example-leads.ts';
import { type ServiceProcess, startServiceProcess } from '../../../test/support/service-process.ts';

export interface NotifierWorld {
  readonly pool: PostgresPool;
  /** In Postgres as the router leaves it, then on `lead.decided.v1`. */
  decide(decided: DecidedLead): Promise<void>;
  /** As the router does when a clock has come so far. */
  warn(lead: LeadRecord, warning: Pick<SlaEvent, 'kind' | 'dueAt'>): Promise<void>;
  /** Since the start, in the order of their partitions. */
  receipts(leadId: string): Promise<readonly DeliveryReceipt[]>;
  activities(leadId: string): Promise<readonly InboxEvent[]>;
  start(): Promise<void>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface DecidedLead {
  readonly lead: LeadRecord;
  readonly kind?: DecisionKind;
  readonly known?: Partial<Lead>;
  readonly person?: Partial<Person>;
  /** Only the event again. */
  readonly isRepeat?: boolean;
}

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const NO_TIMER = '00000000-0000-4000-8000-000000000000';

export async function openNotifierWorld(options: {
  readonly rules: string;
  readonly env: Readonly<Record<string, string>>;
}): Promise<NotifierWorld> {
  const brokers = variable('TEST_KAFKA_BROKERS');
  const registryUrl = variable('TEST_SCHEMA_REGISTRY_URL');
  const kafka = createKafkaJsPort({ connection: { brokers: brokers.split(','), clientId: 'notifier-test' }, logger: silentLogger });
  const schemas = createRegistrySchemas({ registryUrl });
  const test = await openTestPool();
  const folder = await mkdtemp(join(tmpdir(), 'lead-router-notifier-'));
  const ruleSetFile = join(folder, 'rules.yaml');
  await writeFile(ruleSetFile, options.rules);
  await prepareCluster({
    ...{ kafka, pool: test.pool, databaseUrl: test.databaseUrl, schemas, vendors: [], replicationFactor: 1, ruleSetFile },
    onProgress: () => undefined,
  });
  const [decidedCodec, slaCodec, receiptCodec, inboxCodec, contexts] = await Promise.all([
    ...[openTopicCodec(schemas, 'decided'), openTopicCodec(schemas, 'sla')],
    ...[openTopicCodec(schemas, 'delivery'), openTopicCodec(schemas, 'inbox')],
    openStoredContexts(schemas),
  ] as const);
  const producer = await kafka.producer();
  const starts = new Map(
    await Promise.all([TOPICS.delivery.topic, TOPICS.inbox.topic].map(async (topic) => [topic, await endOffsets(kafka, topic)] as const)),
  );
  const env = {
    KAFKA_BROKERS: brokers,
    SCHEMA_REGISTRY_URL: registryUrl,
    DATABASE_URL: test.databaseUrl,
    LOG_LEVEL: 'warn',
    ...options.env,
  };
  let notifier: ServiceProcess | null = null;
  const kill = async (): Promise<void> => notifier?.kill();
  const store = createPostgresRouterStore(test.pool, { poolTimerId: () => NO_TIMER });

  return {
    pool: test.pool,
    decide: async ({ lead, kind = 'ASSIGNED', known = {}, person = {}, isRepeat = false }) => {
      const context = encodeContext(toContext({ lead: leadFor(known), person: personFor(person) }));
      const decision = { eventId: anEventId(), kind, cause: 'SUBMITTED', lead, previousAgentId: null, acceptBy: null } as const;
      if (!isRepeat)
        await commitBatch(store, {
          writes: { leads: [lead] },
          contexts: new Map([[lead.leadId, contexts.toStored(context)]]),
          decisions: [{ inputIndex: 0, decision }],
        });
      const provenance = { occurredAt: lead.decidedAt, recordedAt: lead.decidedAt, correlationId: lead.leadId };
      const prefix = toLeadDecided(decision, provenance, { batchId: '0-0-1', batchIndex: 0 });
      await producer.send([{ topic: TOPICS.decided.topic, key: lead.leadId, value: decidedCodec.encodeWithContext(prefix, context) }]);
    },
    warn: async (lead, warning) => {
      const event = { eventId: anEventId(), lead, agentId: lead.agentId, ...warning };
      const sla = toLeadSla(event, { occurredAt: warning.dueAt, recordedAt: warning.dueAt, correlationId: lead.leadId });
      await producer.send([{ topic: TOPICS.sla.topic, key: lead.leadId, value: slaCodec.encode(sla) }]);
    },
    receipts: async (leadId) => {
      const values = await valuesOf(kafka, { topic: TOPICS.delivery.topic, key: leadId, starts: starts.get(TOPICS.delivery.topic) });
      await receiptCodec.prepare(values);
      return values.map((value) => receiptCodec.decode(value));
    },
    activities: async (leadId) => {
      const values = await valuesOf(kafka, { topic: TOPICS.inbox.topic, key: leadId, starts: starts.get(TOPICS.inbox.topic) });
      await inboxCodec.prepare(values);
      return values.map((value) => inboxCodec.decode(value));
    },
    start: async () => {
      notifier = await startServiceProcess(main, env);
    },
    kill,
    close: async () => {
      await kill();
      await producer.disconnect();
      await kafka.disconnect();
      await test.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

let reads = 0;

async function valuesOf(
  kafka: KafkaPort,
  { topic, key, starts }: { readonly topic: string; readonly key: string; readonly starts: ReadonlyMap<number, number> | undefined },
): Promise<readonly Buffer[]> {
  const values: Buffer[] = [];
  reads += 1;
  await readTopic(kafka, {
    topic,
    groupId: `notifier-test-${process.pid}-${reads}`,
    ...(starts === undefined ? {} : { from: starts }),
    onRecords: (records) => {
      for (const record of records) if (record.key?.toString() === key && record.value !== null) values.push(record.value);
    },
  });
  return values;
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name} is not set: run this suite in the integration group`);
  return value;
}
