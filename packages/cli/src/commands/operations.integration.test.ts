/** What operators do, against a real Kafka, registry and Postgres; the router's part is played with its own decision and its own store. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { encodeContext, openStoredContexts } from '@lead-router/contracts/context-codec.ts';
import { DEAD_LETTER_HEADERS } from '@lead-router/contracts/headers.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { fromInboxEvent } from '@lead-router/contracts/mappers/inbox-mapper.ts';
import { registerSchemas } from '@lead-router/contracts/register-schemas.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { deadLetterTopic, intakeTopic, TOPICS, topicDefinitions } from '@lead-router/contracts/topics.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { readLead } from '@lead-router/store/lead-store.ts';
import { ensurePartitions } from '@lead-router/store/partitions.ts';
import { statement } from '@lead-router/store/statement.ts';
import type { ConsumedRecord, KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { buildLead } from '@lead-router/testkit/lead-builders.ts';
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aLeadId } from '../../../../test/contract/router-store-fixture.ts';
import { createDeadLetterCounter } from '../connect/count-dead-letters.ts';
import { cli, cliJson } from '../run-cli.test-support.ts';
import { decideAndWrite, decideUrgentLeads, NOON, SAMPLE } from './decided-leads.test-support.ts';

const BROKERS = process.env.TEST_KAFKA_BROKERS ?? '';
const REGISTRY = process.env.TEST_SCHEMA_REGISTRY_URL ?? '';
const VENDOR = 'operations';

let test: TestPool;
let env: NodeJS.ProcessEnv;
let kafka: KafkaPort;
const schemas = createRegistrySchemas({ registryUrl: REGISTRY });

beforeAll(async () => {
  test = await openTestPool();
  await ensurePartitions(test.pool, 6);
  env = { KAFKA_BROKERS: BROKERS, SCHEMA_REGISTRY_URL: REGISTRY, DATABASE_URL: test.databaseUrl };
  kafka = createKafkaJsPort({ connection: { brokers: BROKERS.split(','), clientId: 'operations-test' }, logger: silentLogger });
  await kafka.admin.createTopics(topicDefinitions({ vendors: [VENDOR], replicationFactor: 1 }));
  await registerSchemas({ registryUrl: REGISTRY, vendors: [VENDOR] });
  expect((await cli(['rules', 'publish', SAMPLE], env)).code).toBe(0);
});
afterAll(async () => {
  await kafka.disconnect();
  await test.close();
});

const recordsOf = async (topic: string, isWanted: (record: ConsumedRecord) => boolean): Promise<readonly ConsumedRecord[]> => {
  const found: ConsumedRecord[] = [];
  await readTopic(kafka, {
    topic,
    groupId: `operations-${Math.random()}`,
    onRecords: (records) => void found.push(...records.filter(isWanted)),
  });
  return found;
};

/** Decides on the commands in the inbox that are about the lead and were not seen before, as the router would. */
const routeCommands = async (leadId: LeadId, from: number): Promise<void> => {
  const codec = await openTopicCodec(schemas, 'inbox');
  for (;;) {
    const [record] = await recordsOf(TOPICS.inbox.topic, ({ key }) => key?.toString() === leadId);
    const lead = (await readLead(test.pool, leadId))?.lead;
    if (record?.value == null || lead === undefined) {
      await sleep(20);
      continue;
    }
    const message = fromInboxEvent(codec.decodePrefix(record.value));
    if (message.kind !== 'REASSIGN') throw new Error(message.kind);
    await decideAndWrite(test.pool, { inputs: [{ ...message, offset: from, facts: null }], known: [lead], from });
    return;
  }
};

describe('reassigning', () => {
  const [leadId, ignored, pending] = [aLeadId(), aLeadId(), aLeadId()];
  beforeAll(() => decideUrgentLeads(test.pool, [leadId, ignored, pending]));

  it('gives a lead to somebody by hand, and says what the router made of it', async () => {
    const router = routeCommands(leadId, 100);
    const { code, out } = await cli(['reassign', leadId, '--to', 'key-account-desk/karen', '--reason', 'knows them', '--by', 'joe'], env);
    await router;
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(
        /revision 2: assigned karen in pool key-account-desk of call-center, from r\w+, because a person reassigned it/,
      ),
    ]);
    const { out: story } = await cli(['lead', leadId], env);
    expect(story).toContain('joe said to give it to key-account-desk/karen: knows them');
  });

  it('says when the router left the lead as it was', async () => {
    const lead = (await readLead(test.pool, ignored))?.lead;
    const router = routeCommands(ignored, 200);
    const to = `rapid-response/${lead?.agentId}`;
    expect(await cliJson(['reassign', ignored, '--to', to, '--reason', 'mine'], env)).toMatchObject({
      code: 1,
      json: { kind: 'UNCHANGED', lead: { revision: 1 } },
    });
    await router;
  });

  it('does not wait for ever, and refuses what could only be ignored', async () => {
    const on = (id: LeadId, to: string) => cli(['reassign', id, '--to', to, '--reason', 'x', '--timeout', '1'], env);
    expect(await on(pending, 'key-account-desk')).toMatchObject({ code: 69, out: expect.stringContaining('do not give it again') });
    expect(await on(pending, 'key-acount-desk')).toMatchObject({ code: 1, err: expect.stringContaining('did you mean key-account-desk?') });
    expect(await on(pending, 'rapid-response/rit')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no agent "rit": did you mean rita?'),
    });
    expect(await on(aLeadId(), 'web')).toMatchObject({ code: 1, err: expect.stringContaining('has not been decided') });
  });
});

describe('dead letters', () => {
  const die = (letter: { readonly value: string; readonly code: string; readonly topic?: string }) => ({
    topic: deadLetterTopic('gateway'),
    key: 'k1',
    value: Buffer.from(letter.value),
    headers: {
      own: 'kept',
      [DEAD_LETTER_HEADERS.step]: 'parse',
      [DEAD_LETTER_HEADERS.errorCode]: letter.code,
      [DEAD_LETTER_HEADERS.errorMessage]: 'no such field',
      [DEAD_LETTER_HEADERS.sourceTopic]: letter.topic ?? intakeTopic(VENDOR),
      [DEAD_LETTER_HEADERS.sourcePartition]: '1',
      [DEAD_LETTER_HEADERS.sourceOffset]: '5',
      [DEAD_LETTER_HEADERS.sourceTimestamp]: String(NOON),
      [DEAD_LETTER_HEADERS.attempts]: '1',
    },
  });
  const ids = async (code: string): Promise<readonly string[]> =>
    (await recordsOf(deadLetterTopic('gateway'), ({ headers }) => String(headers[DEAD_LETTER_HEADERS.errorCode]) === code)).map(
      ({ offset }) => `gateway/0/${offset}`,
    );

  it('go back as they were, once, with marks', async () => {
    const producer = await kafka.producer();
    await producer.send([
      die({ value: 'one', code: 'LR_A' }),
      die({ value: 'two', code: 'LR_A' }),
      die({ value: 'lost', code: 'LR_B', topic: 'gone' }),
    ]);
    await producer.disconnect();
    const letters = await ids('LR_A');
    const [first] = letters;
    expect(await cliJson(['dead-letters', 'redrive', '--code', 'LR_A', '--dry-run'], env)).toMatchObject({
      code: 0,
      json: { redriven: letters },
    });
    expect(await cliJson(['dead-letters', 'redrive', first ?? ''], env)).toMatchObject({ code: 0, json: { redriven: [first] } });
    expect(await cliJson(['dead-letters', 'redrive', '--code', 'LR_A', '--by', 'joe'], env)).toMatchObject({
      code: 0,
      json: { redriven: letters.slice(1), before: [first] },
    });
    const back = await recordsOf(intakeTopic(VENDOR), () => true);
    expect(back.map(({ value, key }) => [value?.toString(), key?.toString()])).toEqual([
      ['one', 'k1'],
      ['two', 'k1'],
    ]);
    const marks = Object.fromEntries(Object.entries(back[1]?.headers ?? {}).map(([name, value]) => [name, String(value)]));
    expect(marks).toEqual({
      own: 'kept',
      'redrive.of': letters[1],
      'redrive.count': '1',
      'redrive.at': expect.any(String),
      'redrive.by': 'joe',
    });
    expect((await kafka.admin.offsetRange(intakeTopic(VENDOR))).map(({ high }) => high)).toEqual([0, 2]);
    expect(await cliJson(['dead-letters', 'redrive', first ?? '', '--again'], env)).toMatchObject({ json: { redriven: [first] } });
  });

  it('are refused where there is nowhere to send them back to, and where nobody says which', async () => {
    const [lost] = await ids('LR_B');
    expect(await cli(['dead-letters', 'redrive', lost ?? ''], env)).toMatchObject({
      code: 1,
      out: expect.stringContaining('there is no topic "gone"'),
    });
    expect(await cli(['dead-letters', 'redrive', 'gateway/0/99999'], env)).toMatchObject({
      code: 1,
      out: expect.stringContaining('there is no such dead letter'),
    });
    expect(await cli(['dead-letters', 'redrive'], env)).toMatchObject({ code: 64, err: expect.stringContaining('say which') });
  });

  it('are shown one by one, with their value only where somebody asks for it', async () => {
    const [first] = await ids('LR_A');
    const { out } = await cli(['dead-letters', 'show', first ?? ''], env);
    expect(out).toMatch(
      /why {7}no such field \(LR_A\)\n.*step parse, after 1 attempt.*\n.*lead\.intake\.operations\.v1, partition 1, offset 5/,
    );
    expect(out).toMatch(/redriven {2}\d{4}-/);
    expect(out).not.toContain(Buffer.from('one').toString('hex'));
    const { out: full } = await cli(['dead-letters', 'show', first ?? '', '--value'], env);
    expect(full).toContain(Buffer.from('one').toString('hex'));
    expect((await cli(['dead-letters', 'show', 'gateway/0/99999'], env)).code).toBe(1);
  });

  it('are counted without the markers of transactions, each read once', async () => {
    const topic = deadLetterTopic('router');
    const count = createDeadLetterCounter(kafka);
    const before = (await count()).router ?? 0;
    const producer = await kafka.transactionalProducer('operations-test');
    for (const committed of [true, false, true]) {
      const transaction = await producer.begin();
      await transaction.send([{ topic, key: null, value: Buffer.from('x') }]);
      await (committed ? transaction.commit() : transaction.abort());
    }
    await producer.disconnect();
    expect([(await count()).router, (await count()).router]).toEqual([before + 2, before + 2]);
    const { json } = await cliJson(['status'], env);
    expect(json).toMatchObject({ deadLetters: { router: before + 2 } });
  });
});

describe('agents', () => {
  it('are away and back by their word, for a while or until they say so', async () => {
    expect(await cli(['agents', 'away', 'rita', '--reason', 'dentist', '--until', '2h', '--by', 'joe'], env)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^rita is away until .* \(pools: rapid-response\)\n$/),
    });
    expect((await cli(['agents', 'list'], env)).out).toMatch(/rita +rapid-response 1 +AWAY .*joe +dentist/);
    expect(await cliJson(['agents', 'back', 'rita'], env)).toMatchObject({
      code: 0,
      json: { agentId: 'rita', isAway: false, wasAway: true },
    });
    const { json } = await cliJson(['agents', 'list'], env);
    expect(json).toMatchObject({ agents: expect.arrayContaining([expect.objectContaining({ agentId: 'rita', isAway: false })]) });
    expect(await cli(['agents', 'away', 'ritta'], env)).toMatchObject({ code: 1, err: expect.stringContaining('did you mean rita?') });
    expect(await cli(['agents', 'away', 'rita', '--until', '2020-01-01'], env)).toMatchObject({
      code: 64,
      err: expect.stringContaining('lies in the past'),
    });
  });
});

describe('the report', () => {
  const [won, open, broken] = [aLeadId(), aLeadId(), aLeadId()];
  const set = (leadId: LeadId, columns: string) =>
    test.pool.run(statement(`operations-set-${columns.length}`, `UPDATE leads SET ${columns} WHERE lead_id = $1`), [leadId]);

  beforeAll(async () => {
    const stored = await openStoredContexts(schemas);
    const context = stored.toStored(encodeContext(toContext({ lead: buildLead({ campaign: 'spring' }), person: null })));
    await decideUrgentLeads(test.pool, [won, open, broken], { from: 300, contexts: new Map([[won, context]]) });
    await test.pool.run(statement('operations-none', 'DELETE FROM leads WHERE NOT (lead_id = ANY ($1::uuid[]))'), [
      `{${won},${open},${broken}}`,
    ]);
    await set(
      won,
      `stage = 'CLOSED', outcome = 'WON', is_qualified = true, agent_id = 'rita', accepted_at = submitted_at, responded_at = submitted_at + interval '90 s'`,
    );
    await set(open, `agent_id = 'rita'`);
    await set(broken, `agent_id = 'rob', breaches = '[{"clock":"ACCEPT","revision":1,"agentId":"rob","dueAt":1}]'`);
    await test.pool.run(
      statement('operations-agent', `UPDATE decisions SET agent_id = l.agent_id FROM leads l WHERE l.lead_id = decisions.lead_id`),
    );
  });

  const report = (by: string) => cliJson(['report', '--by', by, '--since', '2026-11-22', '--until', '2026-11-23'], env);

  it('tells volume, times, promises and conversion by agent', async () => {
    expect(await report('agent')).toMatchObject({
      code: 0,
      json: {
        rows: [
          {
            key: 'rita',
            leads: 2,
            assigned: 2,
            assignP50Ms: 20,
            responded: 1,
            responseP50Ms: 90_000,
            promises: 2,
            broken: 0,
            qualified: 1,
            closed: 1,
            won: 1,
          },
          { key: 'rob', leads: 1, assigned: 1, responded: 0, responseP50Ms: null, promises: 1, broken: 1, won: 0 },
        ],
      },
    });
  });

  it('and by each of the other sides', async () => {
    expect(await report('source')).toMatchObject({ json: { rows: [{ key: 'acme', leads: 3, promises: 3, broken: 1 }] } });
    expect(await report('rule')).toMatchObject({ json: { rows: [{ key: 'rapid-response', leads: 3 }] } });
    expect(await report('destination')).toMatchObject({ json: { rows: [{ key: 'rapid-response', leads: 3 }] } });
    expect(await report('campaign')).toMatchObject({
      json: {
        rows: [
          { key: null, leads: 2, promises: 2, broken: 1 },
          { key: 'spring', leads: 1, won: 1, promises: 1, broken: 0 },
        ],
      },
    });
    const { out } = await cli(['report', '--by', 'agent', '--since', '2026-11-22', '--until', '2026-11-23'], env);
    expect(out).toMatch(/rita +2 +20 ms +20 ms +50\.0 % +1\.5 min +1\.5 min +100\.0 % of 2 +50\.0 % +50\.0 % +50\.0 %/);
  });

  it('names what is wrong with its span', async () => {
    expect(await cli(['report', '--by', 'agent', '--since', 'yesterday'], env)).toMatchObject({
      code: 64,
      err: expect.stringContaining('--since takes a time'),
    });
    expect(await cli(['report', '--by', 'agent', '--since', '1d', '--until', '2d'], env)).toMatchObject({ code: 64 });
  });
});

describe('exceptions', () => {
  it('are listed, the longest there first', async () => {
    const [older, newer] = [aLeadId(), aLeadId()];
    await decideUrgentLeads(test.pool, [newer], { from: 400, now: NOON + 5_000 });
    await decideUrgentLeads(test.pool, [older], { from: 500 });
    await test.pool.run(statement('operations-exceptions', `UPDATE leads SET stage = 'EXCEPTION' WHERE lead_id = ANY ($1::uuid[])`), [
      `{${older},${newer}}`,
    ]);
    expect(await cliJson(['exceptions'], env)).toMatchObject({
      code: 0,
      json: { exceptions: [{ leadId: older }, { leadId: newer }], hasMore: false },
    });
    const { out } = await cli(['exceptions', '--limit', '1'], env);
    expect(out).toMatch(new RegExp(`${older} +rapid-response/r\\w+ +acme`));
    expect(out).toContain('the oldest 1; --limit shows more');
    expect(out).not.toContain(newer);
  });
});
