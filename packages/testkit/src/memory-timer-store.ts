/** TimerStore over the in-memory database: leases and marks skip what a batch has locked, marks go by generation. */
import type { TimerStore } from '@lead-router/store/router-store.ts';
import type { TimerRow } from './memory-database.ts';
import { type MemoryStoreOptions, timerKey } from './memory-router-store.ts';
import { runStatement } from './memory-statement.ts';

export function createMemoryTimerStore(options: MemoryStoreOptions): TimerStore {
  const { database } = options;
  const put = (row: TimerRow) => database.timers.set(row.timerId, row);
  return {
    leaseDueTimers: ({ now, limit, leaseMs }) =>
      runStatement(options, {
        label: 'lease due timers',
        effect: () => {
          const isDue = (row: TimerRow) => row.state === 'PENDING' && row.dueAt <= now && (row.leasedUntil ?? 0) <= now;
          const due = [...database.timers.values()].filter(
            (row) => isDue(row) && !database.locks.isHeldByOther(timerKey(row.timerId), null),
          );
          const leased = due.sort((a, b) => a.dueAt - b.dueAt).slice(0, limit);
          for (const row of leased) put({ ...row, leasedUntil: now + leaseMs });
          return leased.map(({ timerId, kind, poolId, generation, dueAt }) => ({ timerId, kind, poolId, generation, dueAt }));
        },
      }),
    markFired: (timers) =>
      runStatement(options, {
        label: 'mark fired',
        effect: () => {
          for (const { timerId, generation } of timers) {
            const row = database.timers.get(timerId);
            if (database.locks.isHeldByOther(timerKey(timerId), null)) continue;
            if (row && row.generation === generation) put({ ...row, state: 'FIRED' });
          }
        },
      }),
  };
}
