/** When a delivery is tried again: the schedule that Standard Webhooks 1.0 recommends, ten attempts over 75 h 35 min, with jitter. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Before the second attempt, the third, and so on. */
const DELAYS_MS: readonly number[] = [
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

/** Milliseconds until the next attempt after `attempt` (from 1) has failed; null after the last. `random` is 0 to 1. */
export function delayAfter(attempt: number, random: number): number | null {
  const delay = DELAYS_MS[attempt - 1];
  return delay === undefined ? null : Math.round(delay * (1 + JITTER * random));
}
