/** Drives a scheduler by the wall clock, for tests that know nothing of it (contract suites): whatever is ready happens at once. */
import type { Scheduler } from './scheduler.ts';

/** Returns what ends it. */
export function driveInRealTime(scheduler: Scheduler): () => Promise<void> {
  const startedAt = performance.now();
  const origin = scheduler.now;
  let isOver = false;
  let wake: () => void = () => undefined;
  scheduler.onPending = () => wake();
  const drive = async (): Promise<void> => {
    while (!isOver) {
      scheduler.advanceTo(origin + performance.now() - startedAt);
      if ((await scheduler.step({ isTimed: true })) === 'STEPPED') continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 2);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const driving = drive();
  return async () => {
    isOver = true;
    wake();
    await driving;
  };
}
