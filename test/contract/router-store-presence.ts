/** Contract, part six: who is away by word, as batches see it, and whom a word wakes. */
import { describe, expect, it } from 'vitest';
import { aBatch, aPool, commitBatch, isWaiting, LIMITS, locksOf, type RouterStoreFixture, readLocked } from './router-store-fixture.ts';

const HOUR_MS = 3_600_000;
const EVER = Number.MAX_SAFE_INTEGER / 1_000;
const FIELD = { pools: ['field'] };

export const describePresence = (fixture: () => RouterStoreFixture): void => {
  const goAway = (agentId: string, awayUntil: number | null = null) => fixture().say({ agentId, isAway: true, awayUntil });
  const comeBack = (agentId: string) => fixture().say({ agentId, isAway: false, awayUntil: null });
  const readAway = async () => Object.fromEntries((await readLocked(fixture().store, FIELD)).away);
  const dueTimers = () => fixture().timers.leaseDueTimers({ now: EVER, limit: 100, leaseMs: 0 });

  describe('who is away', () => {
    it('is read with the pools, with the end of it; the latest word counts', async () => {
      expect(await readAway()).toEqual({});
      const until = Date.now() + HOUR_MS;
      await goAway('bob', until);
      await goAway('ann');
      await goAway('cid', until);
      await comeBack('cid');
      await comeBack('dot');
      expect(await readAway()).toEqual({ ann: null, bob: until });
      await goAway('bob', until + 1);
      await comeBack('ann');
      expect(await readAway()).toEqual({ bob: until + 1 });
    });

    it('is not read where no pool is locked: nobody is chosen there', async () => {
      await goAway('ann');
      expect((await readLocked(fixture().store, { destinations: ['sales'] })).away.size).toBe(0);
    });

    it('is forgotten long after the end of it', async () => {
      await goAway('ann', -2 * HOUR_MS);
      expect(await readAway()).toEqual({});
    });

    it('changes between batches only: a word waits for those under way, and those after it know of it', async () => {
      const { store } = fixture();
      const transaction = await store.begin();
      await transaction.shareRuleVersion();
      const word = goAway('ann');
      expect(await isWaiting(word)).toBe(true);
      expect((await transaction.lockAndRead(locksOf(FIELD), LIMITS)).away.size).toBe(0);
      await transaction.commit();
      await word;
      expect(await readAway()).toEqual({ ann: null });
    });
  });

  describe('a word about an agent', () => {
    it.each([true, false])('sets the timers of pools where leads wait to now, whatever they were (away: %s)', async (isAway) => {
      const { store, poolTimerId } = fixture();
      const crowded = aPool({ poolId: 'crowded', waiting: 2, wakeAt: null, wakeGeneration: 4 });
      const asleep = aPool({ poolId: 'asleep', waiting: 1, wakeAt: EVER - 1, wakeGeneration: 7 });
      await commitBatch(store, { writes: { pools: [asleep, crowded, aPool({ poolId: 'quiet' })] } });
      await (isAway ? goAway('ann', Date.now() + HOUR_MS) : comeBack('ann'));
      const due = await dueTimers();
      expect(due.map(({ poolId, kind, generation }) => ({ poolId, kind, generation })).sort((a, b) => a.generation - b.generation)).toEqual(
        [
          { poolId: 'crowded', kind: 'POOL_WAKE', generation: 5 },
          { poolId: 'asleep', kind: 'POOL_WAKE', generation: 8 },
        ],
      );
      expect(due.map(({ timerId }) => timerId).sort()).toEqual(['asleep', 'crowded'].map(poolTimerId).sort());
      const { pools } = await readLocked(store, { pools: ['asleep', 'crowded'] });
      for (const { poolId, dueAt, generation } of due) {
        expect(dueAt).toBeLessThan(EVER - 1);
        expect(pools.get(poolId ?? '')).toMatchObject({ wakeAt: dueAt, wakeGeneration: generation });
      }
    });

    it('wakes what a batch under way queues by what it has read', async () => {
      const { store } = fixture();
      await goAway('ann');
      const transaction = await store.begin();
      await Promise.all([transaction.shareRuleVersion(), transaction.lockAndRead(locksOf(FIELD), LIMITS)]);
      const word = comeBack('ann');
      expect(await isWaiting(word)).toBe(true);
      await transaction.write(aBatch({ writes: { pools: [aPool({ waiting: 1 })] } }));
      await transaction.commit();
      await word;
      expect(await dueTimers()).toMatchObject([{ poolId: 'field', kind: 'POOL_WAKE', generation: 1 }]);
    });
  });
};
