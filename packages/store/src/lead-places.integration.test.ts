/** Where leads stand, and how often they were handed on. */
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aLead, aLeadId, anEventId, commitBatch } from '../../../test/contract/router-store-fixture.ts';
import { readLeadPlaces } from './lead-places.ts';
import { ensurePartitions } from './partitions.ts';
import { createPostgresRouterStore } from './postgres-router-store.ts';
import { readHandOffs } from './summary-store.ts';

type Lead = ReturnType<typeof aLead>;

let opened: TestPool;
const first = aLead();
const next: Lead = { ...first, version: 2, revision: 2, agentId: 'bob', decidedAt: first.decidedAt + 100 };

beforeAll(async () => {
  opened = await openTestPool();
  await opened.reset();
  await ensurePartitions(opened.pool, 3);
  await decide(first, 'SUBMITTED');
  await decide(next, 'DECLINED');
});
afterAll(() => opened.close());

const decide = (lead: Lead, cause: 'SUBMITTED' | 'DECLINED') =>
  commitBatch(createPostgresRouterStore(opened.pool, { poolTimerId: () => '00000000-0000-4000-8000-000000000000' }), {
    writes: { leads: [lead] },
    contexts: new Map([[lead.leadId, Buffer.from('context')]]),
    decisions: [
      { inputIndex: 0, decision: { eventId: anEventId(), kind: 'ASSIGNED', cause, lead, previousAgentId: null, acceptBy: null } },
    ],
  });

test('leads stand where their latest decision put them; those not decided yet are left out', async () => {
  const { leadId, stage, grade, poolId, destinationId, agentId } = next;
  expect(await readLeadPlaces(opened.pool, [leadId, aLeadId()])).toEqual([
    { leadId, stage, grade, poolId, destinationId, agentId, offeredTo: [] },
  ]);
  expect(await readLeadPlaces(opened.pool, [])).toEqual([]);
});

test('an offered lead says whom it is offered to now', async () => {
  const offer = { round: 2, offeredTo: ['cid', 'dee'], declined: ['ann'], expired: ['bob'], expiresAt: first.decidedAt + 60_000 };
  const offered = aLead({ stage: 'OFFERED', agentId: null, offer });
  await decide(offered, 'SUBMITTED');
  expect(await readLeadPlaces(opened.pool, [offered.leadId])).toMatchObject([{ stage: 'OFFERED', offeredTo: ['cid', 'dee'] }]);
});

test('leads are handed on from their second decision, counted by its cause', async () => {
  expect(await readHandOffs(opened.pool, first.decidedAt)).toEqual(new Map([['DECLINED', 1]]));
  expect(await readHandOffs(opened.pool, next.decidedAt + 1)).toEqual(new Map());
});
