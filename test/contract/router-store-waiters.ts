/** Contract, part four: a pool's queue, and which of it a batch gets to see. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { PoolRecord, WaiterRecord } from '@lead-router/domain/routing-model.ts';
import { describe, expect, it } from 'vitest';
import { aLeadId, aPool, commitBatch, type RouterStoreFixture, readLocked } from './router-store-fixture.ts';

const aWaiter = (changes: Partial<WaiterRecord> = {}): WaiterRecord => ({
  poolId: 'field',
  leadId: aLeadId(),
  turnAt: 1_000,
  waitingSince: 1_000,
  seenGeneration: -1,
  ...changes,
});

/** Ids in the order of their code units. */
const ids = (count: number): readonly LeadId[] => Array.from({ length: count }, aLeadId).sort();

export const describeWaiters = (fixture: () => RouterStoreFixture): void => {
  const queue = async (pool: Partial<PoolRecord>, waiters: readonly WaiterRecord[]): Promise<void> => {
    await commitBatch(fixture().store, { writes: { pools: [aPool({ waiting: waiters.length, ...pool })], waitersPut: waiters } });
  };
  const seen = async (waitersPerPool: number): Promise<readonly WaiterRecord[] | undefined> =>
    (await readLocked(fixture().store, { pools: ['field'] }, waitersPerPool)).waiters.get('field');

  describe('waiters', () => {
    it('stand by turn, however long they wait, then by id', async () => {
      const [a, b, c, d, e] = ids(5);
      if (!a || !b || !c || !d || !e) throw new Error('five ids');
      const inTurn = [
        aWaiter({ leadId: e, turnAt: 100, waitingSince: 2_000 }),
        aWaiter({ leadId: b, turnAt: 200, waitingSince: 1_000 }),
        aWaiter({ leadId: c, turnAt: 200, waitingSince: 1_000 }),
        aWaiter({ leadId: a, turnAt: 201, waitingSince: 1_001 }),
        aWaiter({ leadId: d, turnAt: 300, waitingSince: 1 }),
      ];
      await queue({}, [...inTurn].reverse());
      expect(await seen(10)).toEqual(inTurn);
      expect(await seen(2)).toEqual(inTurn.slice(0, 2));
    });

    it('are the first ones whatever they saw; while a wake is pending also the first that saw an older generation', async () => {
      const [a, b, c, d, e] = ids(5);
      if (!a || !b || !c || !d || !e) throw new Error('five ids');
      const [tried1, tried2, old1, tried3, old2] = [
        aWaiter({ leadId: a, turnAt: 0, seenGeneration: 4 }),
        aWaiter({ leadId: b, turnAt: 0, seenGeneration: 4 }),
        aWaiter({ leadId: c, turnAt: 0, seenGeneration: 3 }),
        aWaiter({ leadId: d, turnAt: 0, seenGeneration: 4 }),
        aWaiter({ leadId: e, turnAt: 0, seenGeneration: -1 }),
      ];
      await queue({ generation: 4, wakePending: true }, [tried1, tried2, old1, tried3, old2]);
      expect(await seen(1)).toEqual([tried1, old1]);
      expect(await seen(2)).toEqual([tried1, tried2, old1, old2]);
      expect(await seen(3)).toEqual([tried1, tried2, old1, old2]);
      expect(await seen(5)).toEqual([tried1, tried2, old1, tried3, old2]);
      await queue({ generation: 4, wakePending: false, waiting: 5 }, []);
      expect(await seen(1)).toEqual([tried1]);
      expect(await seen(2)).toEqual([tried1, tried2]);
    });

    it('are not read for a pool in which nobody waits', async () => {
      await queue({ waiting: 0, wakePending: true }, [aWaiter()]);
      expect((await seen(10)) ?? []).toEqual([]);
    });

    it('are limited for each pool by itself', async () => {
      const { store } = fixture();
      const pools = ['a', 'b', 'c'].map((poolId) => aPool({ poolId, waiting: poolId === 'c' ? 1 : 3 }));
      const waiters = ['a', 'a', 'a', 'b', 'b', 'b', 'c'].map((poolId, index) => aWaiter({ poolId, turnAt: index }));
      await commitBatch(store, { writes: { pools, waitersPut: waiters } });
      const snapshot = await readLocked(store, { pools: ['a', 'b', 'c'] }, 2);
      expect(snapshot.waiters.get('a')).toEqual(waiters.slice(0, 2));
      expect(snapshot.waiters.get('b')).toEqual(waiters.slice(3, 5));
      expect(snapshot.waiters.get('c')).toEqual(waiters.slice(6));
      expect((await readLocked(store, { pools: ['b'] })).waiters.has('a')).toBe(false);
    });

    it('change by being put again, and go by being removed; to remove one that is not there is no fault', async () => {
      const { store } = fixture();
      const [stays, goes] = [aWaiter({ turnAt: 1 }), aWaiter({ turnAt: 2 })];
      await queue({}, [stays, goes]);
      const moved = { ...stays, turnAt: 5, seenGeneration: 7 };
      await commitBatch(store, {
        writes: {
          waitersPut: [moved],
          waitersRemoved: [
            { poolId: 'field', leadId: goes.leadId },
            { poolId: 'field', leadId: aLeadId() },
            { poolId: 'other', leadId: stays.leadId },
          ],
        },
      });
      expect(await seen(10)).toEqual([moved]);
    });

    it('may leave one pool and join another in one batch', async () => {
      const { store } = fixture();
      const leadId = aLeadId();
      await queue({}, [aWaiter({ leadId })]);
      await commitBatch(store, {
        writes: {
          pools: [aPool({ waiting: 0 }), aPool({ poolId: 'last', waiting: 1 })],
          waitersRemoved: [{ poolId: 'field', leadId }],
          waitersPut: [aWaiter({ poolId: 'last', leadId })],
        },
      });
      const snapshot = await readLocked(store, { pools: ['field', 'last'] });
      expect(snapshot.waiters.get('field') ?? []).toEqual([]);
      expect(snapshot.waiters.get('last')).toEqual([aWaiter({ poolId: 'last', leadId })]);
    });
  });
};
