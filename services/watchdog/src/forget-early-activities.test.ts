/** What is too old is forgotten at the start and at each interval, by the time of each round, and a failure only puts it off. */
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { expect, it } from 'vitest';
import { forgetEarlyActivities } from './forget-early-activities.ts';

const HOUR_MS = 3_600_000;

it('asks with the age that is kept, tries again after a failure, and ends when told', async () => {
  const stopping = new AbortController();
  const asked: number[] = [];
  let now = 100 * HOUR_MS;
  await forgetEarlyActivities({
    forget: async (keptBefore) => {
      asked.push(keptBefore);
      if (asked.length === 2) throw new Error('Postgres is away');
      return 1;
    },
    keptMs: 90 * HOUR_MS,
    clock: {
      now: () => now,
      sleep: async (ms) => {
        now += ms;
        if (asked.length === 3) stopping.abort();
      },
    },
    logger: silentLogger,
    intervalMs: HOUR_MS,
    signal: stopping.signal,
  });
  expect(asked).toEqual([10 * HOUR_MS, 11 * HOUR_MS, 11 * HOUR_MS + 10_000]);
});
