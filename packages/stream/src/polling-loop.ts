/** Rounds of work on a table's due rows, one after the other, until stopped: at once while there is more, else at an interval. */
import type { Clock } from './clock.ts';

export interface PollingLoopOptions<T> {
  /** One round; what it returns is what it did. Rejects when a dependency is down. */
  readonly round: () => Promise<readonly T[]>;
  /** A round that did as many goes on at once. */
  readonly limit: number;
  readonly clock: Clock;
  readonly pollIntervalMs: number;
  readonly signal: AbortSignal;
  readonly onRound: (done: readonly T[]) => void;
  /** The loop backs off and goes on. */
  readonly onFailure: (error: unknown, backOffMs: number) => void;
}

const MAX_BACK_OFF_MS = 10_000;

/** Resolves once the signal has aborted and the round under way is over. Never rejects. */
export async function runPollingLoop<T>(options: PollingLoopOptions<T>): Promise<void> {
  let failures = 0;
  while (!options.signal.aborted) {
    try {
      const done = await options.round();
      failures = 0;
      options.onRound(done);
      if (done.length < options.limit) await options.clock.sleep(options.pollIntervalMs, options.signal);
    } catch (error) {
      const backOffMs = Math.min(MAX_BACK_OFF_MS, options.pollIntervalMs * 2 ** failures);
      failures += 1;
      options.onFailure(error, backOffMs);
      await options.clock.sleep(backOffMs, options.signal);
    }
  }
}
