/** Opening hours, days and leave against slow references, over zones and clock changes. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { isOnLeave, isOpen, isPresent, localDay, nextDay, nextOpening, nextPresence } from './availability.ts';
import type { Agent, Pool, WeeklyHours } from './rule-set.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WEEK_MINUTES = 7 * 1440;
const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

/** Zones with changes of an hour, half an hour and a day's worth, with odd offsets, and with none. */
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/St_Johns',
  'Pacific/Chatham',
  'America/Santiago',
];

const hoursIn = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    edges: fc.uniqueArray(fc.integer({ min: 0, max: WEEK_MINUTES }), { minLength: 2, maxLength: 12 }),
  })
  .map(({ zone, edges }): WeeklyHours => {
    const sorted = [...edges].sort((a, b) => a - b);
    const spans = sorted.flatMap((fromMinute, index) => {
      const toMinute = sorted[index + 1];
      return index % 2 === 0 && toMinute !== undefined ? [{ fromMinute, toMinute }] : [];
    });
    return { zone, spans };
  });

/** Any time in two years, and thickly around their clock changes. */
const instants = fc.oneof(
  fc.integer({ min: at('2025-01-01T00:00Z'), max: at('2027-01-01T00:00Z') }),
  fc
    .record({
      change: fc.constantFrom(
        '2026-03-29T01:00Z',
        '2026-10-25T01:00Z',
        '2026-03-08T07:00Z',
        '2026-11-01T06:00Z',
        '2026-04-04T15:00Z',
        '2026-10-03T15:30Z',
        '2026-09-06T04:00Z',
      ),
      off: fc.integer({ min: -3 * HOUR_MS, max: 3 * HOUR_MS }),
    })
    .map(({ change, off }) => at(change) + off),
);

function isOpenSlowly(hours: WeeklyHours, now: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(hours.zone);
  const minute = (local.dayOfWeek - 1) * 1440 + local.hour * 60 + local.minute;
  return hours.spans.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute);
}

const pool = (more: Partial<Pool> = {}): Pool => ({
  poolId: 'sales',
  destinationId: 'sales',
  zone: 'Europe/Berlin',
  hours: null,
  caps: { open: null, daily: null },
  agents: [],
  owner: 'NONE',
  sla: { accept: null, firstResponse: null, maxReassignments: null },
  maxWaitMs: null,
  overflowTo: null,
  ...more,
});
const agent = (more: Partial<Agent> = {}): Agent => ({
  agentId: 'ann',
  name: 'Ann',
  weight: 1,
  caps: { open: null, daily: null },
  hours: null,
  leave: [],
  active: true,
  ...more,
});
const NINE_TO_FIVE: WeeklyHours = {
  zone: 'Europe/Berlin',
  spans: [0, 1, 2, 3, 4].map((day) => ({ fromMinute: day * 1440 + 540, toMinute: day * 1440 + 1020 })),
};

describe('opening hours', () => {
  it('are what the wall clock says, in every zone, through every clock change', () => {
    fc.assert(
      fc.property(hoursIn, fc.array(instants, { minLength: 1, maxLength: 6 }), (hours, times) => {
        for (const now of times) expect(isOpen(hours, now), new Date(now).toISOString()).toBe(isOpenSlowly(hours, now));
      }),
      { numRuns: 500 },
    );
  });

  it('next open at an instant that is open, with nothing open before it', () => {
    fc.assert(
      fc.property(hoursIn, instants, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (hours, now, places) => {
        const opens = nextOpening(hours, now);
        if (opens === null) throw new Error('hours with a span open some day');
        expect(isOpenSlowly(hours, opens)).toBe(true);
        expect(opens === now || !isOpenSlowly(hours, opens - 1)).toBe(true);
        for (const place of places) {
          const before = Math.floor(now + place * (opens - now));
          if (before < opens) expect(isOpenSlowly(hours, before)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never open without a span', () => {
    expect(nextOpening({ zone: 'UTC', spans: [] }, 0)).toBeNull();
  });

  it('count a repeated hour twice and a skipped one not at all', () => {
    const halfPastTwo: WeeklyHours = { zone: 'Europe/Berlin', spans: [{ fromMinute: 6 * 1440 + 150, toMinute: 6 * 1440 + 160 }] };
    expect([isOpen(halfPastTwo, at('2026-10-25T00:30Z')), isOpen(halfPastTwo, at('2026-10-25T01:30Z'))]).toEqual([true, true]);
    expect(nextOpening(halfPastTwo, at('2026-03-28T12:00Z'))).toBe(at('2026-04-05T00:30Z'));
  });
});

describe('calendar days', () => {
  it("are the zone's, half-open, and follow one another", () => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), instants, (zone, now) => {
        const day = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
        expect(localDay(zone, now)).toBe(day.toString());
        const next = nextDay(zone, now);
        expect(next).toBeGreaterThan(now);
        expect(localDay(zone, next - 1)).toBe(day.toString());
        expect(localDay(zone, next)).toBe(day.add({ days: 1 }).toString());
      }),
    );
  });
});

describe('presence', () => {
  it('ends with leave, which is half-open in calendar days of the agent', () => {
    const away = agent({ hours: { ...NINE_TO_FIVE, zone: 'America/New_York' }, leave: [{ from: '2026-01-05', to: '2026-01-07' }] });
    expect(isOnLeave(away, pool(), at('2026-01-05T04:59Z'))).toBe(false);
    expect(isOnLeave(away, pool(), at('2026-01-05T05:00Z'))).toBe(true);
    expect(isOnLeave(away, pool(), at('2026-01-07T05:00Z'))).toBe(false);
    expect(nextPresence(away, pool(), at('2026-01-05T15:00Z'))).toBe(at('2026-01-07T14:00Z'));
  });

  it('needs agent and pool at once', () => {
    const early = agent({ hours: { zone: 'UTC', spans: [{ fromMinute: 0, toMinute: 1440 + 530 }] } });
    const later = pool({ hours: NINE_TO_FIVE });
    expect(nextPresence(early, later, at('2026-01-05T17:00Z'))).toBe(at('2026-01-06T08:00Z'));
    expect(isPresent(early, later, at('2026-01-06T08:00Z'))).toBe(true);
    expect(nextPresence(early, later, at('2026-01-06T12:00Z'))).toBe(at('2026-01-12T08:00Z'));
  });

  it('never comes for somebody inactive, nor for hours that never meet', () => {
    expect(nextPresence(agent({ active: false }), pool(), 0)).toBeNull();
    const sundays = agent({ hours: { zone: 'Europe/Berlin', spans: [{ fromMinute: 6 * 1440, toMinute: 7 * 1440 }] } });
    expect(nextPresence(sundays, pool({ hours: NINE_TO_FIVE }), 0)).toBeNull();
  });
});
