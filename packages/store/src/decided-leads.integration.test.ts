/** What others read of decided leads: deliveries, one lead in full, the audit's pages, the summary. */
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aBatch, aLead, anEventId, commitBatch } from '../../../test/contract/router-store-fixture.ts';
import {
  countLeadsByStage,
  findRepeatedEvents,
  findRevisionFaults,
  readAuditedLeads,
  readAuditedPartitions,
  scanDecisions,
  scanLeads,
  scanSubmissions,
  scanUndecidedSubmissions,
} from './audit-store.ts';
import { type DeliveryOutcome, finishDeliveries, insertDeliveries, type LeasedDelivery, leaseDeliveries } from './delivery-store.ts';
import { readDecisionBatch, readDecisions, readDeliveries, readExceptions, readLead } from './lead-store.ts';
import { ensurePartitions } from './partitions.ts';
import { createPostgresRouterStore } from './postgres-router-store.ts';
import { statement } from './statement.ts';
import { recordSubmissions } from './submission-store.ts';
import { readLeadSummary, readTimeToDecide } from './summary-store.ts';

type Lead = ReturnType<typeof aLead>;

describe('decided leads', () => {
  let test: TestPool;
  beforeAll(async () => {
    test = await openTestPool();
  });
  beforeEach(async () => {
    await test.reset();
    await ensurePartitions(test.pool, 3);
  });
  afterAll(() => test.close());

  const decide = (leads: readonly Lead[]) =>
    commitBatch(createPostgresRouterStore(test.pool, { poolTimerId: () => '00000000-0000-4000-8000-000000000000' }), {
      writes: { leads },
      contexts: new Map(leads.map((lead) => [lead.leadId, Buffer.from('context')])),
      decisions: leads.map((lead, inputIndex) => ({
        inputIndex,
        decision: { eventId: anEventId(), kind: 'ASSIGNED', cause: 'SUBMITTED', lead, previousAgentId: null, acceptBy: 5_000 },
      })),
    });
  const again = (lead: Lead, changes: Partial<Lead>): Lead => ({
    ...lead,
    version: lead.version + 1,
    revision: lead.revision + 1,
    ...changes,
  });

  describe('deliveries', () => {
    const delivery = (lead: Lead, changes = {}) => ({
      leadId: lead.leadId,
      revision: lead.revision,
      channel: 'webhook',
      destinationId: 'sales',
      poolId: 'field',
      agentId: 'ann',
      payload: Buffer.from(`payload ${lead.revision}`),
      dueAt: 1_000,
      ...changes,
    });
    const lease = (now: number, leaseMs = 5_000) => leaseDeliveries(test.pool, { now, limit: 10, leaseMs });
    const outcome = (leased: LeasedDelivery, changes: Partial<DeliveryOutcome>): DeliveryOutcome => ({
      leadId: leased.leadId,
      revision: leased.revision,
      channel: leased.channel,
      leaseToken: leased.leaseToken,
      state: 'DELIVERED',
      nextAttemptAt: null,
      receipt: null,
      error: null,
      ...changes,
    });

    it('are one intent per assignment and channel, leased to one sender, delivered once', async () => {
      const lead = aLead();
      await decide([lead]);
      await insertDeliveries(test.pool, [delivery(lead), delivery(lead, { channel: 'email' })]);
      await insertDeliveries(test.pool, [delivery(lead, { payload: Buffer.from('other') })]);
      await insertDeliveries(test.pool, []);
      expect(await lease(999)).toEqual([]);
      const [first, second] = await Promise.all([lease(1_000), lease(1_000)]);
      const leased = [...first, ...second];
      expect(leased.map(({ channel, payload, attempt, isCurrent }) => [channel, payload.toString(), attempt, isCurrent]).sort()).toEqual([
        ['email', 'payload 1', 1, true],
        ['webhook', 'payload 1', 1, true],
      ]);
      await finishDeliveries(
        test.pool,
        leased.map((one) => outcome(one, { receipt: '204' })),
      );
      expect(await lease(100_000)).toEqual([]);
      expect(await readDeliveries(test.pool, lead.leadId)).toMatchObject([
        { channel: 'email', state: 'DELIVERED', attempts: 1, receipt: '204' },
        { channel: 'webhook', state: 'DELIVERED' },
      ]);
    });

    it('are tried again later, and an outcome counts only under the latest lease', async () => {
      const lead = aLead();
      await decide([lead]);
      await insertDeliveries(test.pool, [delivery(lead)]);
      const [slow] = await lease(1_000, 1_000);
      const [quick] = await lease(2_000, 1_000);
      if (!slow || !quick) throw new Error('leased twice');
      await finishDeliveries(test.pool, [outcome(slow, {})]);
      await finishDeliveries(test.pool, [outcome(quick, { state: 'PENDING', nextAttemptAt: 9_000, error: 'HTTP 503' })]);
      expect(await lease(8_999)).toEqual([]);
      const [third] = await lease(9_000);
      expect(third?.attempt).toBe(3);
      if (third) await finishDeliveries(test.pool, [outcome(third, { state: 'GIVEN_UP', error: 'HTTP 410' })]);
      expect(await readDeliveries(test.pool, lead.leadId)).toMatchObject([{ state: 'GIVEN_UP', attempts: 3, lastError: 'HTTP 410' }]);
    });

    it('know when the lead has moved on, and keep the order of its messages', async () => {
      const lead = aLead();
      const moved = again(lead, { agentId: 'bob' });
      await decide([lead]);
      await decide([moved]);
      await insertDeliveries(test.pool, [delivery(moved, { dueAt: 1 }), delivery(lead, { dueAt: 2 })]);
      const [older, ...others] = await lease(5_000);
      expect(others).toEqual([]);
      expect(older).toMatchObject({ revision: 1, isCurrent: false });
      if (older) await finishDeliveries(test.pool, [outcome(older, { state: 'SUPERSEDED' })]);
      expect(await lease(5_000)).toMatchObject([{ revision: 2, isCurrent: true }]);
    });

    it('are not current for a lead that is closed', async () => {
      const lead = aLead({ stage: 'CLOSED' });
      await decide([lead]);
      await insertDeliveries(test.pool, [delivery(lead)]);
      expect(await lease(5_000)).toMatchObject([{ isCurrent: false }]);
    });
  });

  describe('one lead', () => {
    it('comes with its decisions and the batch of each', async () => {
      const lead = aLead();
      await decide([lead]);
      await decide([again(lead, { agentId: 'bob', decidedAt: lead.decidedAt + 5 })]);
      expect(await readLead(test.pool, lead.leadId)).toMatchObject({
        lead: { revision: 2, agentId: 'bob' },
        context: Buffer.from('context'),
      });
      const decisions = await readDecisions(test.pool, lead.leadId);
      expect(decisions).toMatchObject([
        { leadId: lead.leadId, revision: 1, agentId: 'ann', inputIndex: 0, acceptBy: 5_000, decidedAt: lead.decidedAt, linkedTo: null },
        { revision: 2, agentId: 'bob' },
      ]);
      const { batch } = aBatch();
      expect(await readDecisionBatch(test.pool, decisions[0]?.batchId ?? '')).toEqual({ ...batch, batchId: decisions[0]?.batchId });
      expect(await readLead(test.pool, aLead().leadId)).toBeNull();
      expect(await readDecisionBatch(test.pool, 'none')).toBeNull();
    });

    it('is listed while a final decision maker has it, the longest there first', async () => {
      const [young, old] = [aLead({ stage: 'EXCEPTION', decidedAt: 2_000 }), aLead({ stage: 'EXCEPTION', decidedAt: 1_000 })];
      await decide([young, aLead(), old]);
      expect(await readExceptions(test.pool, 10)).toEqual([old, young]);
    });
  });

  describe('audit', () => {
    const all = async <Row>(pages: AsyncIterable<readonly Row[]>): Promise<readonly Row[]> => {
      const rows: Row[] = [];
      for await (const page of pages) rows.push(...page);
      return rows;
    };

    it('pages through everything, by key', async () => {
      const leads = Array.from({ length: 25 }, () => aLead()).sort((a, b) => (a.leadId < b.leadId ? -1 : 1));
      const [first] = leads;
      if (!first) throw new Error('no leads');
      await decide(leads);
      await decide([again(first, {})]);
      const expected = leads.map(({ leadId }) => ({
        leadId,
        version: leadId === first.leadId ? 2 : 1,
        revision: leadId === first.leadId ? 2 : 1,
        stage: 'ASSIGNED',
      }));
      expect(await all(scanLeads(test.pool, 10))).toEqual(expected);
      expect(await all(scanLeads(test.pool, 5))).toEqual(expected);
      expect((await all(scanDecisions(test.pool, 7))).map(({ leadId, revision }) => `${leadId}/${revision}`)).toEqual(
        leads.flatMap(({ leadId }) => (leadId === first.leadId ? [`${leadId}/1`, `${leadId}/2`] : [`${leadId}/1`])),
      );
      expect(await readAuditedLeads(test.pool, [first.leadId, aLead().leadId])).toEqual(new Map([[first.leadId, expected[0]]]));
      expect(await countLeadsByStage(test.pool)).toEqual(new Map([['ASSIGNED', 25]]));
      expect(await readAuditedPartitions(test.pool)).toMatchObject([{ partition: 0, storedFrom: 0, storedTo: 10 }, { storedTo: null }, {}]);
    });

    it('finds what was promised and never decided', async () => {
      const [decided, lost] = [aLead(), aLead()];
      await decide([decided]);
      const submission = { vendor: 'acme', referenceDigest: 'r', contentDigest: 'c', source: 'http', acceptedAt: 7 };
      await recordSubmissions(
        test.pool,
        [decided, lost].map(({ leadId }) => ({ ...submission, leadId })),
      );
      expect(await all(scanUndecidedSubmissions(test.pool))).toEqual([
        { leadId: lost.leadId, vendor: 'acme', source: 'http', acceptedAt: 7 },
      ]);
      expect(await all(scanSubmissions(test.pool))).toHaveLength(2);
    });

    it('finds nothing wrong with what the router writes, and everything with what was tampered with', async () => {
      const [good, gap, none] = [aLead(), aLead(), aLead()];
      await decide([good, gap, none]);
      await decide([again(good, {})]);
      expect([await findRevisionFaults(test.pool, 10), await findRepeatedEvents(test.pool, 10)]).toEqual([[], []]);
      const run = (name: string, text: string) => test.pool.run(statement(name, text));
      await run('tamper-1', `UPDATE decisions SET revision = 3 WHERE lead_id = '${gap.leadId}'`);
      await run('tamper-2', `DELETE FROM decisions WHERE lead_id = '${none.leadId}'`);
      await run('tamper-3', `UPDATE decisions SET event_id = (SELECT event_id FROM decisions WHERE lead_id = '${gap.leadId}')`);
      expect((await findRevisionFaults(test.pool, 10)).map(({ leadId }) => leadId).sort()).toEqual([gap.leadId, none.leadId].sort());
      expect(await findRepeatedEvents(test.pool, 10)).toMatchObject([{ decisions: 3 }]);
    });
  });

  it('are summed up, each once', async () => {
    const at = Date.UTC(2026, 0, 1);
    const lead = (changes: Partial<Lead>) => aLead({ submittedAt: at, decidedAt: at + 20, ...changes });
    await decide([
      lead({}),
      lead({ grade: 'NEED_NURTURING', destinationId: 'web', poolId: 'self-service', decidedAt: at + 80 }),
      lead({ stage: 'WAITING', agentId: null }),
      lead({ stage: 'EXCEPTION', vendor: 'other' }),
      lead({ stage: 'LINKED', poolId: null, destinationId: null }),
    ]);
    expect(await readLeadSummary(test.pool)).toEqual({
      total: 5,
      byStage: new Map([
        ['ASSIGNED', 2],
        ['WAITING', 1],
        ['EXCEPTION', 1],
        ['LINKED', 1],
      ]),
      byGrade: new Map([
        ['HOT', 4],
        ['NEED_NURTURING', 1],
      ]),
      byDestination: new Map([
        ['sales', 2],
        ['web', 1],
      ]),
      byPool: new Map([
        ['field', { owned: 2, waiting: 1 }],
        ['self-service', { owned: 1, waiting: 0 }],
      ]),
      byVendor: new Map([
        ['acme', 4],
        ['other', 1],
      ]),
    });
    expect(await readTimeToDecide(test.pool, { from: at, to: at + 100 })).toEqual({ decided: 5, p50Ms: 20, p99Ms: 80, maxMs: 80 });
    expect(await readTimeToDecide(test.pool, { from: at + 100, to: at + 200 })).toEqual({
      decided: 0,
      p50Ms: null,
      p99Ms: null,
      maxMs: null,
    });
  });
});
