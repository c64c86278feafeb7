/** Contract, part two: who waits for whom, what is read after the wait, and what becomes of those who wait in vain. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { BatchWrites, LockSet } from '@lead-router/domain/routing-model.ts';
import { describe, expect, it } from 'vitest';
import {
  aBatch,
  aDestination,
  aLead,
  aLeadId,
  anIdentity,
  anIdentityRecord,
  aPool,
  commitBatch,
  faultKindOf,
  isWaiting,
  LIMITS,
  locksOf,
  type RouterStoreFixture,
  readLocked,
} from './router-store-fixture.ts';

interface Lockable {
  readonly what: string;
  readonly names: Partial<LockSet>;
  readonly before: Partial<BatchWrites>;
  readonly after: Partial<BatchWrites>;
}

const LEAD = aLead();
const IDENTITY = anIdentityRecord();

const LOCKABLES: readonly Lockable[] = [
  {
    what: 'identity',
    names: { identities: [IDENTITY.identity] },
    before: { identities: [IDENTITY] },
    after: { identities: [{ ...IDENTITY, agentId: 'bob' }] },
  },
  { what: 'lead', names: { leads: [LEAD.leadId] }, before: { leads: [LEAD] }, after: { leads: [{ ...LEAD, version: 2 }] } },
  {
    what: 'destination',
    names: { destinations: ['sales'] },
    before: { destinations: [aDestination()] },
    after: { destinations: [aDestination({ open: 9 })] },
  },
  { what: 'pool', names: { pools: ['field'] }, before: { pools: [aPool()] }, after: { pools: [aPool({ open: 9 })] } },
];

export const describeLocks = (fixture: () => RouterStoreFixture): void => {
  const readAll = async (names: Partial<LockSet>) => {
    const { identities, leads, destinations, pools } = await readLocked(fixture().store, names);
    return [...identities.values(), ...leads.values(), ...destinations.values(), ...pools.values()];
  };

  describe.each(LOCKABLES)('lock of one $what', ({ names, before, after }) => {
    it('makes a second transaction wait, which then reads what the first has committed', async () => {
      const { store } = fixture();
      await commitBatch(store, { writes: before });
      const [first, second] = await Promise.all([store.begin(), store.begin()]);
      await first.lockAndRead(locksOf(names), LIMITS);
      const reading = second.lockAndRead(locksOf(names), LIMITS);
      expect(await isWaiting(reading)).toBe(true);
      await first.write(aBatch({ writes: after }));
      await first.commit();
      const { identities, leads, destinations, pools } = await reading;
      const seen = [...identities.values(), ...leads.values(), ...destinations.values(), ...pools.values()];
      expect(seen).toEqual(Object.values(after).flat());
      await second.rollback();
    });

    it('lets it read what was there before when the first rolls back', async () => {
      const { store } = fixture();
      await commitBatch(store, { writes: before });
      const [first, second] = await Promise.all([store.begin(), store.begin()]);
      await first.lockAndRead(locksOf(names), LIMITS);
      await first.write(aBatch({ writes: after }));
      const reading = second.lockAndRead(locksOf(names), LIMITS);
      expect(await isWaiting(reading)).toBe(true);
      await first.rollback();
      await reading;
      await second.rollback();
      expect(await readAll(names)).toEqual(Object.values(before).flat());
    });
  });

  describe('lock of what does not exist yet', () => {
    it.each([
      { what: 'destination', names: { destinations: ['new-destination'] } },
      { what: 'pool', names: { pools: ['new-pool'] } },
    ])('holds for a $what, and leaves it absent when nothing was written', async ({ names }) => {
      const { store } = fixture();
      const [first, second] = await Promise.all([store.begin(), store.begin()]);
      const snapshot = await first.lockAndRead(locksOf(names), LIMITS);
      expect([snapshot.destinations.size, snapshot.pools.size]).toEqual([0, 0]);
      const reading = second.lockAndRead(locksOf(names), LIMITS);
      expect(await isWaiting(reading)).toBe(true);
      await first.commit();
      await reading;
      await second.commit();
      expect(await readAll(names)).toEqual([]);
    });

    it('is no hindrance for an identity: of two that write it the second waits, has a conflict, and then finds it', async () => {
      const { store } = fixture();
      const identity = anIdentityRecord();
      const names = { identities: [identity.identity] };
      const [first, second] = await Promise.all([store.begin(), store.begin()]);
      const snapshots = await Promise.all([first, second].map((one) => one.lockAndRead(locksOf(names), LIMITS)));
      expect(snapshots.map(({ identities, locked }) => [identities.size, locked.identities])).toEqual([
        [0, names.identities],
        [0, names.identities],
      ]);
      await first.write(aBatch({ writes: { identities: [identity] } }));
      const writing = second.write(aBatch({ partition: 1, writes: { identities: [{ ...identity, agentId: 'bob' }] } }));
      const kind = faultKindOf(writing);
      expect(await isWaiting(writing)).toBe(true);
      await first.commit();
      expect(await kind).toBe('conflict');
      await second.rollback();
      expect((await readLocked(store, names)).identities.get(identity.identity)).toEqual(identity);
    });

    it('lets the second write an identity when the first rolls back', async () => {
      const { store } = fixture();
      const identity = anIdentityRecord();
      const [first, second] = await Promise.all([store.begin(), store.begin()]);
      for (const one of [first, second]) await one.lockAndRead(locksOf({ identities: [identity.identity] }), LIMITS);
      await first.write(aBatch({ writes: { identities: [{ ...identity, agentId: 'bob' }] } }));
      const writing = second.write(aBatch({ partition: 1, writes: { identities: [identity] } }));
      expect(await isWaiting(writing)).toBe(true);
      await first.rollback();
      await writing;
      await second.commit();
      expect((await readLocked(store, { identities: [identity.identity] })).identities.get(identity.identity)).toEqual(identity);
    });

    it('is no hindrance for a lead: its row is simply absent', async () => {
      const { store } = fixture();
      const leadId = aLeadId();
      const snapshot = await readLocked(store, { leads: [leadId] });
      expect(snapshot.leads.size).toBe(0);
      expect(snapshot.locked.leads).toEqual([leadId]);
    });
  });

  describe('many at once', () => {
    it('says what it locked', async () => {
      const locks = locksOf({ pools: ['b', 'a'], destinations: ['x'], identities: ['2', '1'], leads: [aLeadId()] });
      expect((await readLocked(fixture().store, locks)).locked).toEqual(locks);
    });

    it('never tangles: overlapping sets, new and known, all get through and no change is lost', async () => {
      const { store } = fixture();
      const poolIds = Array.from({ length: 6 }, (_, index) => `pool-${index}`);
      const identities = Array.from({ length: 40 }, anIdentity);
      const rounds = 8;
      const worker = async (partition: number): Promise<void> => {
        for (let round = 0; round < rounds; round++) {
          const chosen = identities.filter((_, index) => (index + round + partition) % 3 !== 0);
          const locks = locksOf({ identities: chosen, pools: poolIds.filter((_, index) => (index + round * 2 + partition) % 4 !== 0) });
          while ((await give(partition, locks)) === 'conflict');
        }
      };
      /** An identity that another has made meanwhile is a conflict; the second try finds it. */
      const give = async (partition: number, locks: LockSet): Promise<unknown> => {
        const transaction = await store.begin();
        const { pools } = await transaction.lockAndRead(locks, LIMITS);
        const writes = locks.pools.map((poolId) => {
          const pool = pools.get(poolId) ?? aPool({ poolId });
          return { ...pool, open: pool.open + 1 };
        });
        const written = locks.identities.map((identity) => anIdentityRecord({ identity }));
        const kind = await faultKindOf(transaction.write(aBatch({ partition, writes: { pools: writes, identities: written } })));
        await (kind === 'none' ? transaction.commit() : transaction.rollback());
        return kind;
      };
      await Promise.all([0, 1, 2].map(worker));
      const { pools } = await readLocked(store, { pools: poolIds });
      const given = [...pools.values()].reduce((sum, pool) => sum + pool.open, 0);
      const expected = [0, 1, 2].flatMap((partition) =>
        Array.from({ length: rounds }, (_, round) => poolIds.filter((_, index) => (index + round * 2 + partition) % 4 !== 0).length),
      );
      expect(given).toBe(expected.reduce((sum, one) => sum + one, 0));
    });
  });

  describe('waiting in vain', () => {
    it('ends in a conflict for the one that waited too long; what it did is gone, and the store goes on', async () => {
      const { store } = fixture();
      const lost = aLead();
      const [holder, waiter] = await Promise.all([store.begin(), store.begin()]);
      await holder.lockAndRead(locksOf({ pools: ['field'] }), LIMITS);
      await waiter.write(aBatch({ writes: { leads: [lost] } }));
      let isSettled = false;
      const locking = waiter.lockAndRead(locksOf({ pools: ['field'] }), LIMITS);
      const behind = faultKindOf(waiter.applyEvents([]).then(() => waiter.write(aBatch())));
      const kind = faultKindOf(locking).finally(() => {
        isSettled = true;
      });
      // Kept busy, so that it is not taken for a frozen one.
      while (!isSettled) {
        await holder.lockPartition(2);
        await delay(50);
      }
      expect(await kind).toBe('conflict');
      expect(await behind).toBe('conflict');
      expect(await faultKindOf(waiter.commit())).toBe('conflict');
      await waiter.rollback();
      await holder.commit();
      expect((await store.peek({ leads: [lost.leadId] })).leads.size).toBe(0);
      await commitBatch(store, { writes: { leads: [lost], pools: [aPool()] } });
    });

    it('ends in a conflict for one of two that wait for each other, and the other one gets through', async () => {
      const { store } = fixture();
      const [first, second] = await Promise.all([store.begin(), store.begin()]);
      await Promise.all([first.lockAndRead(locksOf({ pools: ['a'] }), LIMITS), second.lockAndRead(locksOf({ pools: ['b'] }), LIMITS)]);
      const crossing = [
        { transaction: first, kind: faultKindOf(first.lockAndRead(locksOf({ pools: ['b'] }), LIMITS)) },
        { transaction: second, kind: faultKindOf(second.lockAndRead(locksOf({ pools: ['a'] }), LIMITS)) },
      ];
      const ends = crossing.map(async ({ transaction, kind }) => {
        const answer = await kind;
        await (answer === 'none' ? transaction.commit() : transaction.rollback());
        return answer;
      });
      expect((await Promise.all(ends)).sort()).toEqual(['conflict', 'none']);
    });
  });

  describe('peek', () => {
    it('neither waits for a lock nor sees what is not committed', async () => {
      const { store } = fixture();
      const lead = aLead();
      const contexts = new Map<LeadId, Buffer>([[lead.leadId, Buffer.from('before')]]);
      await commitBatch(store, { writes: { leads: [lead] }, contexts });
      const transaction = await store.begin();
      await transaction.lockAndRead(locksOf({ leads: [lead.leadId] }), LIMITS);
      await transaction.write(
        aBatch({ writes: { leads: [{ ...lead, version: 2 }] }, contexts: new Map([[lead.leadId, Buffer.from('after')]]) }),
      );
      const keys = { leads: [lead.leadId, aLeadId()] };
      const during = await store.peek(keys);
      expect(during).toEqual({
        leads: new Map([[lead.leadId, lead]]),
        contexts: new Map([[lead.leadId, Buffer.from('before')]]),
        early: new Map(),
      });
      await transaction.commit();
      const { leads, contexts: after } = await store.peek(keys);
      expect([leads.get(lead.leadId)?.version, after.get(lead.leadId)?.toString()]).toEqual([2, 'after']);
    });
  });
};
