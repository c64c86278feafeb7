/** Forgets activities whose lead has not come for months, so that what names no lead does not stay, with its personal values, for ever. */
import type { Clock } from '@lead-router/stream/clock.ts';
import { runPollingLoop } from '@lead-router/stream/polling-loop.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';

export interface ForgetOptions {
  /** How many were kept since before that time, milliseconds, and are gone. */
  readonly forget: (keptBefore: number) => Promise<number>;
  readonly keptMs: number;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** At once, then at the interval, until the signal aborts. Never rejects: without it they are only kept for longer. */
export function forgetEarlyActivities({ forget, keptMs, clock, logger, intervalMs, signal }: ForgetOptions): Promise<void> {
  return runPollingLoop({
    round: async () => [await forget(clock.now() - keptMs)],
    // One answer a round is all there is.
    limit: 2,
    clock,
    pollIntervalMs: intervalMs,
    signal,
    onRound: ([forgotten = 0]) => {
      if (forgotten > 0) logger.info({ forgotten }, 'forgot activities whose lead never came');
    },
    onFailure: (error, backOffMs) => logger.warn({ error, backOffMs }, 'could not forget activities without a lead; trying again'),
  });
}
