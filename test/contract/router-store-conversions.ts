/** Contract, part seven: outcomes are added up, by whomever, and read where they are asked for. */
import type { CountedOutcomes } from '@lead-router/domain/margin/conversion-book.ts';
import { describe, expect, it } from 'vitest';
import { aBatch, commitBatch, isWaiting, LIMITS, locksOf, type RouterStoreFixture, readLocked } from './router-store-fixture.ts';

const CELLS = { conversions: ['web', 'web/HOT', 'web/HOT/'] };

const counted = (key: string, outcomes: number, conversions: number): CountedOutcomes => ({ key, outcomes, conversions });

export const describeConversions = (fixture: () => RouterStoreFixture): void => {
  const read = async (names = CELLS) => Object.fromEntries((await readLocked(fixture().store, names)).conversions ?? []);

  describe('conversions', () => {
    it('are not read unless asked for, and are left out where there are none', async () => {
      expect((await readLocked(fixture().store, { pools: ['field'] })).conversions).toBeUndefined();
      expect(await read()).toEqual({});
      await commitBatch(fixture().store, { writes: { outcomes: [counted('web', 1, 0)] } });
      expect(await read()).toEqual({ web: { outcomes: 1, conversions: 0 } });
      expect(await read({ conversions: ['web/HOT'] })).toEqual({});
    });

    it('add up over batches, whatever the order of the cells', async () => {
      const { store } = fixture();
      await commitBatch(store, { writes: { outcomes: [counted('web/HOT', 2, 1), counted('web', 2, 1)] } });
      await commitBatch(store, { from: 10, to: 20, writes: { outcomes: [counted('web', 3, 3), counted('web/HOT/', 1, 0)] } });
      expect(await read()).toEqual({
        web: { outcomes: 5, conversions: 4 },
        'web/HOT': { outcomes: 2, conversions: 1 },
        'web/HOT/': { outcomes: 1, conversions: 0 },
      });
    });

    it('add up over the batches of one transaction', async () => {
      const { store } = fixture();
      const transaction = await store.begin();
      const [one, other] = [
        aBatch({ writes: { outcomes: [counted('web', 1, 1)] } }),
        aBatch({ partition: 1, writes: { outcomes: [counted('web', 1, 0)] } }),
      ];
      await Promise.all([0, 1].map((partition) => transaction.lockPartition(partition)));
      await transaction.write(one, other);
      await transaction.commit();
      expect(await read()).toEqual({ web: { outcomes: 2, conversions: 1 } });
    });

    it('can be read while somebody adds to them, as they were', async () => {
      const { store } = fixture();
      const transaction = await store.begin();
      await transaction.lockPartition(0);
      await transaction.write(aBatch({ writes: { outcomes: [counted('web', 1, 1)] } }));
      expect(await read()).toEqual({});
      await transaction.commit();
      expect(await read()).toEqual({ web: { outcomes: 1, conversions: 1 } });
    });

    it('lose nothing where two add at the same time: the second waits for the end of the first', async () => {
      const { store } = fixture();
      const first = await store.begin();
      await first.lockPartition(0);
      await first.write(aBatch({ writes: { outcomes: [counted('web', 1, 1)] } }));
      const second = commitBatch(store, { partition: 1, writes: { outcomes: [counted('web', 1, 0)] } });
      expect(await isWaiting(second)).toBe(true);
      await first.commit();
      await second;
      expect(await read()).toEqual({ web: { outcomes: 2, conversions: 1 } });
    });

    it('are not added by a transaction that is rolled back', async () => {
      const { store } = fixture();
      const transaction = await store.begin();
      await Promise.all([transaction.lockPartition(0), transaction.lockAndRead(locksOf(CELLS), LIMITS)]);
      await transaction.write(aBatch({ writes: { outcomes: [counted('web', 1, 1)] } }));
      await transaction.rollback();
      expect(await read()).toEqual({});
    });
  });
};
