/** Deadlines in business time against a reference that walks minute by minute, over zones, clock changes and holidays. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { isOpen, nextOpening } from './availability.ts';
import { addOpenTime } from './business-time.ts';
import type { WeeklyHours } from './rule-set.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MINUTES = 1_440;
const at = (text: string): number => Temporal.Instant.from(text).epochMilliseconds;

/** Changes of an hour and of half an hour, north and south, odd offsets, a change at midnight, and none. */
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
const CHANGES = [
  '2026-03-29T01:00Z',
  '2026-10-25T01:00Z',
  '2026-03-08T07:00Z',
  '2026-11-01T06:00Z',
  '2026-04-04T15:00Z',
  '2026-10-03T15:30Z',
  '2026-09-06T04:00Z',
  '2026-04-05T03:00Z',
];

const working = fc.record({
  zone: fc.constantFrom(...ZONES),
  /** Opens and closes at any minute, over midnight too; on which days, Monday first. */
  opens: fc.integer({ min: 0, max: DAY_MINUTES - 1 }),
  minutes: fc.integer({ min: 1, max: DAY_MINUTES }),
  days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 7 }),
  holidays: fc.option(
    fc.record({
      days: fc.uniqueArray(fc.constantFrom('2026-03-30', '2026-10-26', '2026-11-02', '2026-04-06', '2026-09-07'), { maxLength: 3 }),
      yearly: fc.uniqueArray(fc.constantFrom('03-31', '10-27', '11-03', '02-29', '09-08'), { maxLength: 3 }),
    }),
  ),
});

const hoursIn: fc.Arbitrary<WeeklyHours> = working.map(({ zone, opens, minutes, days, holidays }) => {
  const open = new Uint8Array(7 * DAY_MINUTES);
  for (const day of days) for (let n = 0; n < minutes; n++) open[(day * DAY_MINUTES + opens + n) % open.length] = 1;
  const spans: { fromMinute: number; toMinute: number }[] = [];
  for (let minute = 0; minute < open.length; minute++) {
    if (open[minute] === 0) continue;
    const last = spans.at(-1);
    if (last?.toMinute === minute) last.toMinute++;
    else spans.push({ fromMinute: minute, toMinute: minute + 1 });
  }
  const closed = holidays === null ? {} : { holidays: { days: new Set(holidays.days), yearly: new Set(holidays.yearly) } };
  return { zone, spans, ...closed };
});

const starts = fc
  .record({ change: fc.constantFrom(...CHANGES), off: fc.integer({ min: -40 * HOUR_MS, max: 20 * HOUR_MS }) })
  .map(({ change, off }) => at(change) + off);
const durations = fc.oneof(
  fc.integer({ min: 1, max: 90 * MINUTE_MS }),
  fc.integer({ min: 1, max: 16 * 60 }).map((minutes) => minutes * MINUTE_MS),
);

function isOpenSlowly(hours: WeeklyHours, now: number): boolean {
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(hours.zone);
  const day = local.toPlainDate().toString();
  if (hours.holidays?.days.has(day) || hours.holidays?.yearly.has(day.slice(5))) return false;
  const minute = (local.dayOfWeek - 1) * DAY_MINUTES + local.hour * 60 + local.minute;
  return hours.spans.some(({ fromMinute, toMinute }) => fromMinute <= minute && minute < toMinute);
}

/** Every offset of these zones is of whole minutes, so that a minute is open or shut as a whole. */
function addOpenTimeSlowly(hours: WeeklyHours, from: number, duration: number): number {
  let left = duration;
  for (let now = from; ; ) {
    const next = Math.floor(now / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
    if (isOpenSlowly(hours, now)) {
      if (next - now >= left) return now + left;
      left -= next - now;
    }
    now = next;
  }
}

describe('a deadline in business time', () => {
  it('is the one that counting minute by minute gives', () => {
    fc.assert(
      fc.property(hoursIn, starts, durations, (hours, from, duration) => {
        // The reference walks: at most some ten days.
        const openMinutes = hours.spans.reduce((sum, { fromMinute, toMinute }) => sum + toMinute - fromMinute, 0);
        fc.pre(duration <= openMinutes * MINUTE_MS);
        const due = addOpenTime(hours, from, duration);
        expect(due, new Date(from).toISOString()).toBe(addOpenTimeSlowly(hours, from, duration));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('never lies before its start, is reached by an open instant, and later for a longer time', () => {
    fc.assert(
      fc.property(hoursIn, starts, fc.tuple(durations, durations), (hours, from, [one, two]) => {
        const openMinutes = hours.spans.reduce((sum, { fromMinute, toMinute }) => sum + toMinute - fromMinute, 0);
        fc.pre(one + two <= 4 * openMinutes * MINUTE_MS);
        const first = addOpenTime(hours, from, one);
        const both = addOpenTime(hours, from, one + two);
        if (first === null || both === null) throw new Error('hours with a span are open some day');
        expect(first).toBeGreaterThan(from);
        expect(isOpenSlowly(hours, first - 1)).toBe(true);
        expect(addOpenTime(hours, first, two)).toBe(both);
        expect(both).toBeGreaterThan(first);
      }),
      { numRuns: 500 },
    );
  });

  it('is by the wall without hours, and there is none where nobody ever works', () => {
    expect(addOpenTime(null, 5, 10)).toBe(15);
    expect(addOpenTime({ zone: 'UTC', spans: [] }, 5, 10)).toBeNull();
    const everyDay = Array.from({ length: 12 }, (_, month) =>
      Array.from({ length: 31 }, (_, day) => `${String(month + 1).padStart(2, '0')}-${String(day + 1).padStart(2, '0')}`),
    );
    const never = { days: new Set<string>(), yearly: new Set(everyDay.flat()) };
    expect(addOpenTime({ zone: 'UTC', spans: [{ fromMinute: 0, toMinute: 60 }], holidays: never }, at('2026-01-05T00:00Z'), 10)).toBeNull();
  });

  it('stands still over night, weekend and holiday', () => {
    const weekdays = [0, 1, 2, 3, 4].map((day) => ({ fromMinute: day * DAY_MINUTES + 540, toMinute: day * DAY_MINUTES + 1_020 }));
    const hours: WeeklyHours = {
      zone: 'America/New_York',
      spans: weekdays,
      holidays: { days: new Set(['2026-11-27']), yearly: new Set(['12-25']) },
    };
    // Wednesday 16:58; Thursday is worked, Friday the 27th is a holiday.
    expect(addOpenTime(hours, at('2026-11-25T21:58Z'), 5 * MINUTE_MS)).toBe(at('2026-11-26T14:03Z'));
    expect(addOpenTime(hours, at('2026-11-26T21:58Z'), 5 * MINUTE_MS)).toBe(at('2026-11-30T14:03Z'));
    expect(addOpenTime(hours, at('2026-12-24T21:58Z'), 5 * MINUTE_MS)).toBe(at('2026-12-28T14:03Z'));
  });
});

describe('holidays', () => {
  it('are closed all day in the zone of the hours, and openings pass over them', () => {
    fc.assert(
      fc.property(hoursIn, fc.array(starts, { minLength: 1, maxLength: 6 }), (hours, times) => {
        for (const now of times) {
          expect(isOpen(hours, now), new Date(now).toISOString()).toBe(isOpenSlowly(hours, now));
          const opens = nextOpening(hours, now);
          if (opens === null) throw new Error('hours with a span open some day');
          expect(isOpenSlowly(hours, opens)).toBe(true);
          expect(opens === now || !isOpenSlowly(hours, opens - 1)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });
});
