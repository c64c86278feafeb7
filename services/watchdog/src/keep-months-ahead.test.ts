/** The months are made at the start and at each interval, and a failure only puts it off. */
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { expect, it } from 'vitest';
import { keepMonthsAhead } from './keep-months-ahead.ts';

it('asks at once and at each interval, tries again after a failure, and ends when told', async () => {
  const stopping = new AbortController();
  const slept: number[] = [];
  let asked = 0;
  await keepMonthsAhead({
    ensure: async () => {
      asked += 1;
      if (asked === 2) throw new Error('Postgres is away');
      return 1;
    },
    clock: {
      now: () => 0,
      sleep: async (ms) => {
        slept.push(ms);
        if (slept.length === 3) stopping.abort();
      },
    },
    logger: silentLogger,
    intervalMs: 3_600_000,
    signal: stopping.signal,
  });
  expect(asked).toBe(3);
  expect(slept).toEqual([3_600_000, 10_000, 3_600_000]);
});
