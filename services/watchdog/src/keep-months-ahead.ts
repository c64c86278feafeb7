/** Makes the tables of the coming months while nobody needs them yet, and takes in what had to be written beside them. */
import type { Clock } from '@lead-router/stream/clock.ts';
import { runPollingLoop } from '@lead-router/stream/polling-loop.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';

export interface MonthsOptions {
  /** Idempotent; how many were made. */
  readonly ensure: () => Promise<number>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** At once, then at the interval, until the signal aborts. Never rejects: without it decisions go on, beside their months, and an alarm says so. */
export function keepMonthsAhead({ ensure, clock, logger, intervalMs, signal }: MonthsOptions): Promise<void> {
  return runPollingLoop({
    round: async () => [await ensure()],
    // One answer a round is all there is.
    limit: 2,
    clock,
    pollIntervalMs: intervalMs,
    signal,
    onRound: ([made = 0]) => {
      if (made > 0) logger.info({ made }, 'made the tables of coming months');
    },
    onFailure: (error, backOffMs) => logger.warn({ error, backOffMs }, 'could not make the tables of coming months; trying again'),
  });
}
