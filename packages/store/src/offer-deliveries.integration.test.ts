import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aLead, anEventId, commitBatch } from '../../../test/contract/router-store-fixture.ts';
import { finishDeliveries, insertDeliveries, type LeasedDelivery, leaseDeliveries } from './delivery-store.ts';
import { ensurePartitions } from './partitions.ts';
import { createPostgresRouterStore } from './postgres-router-store.ts';
import { leaseReceipts, removeReceipts } from './receipt-store.ts';

const POOL_TIMER = '00000000-0000-4000-8000-000000000000';
let test: TestPool;

beforeAll(async () => {
  test = await openTestPool();
});
afterAll(() => test.close());

it('an offer is a delivery for each who is asked, current until they decline, and one who cannot be told says nothing of the others', async () => {
  const offer = { round: 1, offeredTo: ['ann', 'bob'], declined: ['cid'], expired: [], expiresAt: 9_000 };
  const lead = aLead({ stage: 'OFFERED', poolId: 'field', agentId: null, offer });
  await ensurePartitions(test.pool, 1);
  await commitBatch(createPostgresRouterStore(test.pool, { poolTimerId: () => POOL_TIMER }), {
    writes: { leads: [lead] },
    decisions: [
      {
        inputIndex: 0,
        decision: { eventId: anEventId(), kind: 'OFFERED', cause: 'SUBMITTED', lead, previousAgentId: null, acceptBy: 9_000 },
      },
    ],
  });
  const { leadId, revision } = lead;
  const about = {
    leadId,
    revision,
    destinationId: 'sales',
    poolId: 'field',
    payload: Buffer.from('an offer'),
    dueAt: 1_000,
  };
  const offers = ['ann', 'bob', 'cid'].map((agentId) => ({ ...about, channel: 'offer' as const, agentId }));
  await insertDeliveries(test.pool, { deliveries: offers, known: [] });
  await insertDeliveries(test.pool, { deliveries: offers, known: [] });
  const leased = await leaseDeliveries(test.pool, { now: 5_000, limit: 10, leaseMs: 1, resting: [] });
  expect(leased.map(({ agentId, isCurrent }) => [agentId, isCurrent]).sort()).toEqual([
    ['ann', true],
    ['bob', true],
    ['cid', false],
  ]);

  const giveUp = ({ channel, agentId, leaseToken }: LeasedDelivery) =>
    finishDeliveries(test.pool, [
      {
        ...{ leadId, revision, channel, agentId, leaseToken, state: 'GIVEN_UP', outcome: 'UNDELIVERABLE', nextAttemptAt: null },
        ...{ receipt: null, error: null, status: null, errorCode: null, durationMs: 1, endedAt: 6_000 },
      },
    ]);
  for (const one of leased) await giveUp(one);
  const untold: (string | boolean | null)[][] = [];
  for (let now = 1_000; untold.length < offers.length; now += 1_000) {
    const receipts = await leaseReceipts(test.pool, { now, limit: 10, leaseMs: 1 });
    expect(receipts).toHaveLength(1);
    untold.push(...receipts.map(({ agentId, isUntold }) => [agentId, isUntold]));
    await removeReceipts(test.pool, receipts);
  }
  expect(untold.sort()).toEqual([
    ['ann', true],
    ['bob', true],
    ['cid', true],
  ]);
});
