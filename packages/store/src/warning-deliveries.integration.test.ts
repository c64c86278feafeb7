import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aLead, anEventId, commitBatch } from '../../../test/contract/router-store-fixture.ts';
import { type DeliveryChannel, finishDeliveries, insertDeliveries, leaseDeliveries } from './delivery-store.ts';
import { ensurePartitions } from './partitions.ts';
import { createPostgresRouterStore } from './postgres-router-store.ts';
import { leaseReceipts } from './receipt-store.ts';

const CHANNELS: readonly DeliveryChannel[] = ['accept-warning', 'response-warning'];
const POOL_TIMER = '00000000-0000-4000-8000-000000000000';
let test: TestPool;

beforeAll(async () => {
  test = await openTestPool();
});
afterAll(() => test.close());

it('warnings are current until what they warn of is done, and a failed one does not mean that the owner is untold', async () => {
  const [waiting, accepted, answered] = [aLead(), aLead({ acceptedAt: 5 }), aLead({ acceptedAt: 5, respondedAt: 6 })];
  const leads = [waiting, accepted, answered];
  await ensurePartitions(test.pool, 1);
  await commitBatch(createPostgresRouterStore(test.pool, { poolTimerId: () => POOL_TIMER }), {
    writes: { leads },
    decisions: leads.map((lead, inputIndex) => ({
      inputIndex,
      decision: { eventId: anEventId(), kind: 'ASSIGNED', cause: 'SUBMITTED', lead, previousAgentId: null, acceptBy: null },
    })),
  });
  const about = { destinationId: 'sales', poolId: 'field', agentId: 'ann', payload: Buffer.from('due'), dueAt: 1_000 };
  const deliveries = leads.flatMap(({ leadId, revision }) => CHANNELS.map((channel) => ({ leadId, revision, channel, ...about })));
  await insertDeliveries(test.pool, { deliveries, known: [] });
  const leased = await leaseDeliveries(test.pool, { now: 5_000, limit: 10, leaseMs: 1, resting: [] });
  const isCurrent = leads.map(({ leadId }) =>
    CHANNELS.map((channel) => leased.find((one) => one.leadId === leadId && one.channel === channel)?.isCurrent),
  );
  expect(isCurrent).toEqual([
    [true, true],
    [false, true],
    [false, false],
  ]);
  await finishDeliveries(
    test.pool,
    leased.slice(0, 1).map(({ leadId, revision, channel, agentId, leaseToken }) => ({
      ...{ leadId, revision, channel, agentId, leaseToken, state: 'GIVEN_UP', outcome: 'UNDELIVERABLE', nextAttemptAt: null },
      ...{ receipt: null, error: null, status: null, errorCode: null, durationMs: 1, endedAt: 6_000 },
    })),
  );
  expect(await leaseReceipts(test.pool, { now: 1_000, limit: 10, leaseMs: 1 })).toMatchObject([{ isUntold: false }]);
});
