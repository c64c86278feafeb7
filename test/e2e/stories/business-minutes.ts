/**
 * Scenario 9, its last part: holidays and night do not count. Nobody can wait for a night in a test, so this looks at when the clocks of a
 * lead are due that comes shortly before a shift ends; what they do then is shown with clocks of seconds (pipeline.test.ts).
 */
import { expect, test } from 'vitest';
import type { Scenario } from '../scenario.ts';
import { capacityRules, SHIFT_ACCEPT_MINUTES, type Shift } from './capacity-rules.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The shift ends so much later, or up to a minute more: before a lead that comes now is even warned. */
const LEAST_LEFT_MS = 75_000;
const WARNED_AFTER_MS = 0.8 * SHIFT_ACCEPT_MINUTES * MINUTE_MS;
const BEGINS_AT = 9;

export function businessMinutesStory(scenario: () => Scenario): void {
  test('scenario 9: of five business minutes, the night and the holiday after the shift do not count', async () => {
    const { shift, endsAt, nextAt } = lastShiftBeforeHoliday(Date.now());
    await scenario().flip(capacityRules({ shift }));
    await scenario().submit([{ vendorReference: 'before-the-night', attributes: { for: 'shift' } }]);
    const lead = await scenario().lead('before-the-night');
    expect(lead).toMatchObject({ stage: 'ASSIGNED', poolId: 'shift' });
    const spent = endsAt - lead.decidedAt;
    expect(spent).toBeGreaterThan(0);
    expect([lead.timer, ...lead.laterTimers]).toMatchObject([
      { kind: 'ACCEPT_WARNING', dueAt: nextAt + WARNED_AFTER_MS - spent },
      { kind: 'ACCEPT', dueAt: nextAt + SHIFT_ACCEPT_MINUTES * MINUTE_MS - spent },
    ]);
  });
}

/** In a zone where it is noon or a little later, so that no day begins or ends meanwhile. Tomorrow is the holiday. */
function lastShiftBeforeHoliday(now: number): { readonly shift: Shift; readonly endsAt: number; readonly nextAt: number } {
  const ahead = 12 - new Date(now).getUTCHours();
  const local = (at: number): string => new Date(at + ahead * HOUR_MS).toISOString();
  const endsAt = Math.ceil((now + LEAST_LEFT_MS) / MINUTE_MS) * MINUTE_MS;
  const midnight = Math.floor((now + ahead * HOUR_MS) / DAY_MS) * DAY_MS - ahead * HOUR_MS;
  return {
    // Signs are the other way round in these names.
    shift: {
      zone: `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`,
      hours: `mon-sun 0${BEGINS_AT}:00-${local(endsAt).slice(11, 16)}`,
      holiday: local(now + DAY_MS).slice(0, 10),
    },
    endsAt,
    nextAt: midnight + 2 * DAY_MS + BEGINS_AT * HOUR_MS,
  };
}
