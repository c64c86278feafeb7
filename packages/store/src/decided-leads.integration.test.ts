/** What others read of decided leads: deliveries, one lead in full, the audit's pages. */
import { describe, expect, it } from 'vitest';
import { aBatch, aDestination, aLead, anEventId, aPool, commitBatch } from '../../../test/contract/router-store-fixture.ts';
import { readAuditedBooks } from './audit-books.ts';
import { findRevisionFaults, readAuditedPartitions, scanDecisions, scanLeads, scanSubmissions } from './audit-store.ts';
import {
  type DeliveryOutcome,
  finishDeliveries,
  insertDeliveries,
  type LeasedDelivery,
  leaseDeliveries,
  type NewDelivery,
} from './delivery-store.ts';
import { readDecisionBatch, readDecisions, readDeliveries, readExceptions, readLead } from './lead-store.ts';
import { usePartitionedDatabase } from './partitioned-database.test-support.ts';
import { createPostgresRouterStore } from './postgres-router-store.ts';
import { leaseReceipts, removeReceipts } from './receipt-store.ts';
import { statement } from './statement.ts';
import { recordSubmissions } from './submission-store.ts';
import { readEarlierLeads } from './told-leads.ts';

type Lead = ReturnType<typeof aLead>;

describe('decided leads', () => {
  const database = usePartitionedDatabase();

  const decide = (leads: readonly Lead[]) =>
    commitBatch(createPostgresRouterStore(database().pool, { poolTimerId: () => '00000000-0000-4000-8000-000000000000' }), {
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
      channel: 'webhook' as const,
      destinationId: 'sales',
      poolId: 'field',
      agentId: 'ann',
      payload: Buffer.from(`payload ${lead.revision}`),
      dueAt: 1_000,
      ...changes,
    });
    const insert = (deliveries: readonly NewDelivery[]) => insertDeliveries(database().pool, { deliveries, known: [] });
    const lease = (now: number, leaseMs = 5_000) => leaseDeliveries(database().pool, { now, limit: 10, leaseMs, resting: [] });
    const outcome = (leased: LeasedDelivery, changes: Partial<DeliveryOutcome>): DeliveryOutcome => ({
      leadId: leased.leadId,
      revision: leased.revision,
      channel: leased.channel,
      agentId: leased.agentId,
      leaseToken: leased.leaseToken,
      state: 'DELIVERED',
      nextAttemptAt: null,
      receipt: null,
      error: null,
      outcome: 'DELIVERED',
      status: null,
      errorCode: null,
      durationMs: 7,
      endedAt: 3_000,
      ...changes,
    });

    it('are one intent per assignment and channel, leased to one sender, delivered once', async () => {
      const lead = aLead();
      await decide([lead]);
      await insert([delivery(lead), delivery(lead, { channel: 'email' })]);
      await insert([delivery(lead, { payload: Buffer.from('other') })]);
      await insert([]);
      expect(await lease(999)).toEqual([]);
      const [first, second] = await Promise.all([lease(1_000), lease(1_000)]);
      const leased = [...first, ...second];
      expect(leased.map(({ channel, payload, attempt, isCurrent }) => [channel, payload.toString(), attempt, isCurrent]).sort()).toEqual([
        ['email', 'payload 1', 1, true],
        ['webhook', 'payload 1', 1, true],
      ]);
      await finishDeliveries(
        database().pool,
        leased.map((one) => outcome(one, { receipt: '204' })),
      );
      expect(await lease(100_000)).toEqual([]);
      expect(await readDeliveries(database().pool, lead.leadId)).toMatchObject([
        { channel: 'email', state: 'DELIVERED', attempts: 1, receipt: '204' },
        { channel: 'webhook', state: 'DELIVERED' },
      ]);
    });

    it('are tried again later, and an outcome counts only under the latest lease', async () => {
      const lead = aLead();
      await decide([lead]);
      await insert([delivery(lead)]);
      const [slow] = await lease(1_000, 1_000);
      const [quick] = await lease(2_000, 1_000);
      if (!slow || !quick) throw new Error('leased twice');
      await finishDeliveries(database().pool, [outcome(slow, {})]);
      await finishDeliveries(database().pool, [outcome(quick, { state: 'PENDING', nextAttemptAt: 9_000, error: 'HTTP 503' })]);
      expect(await lease(8_999)).toEqual([]);
      const [third] = await lease(9_000);
      expect(third?.attempt).toBe(3);
      if (third) await finishDeliveries(database().pool, [outcome(third, { state: 'GIVEN_UP', error: 'HTTP 410' })]);
      expect(await readDeliveries(database().pool, lead.leadId)).toMatchObject([{ state: 'GIVEN_UP', attempts: 3, lastError: 'HTTP 410' }]);
    });

    it('know when the lead has moved on, and keep the order of its messages', async () => {
      const lead = aLead();
      const moved = again(lead, { agentId: 'bob' });
      await decide([lead]);
      await decide([moved]);
      await insert([delivery(moved, { dueAt: 1 }), delivery(lead, { dueAt: 2 })]);
      const [older, ...others] = await lease(5_000);
      expect(others).toEqual([]);
      expect(older).toMatchObject({ revision: 1, isCurrent: false });
      if (older) await finishDeliveries(database().pool, [outcome(older, { state: 'SUPERSEDED' })]);
      expect(await lease(5_000)).toMatchObject([{ revision: 2, isCurrent: true }]);
    });

    it('do not wait for an overtaken one that is to be tried again much later', async () => {
      const lead = aLead();
      await decide([lead]);
      await insert([delivery(lead)]);
      const [failed] = await lease(5_000);
      if (failed) await finishDeliveries(database().pool, [outcome(failed, { state: 'PENDING', nextAttemptAt: 9_000_000 })]);
      const moved = again(lead, { agentId: 'bob' });
      await decide([moved]);
      await insert([delivery(moved)]);
      expect(await lease(6_000)).toMatchObject([{ revision: 2, isCurrent: true }]);
    });

    it('leave a receipt with the outcome, until it is published; a crash in between publishes it again', async () => {
      const lead = aLead();
      await decide([lead]);
      await insert([delivery(lead)]);
      const [leased] = await lease(1_000);
      if (!leased) throw new Error('leased');
      const failed = outcome(leased, { state: 'PENDING', nextAttemptAt: 2_000, outcome: 'RETRYING', status: 503, errorCode: 'LR_X' });
      await finishDeliveries(database().pool, [failed]);
      const receipts = (now: number) => leaseReceipts(database().pool, { now, limit: 10, leaseMs: 1_000 });
      const [first, ...others] = await receipts(1_000);
      expect(others).toEqual([]);
      expect(first).toMatchObject({
        leadId: lead.leadId,
        attempt: 1,
        outcome: 'RETRYING',
        status: 503,
        errorCode: 'LR_X',
        durationMs: 7,
        endedAt: 3_000,
      });
      const [again] = await lease(2_000);
      if (!again) throw new Error('leased again');
      await finishDeliveries(database().pool, [
        outcome(again, { status: 204 }),
        outcome(leased, { outcome: 'RETRYING', state: 'PENDING', nextAttemptAt: 1 }),
      ]);
      // The second waits for the first, whoever holds it.
      expect(await receipts(1_500)).toEqual([]);
      const [repeated] = await receipts(2_000);
      expect(repeated).toEqual(first);
      if (repeated) await removeReceipts(database().pool, [repeated]);
      expect(await receipts(2_000)).toMatchObject([{ attempt: 2, outcome: 'DELIVERED', isUntold: false }]);
    });

    it('of a sender that died say that nobody knows, and keep nothing of the person once they are over', async () => {
      const lead = aLead();
      await decide([lead]);
      await insert([delivery(lead)]);
      await lease(1_000, 500);
      const [again] = await lease(1_500);
      if (!again) throw new Error('leased again');
      await finishDeliveries(database().pool, [outcome(again, {})]);
      const [unknown] = await leaseReceipts(database().pool, { now: 1, limit: 10, leaseMs: 1 });
      expect(unknown).toMatchObject({ attempt: 1, outcome: 'RETRYING', errorCode: 'LR_NOTIFIER_OUTCOME_UNKNOWN', endedAt: 1_500 });
      expect(await database().pool.run(statement('test-payload', 'SELECT length(payload) AS size FROM deliveries'))).toEqual([{ size: 0 }]);
    });

    it('have one reply a lead, whatever is decided later, and it is never superseded', async () => {
      const lead = aLead();
      await decide([lead]);
      await insert([delivery(lead, { channel: 'reply' }), delivery(lead, { channel: 'reply', revision: 2 })]);
      const moved = again(lead, { agentId: 'bob' });
      await decide([moved]);
      await insert([delivery(moved, { channel: 'reply' })]);
      expect(await lease(5_000)).toMatchObject([{ channel: 'reply', revision: 1, isCurrent: true }]);
    });

    it('say that an owner was not told only when no channel has told or still may', async () => {
      const lead = aLead();
      await decide([lead]);
      await insert([delivery(lead), delivery(lead, { channel: 'email' }), delivery(lead, { channel: 'reply' })]);
      const isUntold = async (known: Partial<DeliveryOutcome>) => {
        const leased = (await lease(1_000)).find(({ channel }) => channel === known.channel);
        if (leased) await finishDeliveries(database().pool, [outcome(leased, { state: 'GIVEN_UP', outcome: 'UNDELIVERABLE', ...known })]);
        const receipts = await leaseReceipts(database().pool, { now: 1_000, limit: 10, leaseMs: 1 });
        await removeReceipts(database().pool, receipts);
        await releaseAll();
        return receipts.filter((receipt) => receipt.channel === known.channel).map((receipt) => receipt.isUntold);
      };
      const releaseAll = () => database().pool.run(statement('test-release', 'UPDATE deliveries SET leased_until = NULL'));
      expect(await isUntold({ channel: 'reply' })).toEqual([false]);
      expect(await isUntold({ channel: 'webhook' })).toEqual([false]);
      expect(await isUntold({ channel: 'email' })).toEqual([true]);
    });

    it('leave resting destinations alone, but not their mails', async () => {
      const lead = aLead();
      await decide([lead]);
      await insert([delivery(lead), delivery(lead, { channel: 'email' })]);
      const leased = await leaseDeliveries(database().pool, { now: 5_000, limit: 10, leaseMs: 1, resting: ['sales'] });
      expect(leased.map(({ channel }) => channel)).toEqual(['email']);
    });

    it('let the next lead of a person find this one', async () => {
      const [lead, other, stranger] = [aLead({ submittedAt: 1_000 }), aLead({ submittedAt: 2_000 }), aLead()];
      await decide([lead, other, stranger]);
      const known = [
        { leadId: lead.leadId, identities: ['mail', 'phone'] },
        { leadId: lead.leadId, identities: ['mail', 'phone'] },
        { leadId: other.leadId, identities: ['phone'] },
        { leadId: stranger.leadId, identities: ['another'] },
      ];
      await insertDeliveries(database().pool, { deliveries: [delivery(lead), delivery(other)], known });
      const found = (identities: readonly string[]) => readEarlierLeads(database().pool, { leadId: aLead().leadId, identities, limit: 5 });
      expect((await found(['phone', 'mail'])).map(({ leadId }) => leadId)).toEqual([other.leadId, lead.leadId]);
      expect(await readEarlierLeads(database().pool, { leadId: lead.leadId, identities: ['mail'], limit: 5 })).toEqual([]);
      const linked = aLead({ stage: 'LINKED', agentId: null, linkedTo: lead.leadId });
      await decide([linked]);
      await insertDeliveries(database().pool, { deliveries: [], known: [{ leadId: linked.leadId, identities: ['mail'] }] });
      expect(await readEarlierLeads(database().pool, { leadId: lead.leadId, identities: ['mail'], limit: 5 })).toMatchObject([
        { leadId: linked.leadId, linkedTo: lead.leadId, agentId: null },
      ]);
      expect(await found([])).toEqual([]);
    });

    it('are not current for a lead that is closed', async () => {
      const lead = aLead({ stage: 'CLOSED' });
      await decide([lead]);
      await insert([delivery(lead)]);
      expect(await lease(5_000)).toMatchObject([{ isCurrent: false }]);
    });
  });

  describe('one lead', () => {
    it('comes with its decisions and the batch of each', async () => {
      const lead = aLead();
      await decide([lead]);
      await decide([again(lead, { agentId: 'bob', decidedAt: lead.decidedAt + 5 })]);
      expect(await readLead(database().pool, lead.leadId)).toMatchObject({
        lead: { revision: 2, agentId: 'bob' },
        context: Buffer.from('context'),
      });
      const decisions = await readDecisions(database().pool, lead.leadId);
      expect(decisions).toMatchObject([
        { leadId: lead.leadId, revision: 1, agentId: 'ann', inputIndex: 0, acceptBy: 5_000, decidedAt: lead.decidedAt, linkedTo: null },
        { revision: 2, agentId: 'bob' },
      ]);
      const batchId = decisions[0]?.batchId ?? '';
      expect(await readDecisionBatch(database().pool, batchId)).toEqual({ ...aBatch().batch, batchId, body: Buffer.from('body') });
      expect(await readLead(database().pool, aLead().leadId)).toBeNull();
      expect(await readDecisionBatch(database().pool, 'none')).toBeNull();
    });

    it('is listed while a final decision maker has it, the longest there first', async () => {
      const [young, old] = [aLead({ stage: 'EXCEPTION', decidedAt: 2_000 }), aLead({ stage: 'EXCEPTION', decidedAt: 1_000 })];
      await decide([young, aLead(), old]);
      expect(await readExceptions(database().pool, 10)).toEqual([old, young]);
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
      const expected = leads.map((lead) => (lead.leadId === first.leadId ? again(first, {}) : lead));
      expect(await all(scanLeads(database().pool, 10))).toEqual(expected);
      expect(await all(scanLeads(database().pool, 5))).toEqual(expected);
      const decisions = await all(scanDecisions(database().pool, 7));
      expect(decisions.map(({ leadId, revision }) => `${leadId}/${revision}`)).toEqual(
        leads.flatMap(({ leadId }) => (leadId === first.leadId ? [`${leadId}/1`, `${leadId}/2`] : [`${leadId}/1`])),
      );
      expect(decisions[0]).toMatchObject({ kind: 'ASSIGNED', acceptBy: 5_000, partition: 0, batchTo: 10 });
      expect(await readAuditedPartitions(database().pool)).toMatchObject([
        { partition: 0, storedFrom: 0, storedTo: 10 },
        { storedTo: null },
        {},
      ]);
    });

    it('pages through what was promised', async () => {
      const leads = [aLead(), aLead(), aLead()].sort((a, b) => (a.leadId < b.leadId ? -1 : 1));
      const submission = { vendor: 'acme', referenceDigest: 'r', contentDigest: 'c', source: 'http', acceptedAt: 7 };
      await recordSubmissions(
        database().pool,
        leads.map(({ leadId }) => ({ ...submission, leadId })),
      );
      expect(await all(scanSubmissions(database().pool, 2))).toEqual(
        leads.map(({ leadId }) => ({ leadId, vendor: 'acme', source: 'http' })),
      );
    });

    it('finds nothing wrong with what the router writes, and everything with what was tampered with', async () => {
      const [good, gap, none] = [aLead(), aLead(), aLead()];
      await decide([good, gap, none]);
      await decide([again(good, {})]);
      expect(await findRevisionFaults(database().pool, 10)).toEqual({ total: 0, first: [] });
      const run = (name: string, text: string) => database().pool.run(statement(name, text));
      await run('tamper-1', `UPDATE decisions SET revision = 3 WHERE lead_id = '${gap.leadId}'`);
      await run('tamper-2', `DELETE FROM decisions WHERE lead_id = '${none.leadId}'`);
      const { total, first } = await findRevisionFaults(database().pool, 10);
      expect([total, first.map(({ leadId }) => leadId).sort()]).toEqual([2, [gap.leadId, none.leadId].sort()]);
      expect(await findRevisionFaults(database().pool, 1)).toMatchObject({ total: 2, first: [{}] });
    });

    it('reads the books beside what the leads say', async () => {
      const timer = { kind: 'ACCEPT', dueAt: Date.UTC(2026, 10, 22, 13) } as const;
      const [worked, waiting, queued] = [aLead({ timer }), aLead({ stage: 'WAITING', agentId: null }), aLead()];
      await decide([worked, waiting, queued]);
      await commitBatch(createPostgresRouterStore(database().pool, { poolTimerId: () => '00000000-0000-4000-8000-000000000000' }), {
        partition: 1,
        writes: {
          pools: [aPool({ open: 2, waiting: 1, members: [{ agentId: 'ann', credit: 0, open: 2, daily: 2, day: '2026-11-22', total: 2 }] })],
          destinations: [aDestination({ open: 3 })],
          waitersPut: [{ poolId: 'field', leadId: queued.leadId, turnAt: 5, waitingSince: 5, seenGeneration: 0 }],
        },
      });
      const books = await readAuditedBooks(database().pool, 10);
      expect(books).toMatchObject({
        pools: [{ poolId: 'field', open: 2, waiting: 1, members: [{ agentId: 'ann', open: 2 }] }],
        destinations: [{ destinationId: 'sales', open: 3 }],
        worked: [{ poolId: 'field', agentId: 'ann', destinationId: 'sales', leads: 2 }],
        waiting: [{ poolId: 'field', leads: 1 }],
        timerFaults: { total: 0, first: [] },
      });
      expect(books.queueFaults.total).toBe(2);
      expect(books.queueFaults.first).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ leadId: waiting.leadId, waitsIn: 'field', queuedIn: null }),
          expect.objectContaining({ leadId: queued.leadId, waitsIn: null, queuedIn: 'field' }),
        ]),
      );
      await database().pool.run(statement('lose-timer', 'DELETE FROM timers'));
      expect((await readAuditedBooks(database().pool, 10)).timerFaults).toMatchObject({
        total: 1,
        first: [{ leadId: worked.leadId, clock: 'ACCEPT, generation 1', timer: null }],
      });
    });
  });
});
