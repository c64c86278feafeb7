/** Contract, part five: timers follow from what the router writes, and the watchdog's leases and marks. */
import type { LeadTimer, PoolRecord } from '@lead-router/domain/routing-model.ts';
import { describe, expect, it } from 'vitest';
import { aBatch, aLead, aPool, commitBatch, LIMITS, locksOf, type RouterStoreFixture, readLocked } from './router-store-fixture.ts';

const ALL = { limit: 100, leaseMs: 30_000 };

export const describeTimers = (fixture: () => RouterStoreFixture): void => {
  const lease = (now: number, request: { limit: number; leaseMs: number } = ALL) => fixture().timers.leaseDueTimers({ now, ...request });
  const setTimer = async (lead: ReturnType<typeof aLead>, timer: LeadTimer | null, timerGeneration: number) => {
    const changed = { ...lead, timer, timerGeneration, version: lead.version + 1 };
    await commitBatch(fixture().store, { writes: { leads: [changed] } });
    return changed;
  };
  const writePool = (changes: Partial<PoolRecord>) => commitBatch(fixture().store, { writes: { pools: [aPool(changes)] } });

  describe('timers', () => {
    it('of leads and pools fall due at their time, earliest first', async () => {
      const { store, poolTimerId } = fixture();
      const accept = aLead({ timer: { kind: 'ACCEPT', dueAt: 2_000 }, timerGeneration: 4 });
      const limit = aLead({ timer: { kind: 'WAIT_LIMIT', dueAt: 1_000 }, timerGeneration: 1 });
      const later = aLead({ timer: { kind: 'ACCEPT', dueAt: 3_001 } });
      const pool = aPool({ wakeAt: 1_500, wakeGeneration: 9 });
      await commitBatch(store, { writes: { leads: [accept, limit, later, aLead()], pools: [pool, aPool({ poolId: 'asleep' })] } });
      expect(await lease(999)).toEqual([]);
      expect(await lease(3_000)).toEqual([
        { timerId: limit.leadId, kind: 'WAIT_LIMIT', poolId: null, generation: 1, dueAt: 1_000 },
        { timerId: poolTimerId('field'), kind: 'POOL_WAKE', poolId: 'field', generation: 9, dueAt: 1_500 },
        { timerId: accept.leadId, kind: 'ACCEPT', poolId: null, generation: 4, dueAt: 2_000 },
      ]);
    });

    it('of pools where leads wait are set for now when another rule set becomes active', async () => {
      const { store, poolTimerId, activate } = fixture();
      const crowded = aPool({ poolId: 'crowded', waiting: 2, wakeAt: null, wakeGeneration: 4 });
      await commitBatch(store, { writes: { pools: [crowded, aPool({ poolId: 'quiet' })] } });
      await activate(2);
      const [woken, ...others] = await lease(Number.MAX_SAFE_INTEGER / 1_000);
      expect(woken).toMatchObject({ timerId: poolTimerId('crowded'), kind: 'POOL_WAKE', poolId: 'crowded', generation: 5 });
      expect(others).toEqual([]);
      const { pools } = await readLocked(store, { pools: ['crowded'] });
      expect(pools.get('crowded')).toEqual({ ...crowded, wakeAt: woken?.dueAt, wakeGeneration: 5 });
    });

    it('are leased: nobody else gets them before the lease has run out, and at most the limit is given', async () => {
      const { store } = fixture();
      const leads = [1, 2, 3].map((second) => aLead({ timer: { kind: 'ACCEPT', dueAt: second * 1_000 } }));
      await commitBatch(store, { writes: { leads } });
      const first = await lease(10_000, { limit: 2, leaseMs: 5_000 });
      expect(first.map(({ dueAt }) => dueAt)).toEqual([1_000, 2_000]);
      const second = await lease(10_001, { limit: 2, leaseMs: 5_000 });
      expect(second.map(({ dueAt }) => dueAt)).toEqual([3_000]);
      expect(await lease(14_999)).toEqual([]);
      expect((await lease(15_000)).map(({ dueAt }) => dueAt)).toEqual([1_000, 2_000]);
    });

    it('go to one of several watchdogs that ask at once', async () => {
      const { store } = fixture();
      const leads = Array.from({ length: 60 }, () => aLead({ timer: { kind: 'ACCEPT', dueAt: 1_000 } }));
      await commitBatch(store, { writes: { leads } });
      const answers = await Promise.all([1, 2, 3].map(() => lease(2_000, { limit: 30, leaseMs: 5_000 })));
      const given = answers.flat().map(({ timerId }) => timerId);
      expect(new Set(given).size).toBe(given.length);
      const rest = await lease(2_000);
      expect(given.length + rest.length).toBe(60);
    });

    it('that were marked do not come back, not even when the same generation is written again', async () => {
      const { store } = fixture();
      const lead = aLead({ timer: { kind: 'ACCEPT', dueAt: 1_000 } });
      await commitBatch(store, { writes: { leads: [lead] } });
      await fixture().timers.markFired(await lease(2_000));
      expect(await lease(100_000)).toEqual([]);
      await setTimer(lead, lead.timer, lead.timerGeneration);
      expect(await lease(100_000)).toEqual([]);
    });

    it('keep their lease when the same generation is written again', async () => {
      const { store } = fixture();
      const lead = aLead({ timer: { kind: 'ACCEPT', dueAt: 1_000 } });
      await commitBatch(store, { writes: { leads: [lead] } });
      expect(await lease(2_000)).toHaveLength(1);
      await setTimer(lead, lead.timer, lead.timerGeneration);
      expect(await lease(2_001)).toEqual([]);
    });

    it('that were set anew while they were leased stay due: the mark of the older generation does nothing', async () => {
      const { store, timers } = fixture();
      const lead = aLead({ timer: { kind: 'ACCEPT', dueAt: 1_000 }, timerGeneration: 1 });
      await commitBatch(store, { writes: { leads: [lead] } });
      const leased = await lease(2_000);
      await setTimer(lead, { kind: 'ACCEPT', dueAt: 3_000 }, 2);
      await timers.markFired(leased);
      expect(await lease(3_000)).toEqual([{ timerId: lead.leadId, kind: 'ACCEPT', poolId: null, generation: 2, dueAt: 3_000 }]);
    });

    it('that have fired are due again under the next generation', async () => {
      const { store, timers, poolTimerId } = fixture();
      const lead = aLead({ timer: { kind: 'WAIT_LIMIT', dueAt: 1_000 }, timerGeneration: 1 });
      await commitBatch(store, { writes: { leads: [lead], pools: [aPool({ wakeAt: 1_000, wakeGeneration: 1 })] } });
      await timers.markFired(await lease(2_000));
      await setTimer(lead, { kind: 'ACCEPT', dueAt: 5_000 }, 2);
      await writePool({ wakeAt: 6_000, wakeGeneration: 2 });
      expect(await lease(6_000)).toEqual([
        { timerId: lead.leadId, kind: 'ACCEPT', poolId: null, generation: 2, dueAt: 5_000 },
        { timerId: poolTimerId('field'), kind: 'POOL_WAKE', poolId: 'field', generation: 2, dueAt: 6_000 },
      ]);
    });

    it('of a lead with several clocks are the first of them, and the next one when that has acted', async () => {
      const { store } = fixture();
      const laterTimers: readonly LeadTimer[] = [
        { kind: 'ACCEPT', dueAt: 2_000 },
        { kind: 'RESPONSE', dueAt: 3_000 },
      ];
      const lead = aLead({ timer: { kind: 'ACCEPT_WARNING', dueAt: 1_000 }, laterTimers, timerGeneration: 1 });
      await commitBatch(store, { writes: { leads: [lead] } });
      const warned = await lease(5_000);
      expect(warned).toEqual([{ timerId: lead.leadId, kind: 'ACCEPT_WARNING', poolId: null, generation: 1, dueAt: 1_000 }]);
      const [next = null, ...rest] = laterTimers;
      await commitBatch(store, { writes: { leads: [{ ...lead, timer: next, laterTimers: rest, timerGeneration: 2, version: 2 }] } });
      await fixture().timers.markFired(warned);
      expect(await lease(5_000)).toMatchObject([{ kind: 'ACCEPT', generation: 2, dueAt: 2_000 }]);
      const { leads } = await readLocked(store, { leads: [lead.leadId] });
      expect(leads.get(lead.leadId)?.laterTimers).toEqual(rest);
    });

    it('are cancelled by a record without one', async () => {
      const { store } = fixture();
      const lead = aLead({ timer: { kind: 'ACCEPT', dueAt: 1_000 } });
      await commitBatch(store, { writes: { leads: [lead], pools: [aPool({ wakeAt: 1_000, wakeGeneration: 1 })] } });
      await setTimer(lead, null, 2);
      await writePool({ wakeAt: null, wakeGeneration: 2 });
      expect(await lease(10_000)).toEqual([]);
    });

    it('of records that were not written stay as they are', async () => {
      const { store } = fixture();
      await commitBatch(store, { writes: { leads: [aLead({ timer: { kind: 'ACCEPT', dueAt: 1_000 } })] } });
      await commitBatch(store, { writes: { leads: [aLead()], pools: [aPool()] } });
      expect(await lease(1_000)).toHaveLength(1);
    });

    it('can be marked when there is nothing to mark', async () => {
      const { timers } = fixture();
      await timers.markFired([]);
      await timers.markFired([{ timerId: aLead().leadId, generation: 1 }]);
    });

    it('that a batch is just changing are passed over by the watchdog, which never waits for it', async () => {
      const { store, timers } = fixture();
      const lead = aLead({ timer: { kind: 'ACCEPT', dueAt: 1_000 }, timerGeneration: 1 });
      const other = aLead({ timer: { kind: 'ACCEPT', dueAt: 1_001 }, timerGeneration: 1 });
      await commitBatch(store, { writes: { leads: [lead, other] } });
      const batch = await store.begin();
      await batch.lockAndRead(locksOf({ leads: [lead.leadId] }), LIMITS);
      await batch.write(aBatch({ writes: { leads: [{ ...lead, timer: { kind: 'ACCEPT', dueAt: 9_000 }, timerGeneration: 2 }] } }));
      const during = await lease(2_000);
      expect(during.map(({ timerId }) => timerId)).toEqual([other.leadId]);
      await timers.markFired([...during, { timerId: lead.leadId, generation: 1 }]);
      await batch.commit();
      expect(await lease(9_000)).toMatchObject([{ timerId: lead.leadId, generation: 2 }]);
    });
  });
};
