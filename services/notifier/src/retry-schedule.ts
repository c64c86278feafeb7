/** When a delivery is tried again: by default as Standard Webhooks 1.0 recommends, ten attempts over 75 h 35 min, with jitter. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Milliseconds before the second attempt, the third, and so on. */
export const STANDARD_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** Share of a delay that chance may add, so that what failed together does not come back together. */
const JITTER = 0.1;

export interface Failure {
  /** From 1. */
  readonly attempt: number;
  /** 0 to 1. */
  readonly random: number;
  /** What the receiver asked for; it may only make the wait longer. */
  readonly retryAfterMs?: number | null;
}

/** Milliseconds until the next attempt; null after the last. */
export function delayAfter({ attempt, random, retryAfterMs }: Failure, delaysMs: readonly number[] = STANDARD_DELAYS_MS): number | null {
  const delay = delaysMs[attempt - 1];
  return delay === undefined ? null : Math.round(Math.max(delay, retryAfterMs ?? 0) * (1 + JITTER * random));
}
