/** The commands against a real Kafka and a real Postgres, with a batch decided by the sample rule set. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DEAD_LETTER_HEADERS } from '@lead-router/contracts/headers.ts';
import { deadLetterTopic, topicDefinitions } from '@lead-router/contracts/topics.ts';
import { ensurePartitions } from '@lead-router/store/partitions.ts';
import { activeRuleSetVersion } from '@lead-router/store/rule-set-store.ts';
import { reportInstance } from '@lead-router/store/service-instances.ts';
import { statement } from '@lead-router/store/statement.ts';
import { recordSubmissions } from '@lead-router/store/submission-store.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aLeadId } from '../../../../test/contract/router-store-fixture.ts';
import { cli, cliJson } from '../run-cli.test-support.ts';
import { decideUrgentLeads, NOON, SAMPLE } from './decided-leads.test-support.ts';

const BROKERS = process.env.TEST_KAFKA_BROKERS ?? '';

let test: TestPool;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  test = await openTestPool();
  await ensurePartitions(test.pool, 6);
  env = { KAFKA_BROKERS: BROKERS, SCHEMA_REGISTRY_URL: process.env.TEST_SCHEMA_REGISTRY_URL, DATABASE_URL: test.databaseUrl };
});
afterAll(() => test.close());

describe('rule sets on the command line', () => {
  it('are published, listed, rolled back; each step with who and why', async () => {
    expect(await cliJson(['rules', 'publish', SAMPLE, '--by', 'ann', '--reason', 'first'], env)).toEqual({
      code: 0,
      json: { published: true, version: 1, isNew: true, activated: true, previousVersion: null },
    });
    expect((await cli(['rules', 'publish', SAMPLE], env)).out).toBe('version 1 was active already\n');
    expect(await cliJson(['rules', 'rollback'], env)).toMatchObject({ code: 1, json: { error: { code: 'LR_CLI_NOT_FOUND' } } });
    const folder = await mkdtemp(join(tmpdir(), 'lead-router-rules-'));
    try {
      await cp(dirname(SAMPLE), folder, { recursive: true });
      const file = join(folder, 'rules.yaml');
      await writeFile(file, (await readFile(file, 'utf8')).replace('name: departments', 'name: changed'));
      expect(await cliJson(['rules', 'publish', file, '--no-activate'], env)).toEqual({
        code: 0,
        json: { published: true, version: 2, isNew: true, activated: false },
      });
      expect((await cli(['rules', 'rollback', '2', '--by', 'bob'], env)).out).toBe('version 2 is active, before it was 1\n');
      const right = await readFile(file, 'utf8');
      const refused = async (source: string): Promise<unknown> => {
        await writeFile(file, source);
        return cliJson(['rules', 'publish', file], env);
      };
      const fault = { path: 'scoring.lines[0].when', message: expect.stringContaining('unknown field `lead.timeFrames`') };
      expect(await refused(right.replace('when: lead.timeFrame ==', 'when: lead.timeFrames =='))).toMatchObject({
        ...{ code: 1, json: { published: false, faults: [fault] } },
      });
      const failing = `${right}\n  - { given: { qualification: { timeFrame: NONE } }, expect: { score: 999 } }\n`;
      expect(await refused(failing)).toMatchObject({
        ...{ code: 1, json: { published: false, faults: [{ message: expect.stringContaining('does not hold: score is') }] } },
      });
      expect(await cliJson(['rules', 'list'], env)).toMatchObject({ json: { versions: [{ version: 2, isActive: true }, { version: 1 }] } });
      await writeFile(file, right);
      await rm(join(folder, 'tables'), { recursive: true });
      expect(await cli(['rules', 'publish', file], env)).toMatchObject({ code: 1, out: expect.stringContaining('nothing was published') });
    } finally {
      await rm(folder, { recursive: true });
    }
    expect((await cli(['rules', 'rollback', '--reason', 'worse'], env)).out).toBe('version 1 is active, before it was 2\n');
    expect(await cliJson(['rules', 'list'], env)).toMatchObject({
      code: 0,
      json: {
        versions: [
          { version: 2, name: 'changed', isActive: false },
          { version: 1, name: 'departments', isActive: true, publishedBy: 'ann' },
        ],
        activations: [
          { version: 1, reason: 'worse' },
          { version: 2, activatedBy: 'bob' },
          { version: 1, activatedBy: 'ann', reason: 'first' },
        ],
      },
    });
    expect(await cli(['rules', 'rollback', '9'], env)).toMatchObject({
      code: 1,
      out: expect.stringContaining('there is no rule set version 9'),
    });
  });

  it('wait for the instances and give up on them in time, changing nothing', async () => {
    const instance = { instanceId: 'router-1', service: 'router', address: null };
    await reportInstance(test.pool, instance, 1);
    const { code, out, err } = await cli(['rules', 'rollback', '2', '--timeout', '1'], env);
    expect([code, err, out]).toEqual([
      1,
      expect.stringContaining('waiting for router-1 to compile version 2'),
      expect.stringContaining('not activated'),
    ]);
    expect(await activeRuleSetVersion(test.pool)).toBe(1);
    await reportInstance(test.pool, instance, 2);
    expect((await cli(['rules', 'rollback', '2'], env)).code).toBe(0);
    expect((await cli(['rules', 'rollback', '1'], env)).code).toBe(0);
  });
});

describe('a decided lead on the command line', () => {
  const [leadId, other, waiting] = [aLeadId(), aLeadId(), aLeadId()];
  beforeAll(async () => {
    await decideUrgentLeads(test.pool, [other, leadId]);
    const submission = { vendor: 'acme', referenceDigest: 'r', contentDigest: 'c', source: 'http', acceptedAt: NOON };
    await recordSubmissions(test.pool, [
      { ...submission, leadId },
      { ...submission, leadId: waiting },
    ]);
  });

  it('is explained from the record: rules, pool, candidates', async () => {
    const { code, out } = await cli(['explain', leadId], env);
    expect(code).toBe(0);
    expect(out).toContain(`lead ${leadId}, revision 1, under rule set version 1`);
    expect(out).toMatch(/Rule government: does not match: /);
    expect(out).toMatch(/Rule rapid-response: matches: attribute callback is "now"\./);
    expect(out).toMatch(/: chosen \(share \d+ %/);
    expect(await cliJson(['explain', leadId, '--revision', '1'], env)).toMatchObject({
      code: 0,
      json: { leadId, decision: { poolId: 'rapid-response', inputIndex: 1 }, rules: expect.any(Array), steps: expect.any(Array) },
    });
    expect(await cli(['explain', leadId, '--revision', '4'], env)).toMatchObject({
      code: 1,
      err: expect.stringContaining('has revisions 1 to 1, not 4'),
    });
    expect(await cli(['explain', aLeadId()], env)).toMatchObject({ code: 1, err: expect.stringContaining('has not been decided') });
  });

  it('is explained as a page on its own, and to somebody who did not get it', async () => {
    const page = await cli(['explain', leadId, '--html'], env);
    expect([page.code, page.out]).toEqual([0, expect.stringMatching(/^<!doctype html>/)]);
    expect(page.out).toContain(
      '<code>rapid-response</code></td><td class="k">matches</td><td class="w">attribute callback is &quot;now&quot;</td>',
    );
    expect(page.out).not.toMatch(/<script|https?:/);
    const folder = await mkdtemp(join(tmpdir(), 'lead-router-page-'));
    try {
      const file = join(folder, 'decision.html');
      expect((await cli(['explain', leadId, '--html', file], env)).out).toBe(`written to ${file}\n`);
      expect(`${await readFile(file, 'utf8')}`).toBe(page.out);
      expect(await cli(['explain', leadId, '--html', join(folder, 'no', 'such')], env)).toMatchObject({ code: 64 });
    } finally {
      await rm(folder, { recursive: true });
    }
    const { json } = await cliJson(['explain', leadId, '--why-not', 'government-reps'], env);
    expect(json).toMatchObject({ whyNot: { target: 'government-reps', is: 'POOL', hasIt: false } });
    expect((await cli(['explain', leadId, '--why-not', 'government-reps'], env)).out).toMatch(
      /Rule government sends leads there, but does not match: /,
    );
    expect(await cli(['explain', leadId, '--why-not', 'zoe'], env)).toMatchObject({
      code: 1,
      err: expect.stringContaining('has no agent, pool or destination zoe'),
    });
  });

  it('comes out the same with all others, ledgers included', async () => {
    expect(await cliJson(['replay', '--all'], env)).toMatchObject({
      code: 0,
      json: { agrees: true, batches: 1, decisions: 2, ledgersHeld: true, differences: [], faults: [] },
    });
    expect((await cli(['replay', '--sample', '5', '--since', '2026-01-01'], env)).out).toContain('2 decisions in 1 batches decided again');
    expect((await cli(['replay', leadId, '--revision', '1', '--no-events'], env)).out).toMatch(
      /^revision 1 .*: decided the same again\nNo events were looked at: .*\n$/,
    );
    await test.pool.run(statement('cli-test-ledger', `UPDATE pools SET open = open + 1 WHERE pool_id = 'rapid-response'`));
    expect(await cli(['replay', '--all'], env)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/the ledger of pool rapid-response was left in a state/),
    });
    expect(await cli(['replay', '--since', '2026-01-01'], env)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/rapid-response was left in a state.*\n.*may only be cut: --since/),
    });
    await test.pool.run(statement('cli-test-ledger-back', `UPDATE pools SET open = open - 1 WHERE pool_id = 'rapid-response'`));
  });

  it.each([
    ['leads', `version = version - 1`, 'stands in Postgres otherwise than its last batch makes it'],
    ['leads', `timer_generation = timer_generation + 1`, 'stands in Postgres otherwise than its last batch makes it'],
    ['pools', `waiting = waiting + 1`, 'the ledger of pool rapid-response was left in a state'],
  ])('does not come out the same where somebody has changed %s by %s', async (table, change, fault) => {
    const [back, forth] = [change.replace('+', '*').replace('-', '+').replace('*', '-'), change];
    await test.pool.run(statement(`cli-test-${forth}`, `UPDATE ${table} SET ${forth}`));
    expect(await cli(['replay', '--all'], env)).toMatchObject({ code: 1, out: expect.stringContaining(fault) });
    await test.pool.run(statement(`cli-test-${back}`, `UPDATE ${table} SET ${back}`));
    expect((await cli(['replay', '--all'], env)).code).toBe(0);
  });

  it.each([
    [
      'identities',
      `(identity, is_open) VALUES ('0123456789abcdef0123456789abcdef', true)`,
      'the entry 01234567... of a person or account was left in a state',
    ],
    [
      'pool_waiters',
      `(pool_id, lead_id, turn_at, waiting_since, seen_generation) VALUES ('x', '${leadId}', now(), now(), 0)`,
      `the place in the queue of lead ${leadId} in pool x was left in a state`,
    ],
  ])('does not come out the same where somebody has put a row into %s', async (table, row, fault) => {
    await test.pool.run(statement(`cli-test-put-${table}`, `INSERT INTO ${table} ${row}`));
    expect(await cliJson(['replay', '--all'], env)).toMatchObject({
      code: 1,
      json: { agrees: false, differences: [], faults: [expect.stringContaining(fault)] },
    });
    await test.pool.run(statement(`cli-test-take-${table}`, `TRUNCATE ${table}`));
    expect((await cli(['replay', '--all'], env)).code).toBe(0);
  });

  it('comes out the same when it is decided again, and a changed record shows', async () => {
    expect(await cliJson(['replay', leadId], env)).toMatchObject({
      code: 0,
      json: { agrees: true, revisions: [{ revision: 1, agrees: true, differs: [] }] },
    });
    await test.pool.run(statement('cli-test-tamper', `UPDATE decisions SET agent_id = 'nobody' WHERE lead_id = '${leadId}'`));
    expect(await cli(['replay', leadId], env)).toMatchObject({ code: 1, out: expect.stringContaining('agentId was "nobody", and is ') });
    expect(await cliJson(['replay', '--all'], env)).toMatchObject({
      code: 1,
      json: { agrees: false, differences: [{ leadId, revision: 1 }] },
    });
  });

  it('tells its story, and so does one that is not decided', async () => {
    expect(await cliJson(['lead', leadId], env)).toMatchObject({
      code: 0,
      json: { lead: { stage: 'ASSIGNED' }, submission: { vendor: 'acme' }, decisions: [{ revision: 1 }] },
    });
    expect(await cli(['lead', waiting], env)).toMatchObject({ code: 0, out: expect.stringContaining('not decided yet') });
    expect((await cli(['lead', aLeadId()], env)).code).toBe(1);
  });

  it('is counted by status', async () => {
    const { json } = await cliJson(['status'], env);
    expect(json).toMatchObject({
      leads: { total: 2, byStage: { ASSIGNED: 2 }, byPool: { 'rapid-response': { owned: 2, offered: 0, waiting: 0 } } },
      ruleSet: { version: 1, name: 'departments' },
      parts: [{ fault: null }, { fault: null }, { fault: null }],
    });
    expect((await cli(['status'], env)).out).toContain('leads         2: assigned 2');
  });
});

describe('dead letters on the command line', () => {
  it('are listed by what they say about themselves, without their value', async () => {
    const kafka = createKafkaJsPort({ connection: { brokers: BROKERS.split(','), clientId: 'cli-test' }, logger: silentLogger });
    const [leadId, topic] = [aLeadId(), deadLetterTopic('scorer')];
    await kafka.admin.createTopics(topicDefinitions({ replicationFactor: 1 }));
    const producer = await kafka.producer();
    try {
      const headers = {
        [DEAD_LETTER_HEADERS.step]: 'decode',
        [DEAD_LETTER_HEADERS.errorCode]: 'LR_CODEC_MALFORMED',
        [DEAD_LETTER_HEADERS.errorMessage]: 'the bytes are no LeadEnriched',
        [DEAD_LETTER_HEADERS.sourceTopic]: 'lead.enriched.v1',
        [DEAD_LETTER_HEADERS.sourcePartition]: '4',
        [DEAD_LETTER_HEADERS.sourceOffset]: '123',
        [DEAD_LETTER_HEADERS.attempts]: '1',
      };
      await producer.send([{ topic, key: leadId, value: Buffer.from('ann@example.org'), headers }]);
    } finally {
      await producer.disconnect();
      await kafka.disconnect();
    }
    const { code, out } = await cli(['dead-letters', 'list', '--service', 'scorer'], env);
    expect([code, out]).toEqual([0, expect.stringMatching(/scorer\/0\/\d+ +decode +LR_CODEC_MALFORMED +lead\.enriched\.v1 4:123/)]);
    expect(out).not.toContain('ann@example.org');
    const { json } = await cliJson(['dead-letters', 'list'], env);
    expect(json).toMatchObject({
      deadLetters: expect.arrayContaining([expect.objectContaining({ leadId, code: 'LR_CODEC_MALFORMED', sourceOffset: 123 })]),
    });
    expect(await cli(['lead', leadId], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('dead-lettered by scorer in step decode'),
    });
  });
});
