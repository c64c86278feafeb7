import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { delayAfter } from './retry-schedule.ts';

const HOUR_MS = 3_600_000;
const MAX_ATTEMPTS = 10;
const attempts = Array.from({ length: MAX_ATTEMPTS }, (_, index) => index + 1);
const unit = fc.double({ min: 0, max: 1, noNaN: true });

describe('the retry schedule', () => {
  test('is ten attempts over 75 h 35 min 5 s without jitter', () => {
    const delays = attempts.map((attempt) => delayAfter({ attempt, random: 0 }));
    expect(delays.reduce<number>((sum, delay) => sum + (delay ?? 0), 0)).toBe(75 * HOUR_MS + 35 * 60_000 + 5_000);
    expect(delays.at(-1)).toBeNull();
  });

  test('only ever grows, and chance adds a tenth at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_ATTEMPTS - 1 }), unit, (attempt, random) => {
        const least = delayAfter({ attempt, random: 0 }) ?? 0;
        const delay = delayAfter({ attempt, random }) ?? 0;
        expect(delay).toBeGreaterThanOrEqual(least);
        expect(delay).toBeLessThanOrEqual(Math.ceil(least * 1.1));
        expect(delayAfter({ attempt: attempt + 1, random: 0 }) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(least);
      }),
    );
  });

  test('waits longer for a receiver that asks for it, never shorter', () => {
    expect(delayAfter({ attempt: 1, random: 0, retryAfterMs: 60_000 })).toBe(60_000);
    expect(delayAfter({ attempt: 2, random: 0, retryAfterMs: 1_000 })).toBe(300_000);
    expect(delayAfter({ attempt: MAX_ATTEMPTS, random: 0, retryAfterMs: 1_000 })).toBeNull();
  });

  test('ends for good after the last attempt', () => {
    fc.assert(
      fc.property(fc.integer({ min: MAX_ATTEMPTS, max: 1_000 }), unit, (attempt, random) => {
        expect(delayAfter({ attempt, random })).toBeNull();
      }),
    );
  });
});
