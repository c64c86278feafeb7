/** Contract, part one: epochs, the stored batch, applied events, the rule version, commit and rollback. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import { describe, expect, it } from 'vitest';
import {
  aBatch,
  aLead,
  anEventId,
  anIdentityRecord,
  aPool,
  commitBatch,
  faultKindOf,
  inTransaction,
  isWaiting,
  LIMITS,
  locksOf,
  type RouterStoreFixture,
  readLocked,
} from './router-store-fixture.ts';

export const describeBatches = (fixture: () => RouterStoreFixture): void => {
  describe('epoch', () => {
    it('rises by one with every raise, each partition for itself', async () => {
      const { store } = fixture();
      const first = await store.raiseEpoch(0);
      expect(await store.raiseEpoch(0)).toBe(first + 1);
      expect(await store.raiseEpoch(1)).toBe(first);
      const { epoch } = await inTransaction(store, (transaction) => transaction.lockPartition(0));
      expect(epoch).toBe(first + 1);
    });

    it('waits for a batch of that partition in flight, and for no other', async () => {
      const { store } = fixture();
      const batch = await store.begin();
      await batch.lockPartition(0);
      const raise = store.raiseEpoch(0);
      expect(await isWaiting(raise)).toBe(true);
      await store.raiseEpoch(1);
      await batch.write(aBatch({ partition: 0, from: 3, to: 7 }));
      await batch.commit();
      const epoch = await raise;
      expect(await store.readStoredBatch(0, epoch)).toMatchObject({ kind: 'OK', stored: { from: 3, to: 7 } });
    });

    it('is seen by the task that was overtaken', async () => {
      const { store } = fixture();
      const mine = await store.raiseEpoch(0);
      const theirs = await store.raiseEpoch(0);
      expect(await store.readStoredBatch(0, mine)).toEqual({ kind: 'STALE_EPOCH' });
      expect(await store.readStoredBatch(0, theirs)).toEqual({ kind: 'OK', stored: null });
    });
  });

  describe('several batches in one write', () => {
    it('leave what they would have left one after the other, each with a stored batch of its own', async () => {
      const { store } = fixture();
      const [early, late, other] = [aLead(), aLead(), aLead()];
      const identity = anIdentityRecord();
      const waiter = (leadId: LeadId) => ({ poolId: 'field', leadId, turnAt: 1_000, waitingSince: 1_000, seenGeneration: -1 });
      await commitBatch(store, { writes: { pools: [aPool({ waiting: 1 })], waitersPut: [waiter(other.leadId)] } });
      await inTransaction(store, async (transaction) => {
        const leads = [early, late, other].map(({ leadId }) => leadId);
        const locks = locksOf({ leads, identities: [identity.identity], pools: ['field'] });
        await Promise.all([transaction.lockPartition(0), transaction.lockPartition(1), transaction.lockAndRead(locks, LIMITS)]);
        await transaction.write(
          aBatch({
            partition: 0,
            to: 5,
            outputs: Buffer.from('first'),
            writes: {
              leads: [early, other],
              identities: [identity],
              pools: [aPool({ open: 1, waiting: 1 })],
              waitersPut: [waiter(late.leadId)],
              waitersRemoved: [{ poolId: 'field', leadId: other.leadId }],
            },
            contexts: new Map([[early.leadId, Buffer.from('early')]]),
          }),
          aBatch({
            partition: 1,
            to: 9,
            outputs: Buffer.from('second'),
            writes: {
              leads: [late, { ...other, version: 2 }],
              identities: [{ ...identity, agentId: 'bob' }],
              pools: [aPool({ open: 2, waiting: 1 })],
              waitersPut: [waiter(other.leadId)],
              waitersRemoved: [{ poolId: 'field', leadId: late.leadId }],
            },
            contexts: new Map([[late.leadId, Buffer.from('late')]]),
          }),
        );
      });
      const read = await readLocked(store, {
        leads: [early, late, other].map(({ leadId }) => leadId),
        identities: [identity.identity],
        pools: ['field'],
      });
      expect([early, late, other].map(({ leadId }) => read.leads.get(leadId)?.version)).toEqual([early.version, late.version, 2]);
      expect(read.identities.get(identity.identity)?.agentId).toBe('bob');
      expect(read.pools.get('field')?.open).toBe(2);
      expect(read.waiters.get('field')?.map(({ leadId }) => leadId)).toEqual([other.leadId]);
      const { contexts } = await store.peek({ leads: [early.leadId, late.leadId] });
      expect([...contexts.values()].map(String).sort()).toEqual(['early', 'late']);
      for (const [partition, outputs, to] of [
        [0, 'first', 5],
        [1, 'second', 9],
      ] as const) {
        const epoch = await store.raiseEpoch(partition);
        expect(await store.readStoredBatch(partition, epoch)).toMatchObject({ stored: { to, outputs: Buffer.from(outputs) } });
      }
    });
  });

  describe('stored batch', () => {
    it('is none at first', async () => {
      const { store } = fixture();
      const locked = await inTransaction(store, (transaction) => transaction.lockPartition(2));
      expect(locked).toMatchObject({ storedTo: null, storedNow: null });
    });

    it('is overwritten by the next one of the partition', async () => {
      const { store } = fixture();
      const epoch = await store.raiseEpoch(1);
      const outputs = Buffer.from([0, 255, 1, 92, 34, 0]);
      await commitBatch(store, { partition: 1, from: 0, to: 10, outputs: Buffer.alloc(300_000, 7), now: 1_000 });
      await commitBatch(store, { partition: 1, from: 10, to: 15, outputs, now: 2_345 });
      expect(await store.readStoredBatch(1, epoch)).toEqual({ kind: 'OK', stored: { partition: 1, from: 10, to: 15, outputs } });
      const locked = await inTransaction(store, (transaction) => transaction.lockPartition(1));
      expect(locked).toEqual({ epoch, storedTo: 15, storedNow: 2_345 });
    });

    it('may be without outputs', async () => {
      const { store } = fixture();
      const epoch = await store.raiseEpoch(0);
      await commitBatch(store, { outputs: Buffer.alloc(0) });
      expect(await store.readStoredBatch(0, epoch)).toMatchObject({ stored: { outputs: Buffer.alloc(0) } });
    });
  });

  describe('applied events', () => {
    it('are new once', async () => {
      const { store } = fixture();
      const [a, b, c] = [anEventId(), anEventId(), anEventId()];
      const first = await inTransaction(store, (transaction) => transaction.applyEvents([a, b]));
      expect([...first].sort()).toEqual([a, b].sort());
      const second = await inTransaction(store, (transaction) => transaction.applyEvents([c, b, a, c]));
      expect([...second]).toEqual([c]);
      expect((await inTransaction(store, (transaction) => transaction.applyEvents([]))).size).toBe(0);
    });

    it('are new again after a rollback', async () => {
      const { store } = fixture();
      const event = anEventId();
      const transaction = await store.begin();
      await transaction.applyEvents([event]);
      await transaction.rollback();
      expect((await inTransaction(store, (again) => again.applyEvents([event]))).has(event)).toBe(true);
    });

    it.each([
      { end: 'commit', isNew: false },
      { end: 'rollback', isNew: true },
    ] as const)('wait for another transaction that applies the same, here until its $end', async ({ end, isNew }) => {
      const { store } = fixture();
      const event = anEventId();
      const [first, second] = await Promise.all([store.begin(), store.begin()]);
      await first.applyEvents([event]);
      const answer = second.applyEvents([event]);
      expect(await isWaiting(answer)).toBe(true);
      await first[end]();
      expect((await answer).has(event)).toBe(isNew);
      await second.rollback();
    });
  });

  describe('rule version', () => {
    it('is the active one, shared by several batches', async () => {
      const { store } = fixture();
      const [first, second] = await Promise.all([store.begin(), store.begin()]);
      expect(await Promise.all([first.shareRuleVersion(), second.shareRuleVersion()])).toEqual([1, 1]);
      await Promise.all([first.commit(), second.rollback()]);
    });

    it('changes only when no batch shares it, and the next batch sees the new one', async () => {
      const { store, activate } = fixture();
      const [before, behind] = await Promise.all([store.begin(), store.begin()]);
      await before.shareRuleVersion();
      const activation = activate(2);
      expect(await isWaiting(activation)).toBe(true);
      // Queued behind the flip, so that a stream of batches cannot starve it.
      const after = behind.shareRuleVersion();
      expect(await isWaiting(after)).toBe(true);
      await before.commit();
      await activation;
      expect(await after).toBe(2);
      await behind.rollback();
    });
  });

  describe('transaction', () => {
    it('carries out operations in the order of the calls, awaited or not', async () => {
      const { store } = fixture();
      const lead = aLead();
      const transaction = await store.begin();
      const answers = [
        transaction.lockPartition(0),
        transaction.shareRuleVersion(),
        transaction.lockAndRead(locksOf({ leads: [lead.leadId], pools: ['field'] }), LIMITS),
        transaction.applyEvents([anEventId()]),
        transaction.write(aBatch({ writes: { leads: [lead] } })),
        transaction.commit(),
      ];
      await Promise.all(answers);
      expect((await store.peek({ leads: [lead.leadId] })).leads.get(lead.leadId)).toEqual(lead);
    });

    it('leaves no trace when rolled back', async () => {
      const { store, timers } = fixture();
      const epoch = await store.raiseEpoch(0);
      const lead = aLead({ timer: { kind: 'ACCEPT', dueAt: 1_000 } });
      const transaction = await store.begin();
      await transaction.lockPartition(0);
      await transaction.lockAndRead(
        locksOf({ leads: [lead.leadId], pools: ['field'], identities: ['i'], destinations: ['sales'] }),
        LIMITS,
      );
      await transaction.write(aBatch({ writes: { leads: [lead] }, contexts: new Map([[lead.leadId, Buffer.from('c')]]) }));
      await transaction.rollback();
      expect(await store.readStoredBatch(0, epoch)).toEqual({ kind: 'OK', stored: null });
      const snapshot = await readLocked(store, { leads: [lead.leadId], pools: ['field'], identities: ['i'], destinations: ['sales'] });
      expect([snapshot.leads.size, snapshot.pools.size, snapshot.identities.size, snapshot.destinations.size]).toEqual([0, 0, 0, 0]);
      expect(await timers.leaseDueTimers({ now: 10_000, limit: 10, leaseMs: 1 })).toEqual([]);
    });

    it('is over after its end: a rollback then does nothing, everything else rejects', async () => {
      const { store } = fixture();
      const epoch = await store.raiseEpoch(0);
      const transaction = await store.begin();
      await transaction.lockPartition(0);
      await transaction.write(aBatch({ to: 5 }));
      await transaction.commit();
      await transaction.rollback();
      expect(await store.readStoredBatch(0, epoch)).toMatchObject({ stored: { to: 5 } });
      await expect(transaction.lockPartition(0)).rejects.toThrow();
      await expect(transaction.commit()).rejects.toThrow();
    });

    it('decides a revision of a lead once', async () => {
      const { store } = fixture();
      const lead = aLead();
      const decide = (agentId: string) =>
        commitBatch(store, {
          decisions: [
            {
              inputIndex: 0,
              decision: {
                eventId: anEventId(),
                kind: 'ASSIGNED',
                cause: 'SUBMITTED',
                lead: { ...lead, agentId },
                previousAgentId: null,
                acceptBy: null,
              },
            },
          ],
          writes: { leads: [{ ...lead, agentId }] },
        });
      await decide('ann');
      expect(await faultKindOf(decide('bob'))).toBe('refused-value');
      expect((await store.peek({ leads: [lead.leadId] })).leads.get(lead.leadId)?.agentId).toBe('ann');
    });

    it('names a value that cannot be stored as such, writes nothing, and the store goes on', async () => {
      const { store } = fixture();
      const lead = aLead({ vendor: 'nul \0 in the middle' });
      const good = aLead();
      const transaction = await store.begin();
      const refused = transaction.write(aBatch({ writes: { leads: [good, lead] } }));
      const commit = transaction.commit();
      expect(await faultKindOf(refused)).toBe('refused-value');
      expect(await faultKindOf(commit)).toBe('refused-value');
      await transaction.rollback();
      expect((await store.peek({ leads: [good.leadId] })).leads.size).toBe(0);
      await commitBatch(store, { writes: { leads: [good] } });
    });
  });
};
