/** A process's clock in virtual time: the scheduler owns it, and sleeping costs nothing. */
import type { Clock } from '@lead-router/stream/clock.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimProcess } from './sim-process.ts';

export interface VirtualClockOptions {
  readonly scheduler: Scheduler;
  readonly process: SimProcess;
  /** How far this machine's clock is ahead of (or, negative, behind) the true time. */
  readonly skewMs?: number;
}

export function createVirtualClock(options: VirtualClockOptions): Clock {
  const { scheduler, process, skewMs = 0 } = options;
  return {
    now: () => scheduler.now + skewMs,
    sleep: (ms, signal) => {
      if (signal?.aborted) return Promise.resolve();
      const due = Math.ceil(scheduler.now + Math.max(0, ms));
      const handle = scheduler.start<void>({
        process,
        label: 'sleep',
        effect: () => undefined,
        isReady: () => scheduler.now >= due,
        wakeAt: () => due,
        isIdle: true,
        isLocal: true,
      });
      if (!signal) return handle.promise;
      const wake = () => handle.finish(undefined);
      signal.addEventListener('abort', wake, { once: true });
      return handle.promise.then(() => signal.removeEventListener('abort', wake));
    },
  };
}
