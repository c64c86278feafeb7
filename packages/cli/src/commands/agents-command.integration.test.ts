/** `agents away` and `agents back` as routing sees them, on a real Postgres: the router's decision and its store, without the process around them. */
import { poolTimerId } from '@lead-router/contracts/ids.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { readLead } from '@lead-router/store/lead-store.ts';
import { ensurePartitions } from '@lead-router/store/partitions.ts';
import { createPostgresRouterStore } from '@lead-router/store/postgres-router-store.ts';
import { createPostgresTimerStore } from '@lead-router/store/timer-store.ts';
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aLeadId, anEventId, readLocked } from '../../../../test/contract/router-store-fixture.ts';
import { cli, cliJson } from '../run-cli.test-support.ts';
import { decideAndWrite, decideUrgentLeads, SAMPLE, sampleRuleSet, urgentFacts } from './decided-leads.test-support.ts';

let test: TestPool;
let env: NodeJS.ProcessEnv;
let poolId = '';
let agents: readonly string[] = [];
/** Offsets tell the batches apart. */
let from = 0;

beforeAll(async () => {
  test = await openTestPool();
  await ensurePartitions(test.pool, 6);
  env = {
    KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS ?? '',
    SCHEMA_REGISTRY_URL: process.env.TEST_SCHEMA_REGISTRY_URL ?? '',
    DATABASE_URL: test.databaseUrl,
  };
  expect((await cli(['rules', 'publish', SAMPLE], env)).code).toBe(0);
  const ruleSet = await sampleRuleSet();
  poolId = ruleSet.matchRule(urgentFacts(ruleSet)).rule.to;
  agents = ruleSet.pools.get(poolId)?.agents.map(({ agentId }) => agentId) ?? [];
  expect(agents.length).toBeGreaterThan(1);
});
afterAll(() => test.close());

/** Leads that arrive at `now`, as they are afterwards. */
const submit = async (count: number, now = Date.now()) => {
  const ids = Array.from({ length: count }, aLeadId);
  from += 100;
  await decideUrgentLeads(test.pool, ids, { from, now });
  return Promise.all(ids.map(leadOf));
};
const leadOf = async (leadId: LeadId) => {
  const stored = await readLead(test.pool, leadId);
  if (stored === null) throw new Error(`${leadId} is not there`);
  return stored.lead;
};
const dueTimers = (now: number) => createPostgresTimerStore(test.pool).leaseDueTimers({ now, limit: 10, leaseMs: 0 });
const poolNow = async () =>
  (await readLocked(createPostgresRouterStore(test.pool, { poolTimerId }), { pools: [poolId] })).pools.get(poolId);

/** The pool's timer fires and the leads that it calls are tried, as the watchdog and the router do it. */
const wake = async (leadIds: readonly LeadId[], now: number): Promise<void> => {
  const timer = (await dueTimers(now)).find((one) => one.poolId === poolId);
  if (timer === undefined) throw new Error('the timer of the pool is not due');
  const occurredAt = now;
  from += 100;
  const timerId = timer.timerId as LeadId;
  const fired = { kind: 'TIMER', timer: 'POOL_WAKE', generation: timer.generation, poolId, leadId: timerId, facts: null } as const;
  await decideAndWrite(test.pool, { inputs: [{ ...fired, eventId: anEventId(), offset: from, occurredAt }], from, now });
  const facts = urgentFacts(await sampleRuleSet());
  const known = await Promise.all(leadIds.map(leadOf));
  from += 100;
  const inputs = leadIds.map((leadId, index) => {
    const place = { eventId: anEventId(), leadId, offset: from + index, occurredAt };
    return { kind: 'ROUTE', poolId, cause: 'POOL_OPENED', facts, ...place } as const;
  });
  await decideAndWrite(test.pool, { inputs, known, from, now });
};

describe('agents that are away', () => {
  it('get no leads while others are there, and the explanation says so', async () => {
    const [first = '', ...others] = agents;
    expect(await cliJson(['agents', 'away', first, '--until', '2h'], env)).toMatchObject({ code: 0 });
    const leads = await submit(9);
    expect([...new Set(leads.map(({ agentId }) => agentId))].sort()).toEqual([...others].sort());
    const { out, code } = await cli(['explain', leads[0]?.leadId ?? ''], env);
    expect([code, out]).toEqual([0, expect.stringContaining(`${first}: away (by its own or somebody's word)`)]);
    expect((await cli(['replay', leads[0]?.leadId ?? ''], env)).code).toBe(0);
    expect((await submit(3, Date.now() + 3 * 3_600_000)).map(({ agentId }) => agentId)).toContain(first);
  });

  it('have those who wait when they are back, and make up for nothing', async () => {
    for (const agentId of agents) expect((await cli(['agents', 'away', agentId], env)).code).toBe(0);
    const now = Date.now() + 4 * 3_600_000;
    const waiting = await submit(2, now);
    expect(waiting.map(({ stage }) => stage)).toEqual(['WAITING', 'WAITING']);
    expect((await poolNow())?.wakeAt).toBeNull();
    const [, back = ''] = agents;
    expect((await cli(['agents', 'back', back], env)).code).toBe(0);
    await wake(
      waiting.map(({ leadId }) => leadId),
      now,
    );
    const after = await Promise.all(waiting.map(({ leadId }) => leadOf(leadId)));
    expect(after.map(({ stage, agentId }) => [stage, agentId])).toEqual(waiting.map(() => ['ASSIGNED', back]));
    for (const agentId of agents) await cli(['agents', 'back', agentId], env);
    const shares = (await submit(agents.length * 3, now)).map(({ agentId }) => agentId);
    // Nine leads for three: three each, and the ledger allows one more or less.
    for (const agentId of agents) expect([2, 3, 4]).toContain(shares.filter((one) => one === agentId).length);
  });

  it('are waited for until the end that was given, by the timer of their pool', async () => {
    const before = Date.now();
    for (const agentId of agents) await cli(['agents', 'away', agentId, '--until', '1h'], env);
    const [lead] = await submit(1);
    const wakeAt = (await poolNow())?.wakeAt ?? 0;
    expect([lead?.stage, wakeAt - before > 3_500_000, wakeAt - before < 3_700_000]).toEqual(['WAITING', true, true]);
    await wake(lead === undefined ? [] : [lead.leadId], wakeAt + 60_000);
    expect(await leadOf(lead?.leadId ?? aLeadId())).toMatchObject({ stage: 'ASSIGNED', poolId });
  });
});
