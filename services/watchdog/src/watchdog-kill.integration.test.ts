/**
 * Two watchdogs as processes, on real Postgres and Kafka; one is killed while both hold leases of timers that are due. Whichever lives fires
 * them all within a second of their deadline, or, on a machine too busy for that with both alive, in the time that one alone needs;
 * what the dead one had sent already comes again under the same event id, and counts once.
 */
import { fileURLToPath } from 'node:url';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { asEventId, timerEventId } from '@lead-router/contracts/ids.ts';
import { registerSubjects } from '@lead-router/contracts/register-schemas.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { TOPICS, topicDefinitions } from '@lead-router/contracts/topics.ts';
import type { EventId } from '@lead-router/domain/lead.ts';
import { createPostgresRouterStore } from '@lead-router/store/postgres-router-store.ts';
import { statement } from '@lead-router/store/statement.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { endOffsets, readTopic } from '@lead-router/stream/read-topic.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { inTransaction } from '../../../test/contract/router-store-fixture.ts';
import { type ServiceProcess, startServiceProcess } from '../../../test/support/service-process.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const { topic } = TOPICS.inbox;
/** Twenty rounds: enough for both to be seen in the middle of one, also where a quick machine needs milliseconds for each. */
const DUE = 10_000;
const AHEAD_MS = 1_500;
const LATEST_MS = 1_000;
/** Of the dead one's timers, with a round of the other. */
const LEASED_FOR_MS = 500;
/** Of one instance's round. */
const MOST_LEASED = 500;
const PATIENCE = { timeout: 20_000, interval: 20 };

const SET = statement(
  'test-set-timers',
  `INSERT INTO timers (timer_id, kind, due_at, generation)
   SELECT gen_random_uuid(), 'ACCEPT', to_timestamp($1::float8 / 1000), 7 FROM generate_series(1, $2::integer)`,
);
const LEASED = statement('test-leased', `SELECT count(*)::integer AS timers FROM timers WHERE state = 'PENDING' AND leased_until > now()`);
const OPEN = statement('test-open', `SELECT count(*)::integer AS timers FROM timers WHERE state = 'PENDING'`);
const ALL = statement('test-timers', 'SELECT timer_id AS id FROM timers');

let postgres: TestPool;
let kafka: KafkaPort;
let schemas: ReturnType<typeof createRegistrySchemas>;
let instances: ServiceProcess[] = [];

beforeAll(async () => {
  const brokers = process.env.TEST_KAFKA_BROKERS ?? '';
  kafka = createKafkaJsPort({ connection: { brokers: brokers.split(','), clientId: 'watchdog-test' }, logger: silentLogger });
  schemas = createRegistrySchemas({ registryUrl: process.env.TEST_SCHEMA_REGISTRY_URL ?? '' });
  postgres = await openTestPool();
  await kafka.admin.createTopics(topicDefinitions({ vendors: [], replicationFactor: 1 }));
  await registerSubjects(schemas, { vendors: [] });
});
afterAll(async () => {
  await kafka.disconnect();
  await postgres.close();
});

beforeEach(async () => {
  await postgres.reset();
  instances = await Promise.all([startWatchdog(), startWatchdog()]);
});
afterEach(() => Promise.all(instances.map((instance) => instance.kill())));

const startWatchdog = (): Promise<ServiceProcess> =>
  startServiceProcess(main, {
    KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS,
    SCHEMA_REGISTRY_URL: process.env.TEST_SCHEMA_REGISTRY_URL,
    DATABASE_URL: postgres.databaseUrl,
    LOG_LEVEL: 'warn',
  });

const count = async (of: typeof LEASED): Promise<number> => (await postgres.pool.run<{ timers: number }>(of))[0]?.timers ?? 0;

test.each([0, 1])('when number %i is killed with timers in its hands, the other fires all in time', async (victim) => {
  const calmMs = await fireUndisturbed();
  await postgres.reset();
  const before = await endOffsets(kafka, topic);
  const dueAt = Date.now() + AHEAD_MS;
  await postgres.pool.run(SET, [dueAt, DUE]);
  // More than one can hold: both do.
  while ((await count(LEASED)) <= MOST_LEASED && (await count(OPEN)) > 0);
  await instances[victim]?.kill();
  const killedAfterMs = Date.now() - dueAt;
  expect(await count(OPEN), 'fired before anybody was killed').toBeGreaterThan(0);
  await expect.poll(() => count(OPEN), PATIENCE).toBe(0);

  const fired = await firedSince(before);
  const timers = await postgres.pool.run<{ id: string }>(ALL);
  const expected = timers.map(({ id }) => timerEventId(id, 7));
  expect([...fired.times.keys()].sort()).toEqual(expected.sort());
  const latestMs = Math.max(...[...fired.times.values()].map((firstAt) => firstAt - dueAt));
  process.stdout.write(
    `watchdog ${victim} killed ${killedAfterMs} ms after ${DUE} timers were due; the last one fired after ${latestMs} ms (with nobody killed all were marked after ${calmMs} ms), ${fired.records - DUE} came twice\n`,
  );
  expect(Math.min(...fired.times.values())).toBeGreaterThanOrEqual(dueAt);
  // One does alone what took both so long.
  expect(latestMs).toBeLessThan(calmMs < LATEST_MS ? LATEST_MS : 2 * calmMs + LEASED_FOR_MS);
  expect(await appliedOnce(fired.order)).toBe(DUE);
});

/** What the machine takes for as many timers just now; milliseconds from when they are due. */
async function fireUndisturbed(): Promise<number> {
  const dueAt = Date.now() + AHEAD_MS;
  await postgres.pool.run(SET, [dueAt, DUE]);
  await expect.poll(() => count(OPEN), PATIENCE).toBe(0);
  return Date.now() - dueAt;
}

interface Fired {
  /** When each was first sent, by event. */
  readonly times: ReadonlyMap<EventId, number>;
  readonly order: readonly EventId[];
  readonly records: number;
}

let reads = 0;
async function firedSince(from: ReadonlyMap<number, number>): Promise<Fired> {
  const inbox = await openTopicCodec(schemas, 'inbox');
  const times = new Map<EventId, number>();
  const order: EventId[] = [];
  reads += 1;
  await readTopic(kafka, {
    topic,
    from,
    groupId: `watchdog-test-${process.pid}-${reads}`,
    onRecords: async (records) => {
      await inbox.prepare(records.map(({ value }) => value));
      for (const { value, timestampMs } of records) {
        if (value === null) continue;
        const { envelope, body } = inbox.decodePrefix(value).prefix;
        // Other suites use the topic as well.
        if (!('leadrouter.v1.TimerFired' in body) || body['leadrouter.v1.TimerFired'].generation !== 7) continue;
        const eventId = asEventId(envelope.eventId);
        order.push(eventId);
        times.set(eventId, Math.min(timestampMs, times.get(eventId) ?? timestampMs));
      }
    },
  });
  return { times, order, records: order.length };
}

/** As the router takes them: those that no batch before has had. */
async function appliedOnce(order: readonly EventId[]): Promise<number> {
  const store = createPostgresRouterStore(postgres.pool, { poolTimerId: (poolId) => poolId });
  let applied = 0;
  for (let at = 0; at < order.length; at += MOST_LEASED) {
    const batch = [...new Set(order.slice(at, at + MOST_LEASED))];
    applied += (await inTransaction(store, (transaction) => transaction.applyEvents(batch))).size;
  }
  return applied;
}
