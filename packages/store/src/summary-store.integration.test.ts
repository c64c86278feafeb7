/** What the live view and the closing summary count. */
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { aLead, anEventId, commitBatch } from '../../../test/contract/router-store-fixture.ts';
import { ensurePartitions } from './partitions.ts';
import { createPostgresRouterStore } from './postgres-router-store.ts';
import { readLeadSummary, readTimeToDecide } from './summary-store.ts';

type Lead = ReturnType<typeof aLead>;

const OFFER = { round: 1, offeredTo: ['ann', 'bob'], declined: [], expired: [], expiresAt: Date.UTC(2026, 0, 2) };

let test: TestPool;
beforeAll(async () => {
  test = await openTestPool();
  await ensurePartitions(test.pool, 3);
});
afterAll(() => test.close());

it('counts each lead once, where it is', async () => {
  const at = Date.UTC(2026, 0, 1);
  const lead = (changes: Partial<Lead>) => aLead({ submittedAt: at, decidedAt: at + 20, ...changes });
  const leads = [
    lead({}),
    lead({ grade: 'NEED_NURTURING', destinationId: 'web', poolId: 'self-service', decidedAt: at + 80 }),
    lead({ stage: 'WAITING', agentId: null }),
    lead({ stage: 'EXCEPTION', vendor: 'other' }),
    lead({ stage: 'OFFERED', agentId: null, offer: OFFER }),
    lead({ stage: 'OFFERED', agentId: null, offer: OFFER, poolId: 'partner-desk', destinationId: 'partners', ruleId: 'partner' }),
    lead({ stage: 'LINKED', poolId: null, destinationId: null }),
  ];
  await commitBatch(createPostgresRouterStore(test.pool, { poolTimerId: () => '00000000-0000-4000-8000-000000000000' }), {
    writes: { leads },
    contexts: new Map(leads.map(({ leadId }) => [leadId, Buffer.from('context')])),
    decisions: leads.map((one, inputIndex) => ({
      inputIndex,
      decision: {
        eventId: anEventId(),
        kind: one.stage === 'OFFERED' ? 'OFFERED' : 'ASSIGNED',
        cause: 'SUBMITTED',
        lead: one,
        previousAgentId: null,
        acceptBy: 5_000,
      },
    })),
  });
  expect(await readLeadSummary(test.pool)).toEqual({
    total: 7,
    byStage: new Map([
      ['ASSIGNED', 2],
      ['WAITING', 1],
      ['EXCEPTION', 1],
      ['OFFERED', 2],
      ['LINKED', 1],
    ]),
    byGrade: new Map([
      ['HOT', 6],
      ['NEED_NURTURING', 1],
    ]),
    byDestination: new Map([
      ['sales', 3],
      ['web', 1],
      ['partners', 1],
    ]),
    byPool: new Map([
      ['field', { owned: 2, offered: 1, waiting: 1 }],
      ['self-service', { owned: 1, offered: 0, waiting: 0 }],
      ['partner-desk', { owned: 0, offered: 1, waiting: 0 }],
    ]),
    byRule: new Map([
      ['hot-leads', 4],
      ['partner', 1],
    ]),
    byVendor: new Map([
      ['acme', 6],
      ['other', 1],
    ]),
  });
  expect(await readTimeToDecide(test.pool, { from: at, to: at + 100 })).toEqual({ decided: 7, p50Ms: 20, p99Ms: 80, maxMs: 80 });
  expect(await readTimeToDecide(test.pool, { from: at + 100, to: at + 200 })).toEqual({
    decided: 0,
    p50Ms: null,
    p99Ms: null,
    maxMs: null,
  });
});
