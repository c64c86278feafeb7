/** The `calendars` section: the holidays of a country, a region, a company, by name. */
import { isRealDay } from '../instant.ts';
import type { Holidays } from '../rule-set.ts';
import { didYouMean } from './did-you-mean.ts';
import { entriesOf, itemsOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';

export type Calendars = ReadonlyMap<string, Holidays>;

/** A day of every year: the longest year says which there are. */
const YEARLY = /^\d{2}-\d{2}$/;

export function readCalendars(document: RuleSetDocument, place: Place | null): Calendars {
  if (place === null) return new Map();
  return new Map((entriesOf(document, place) ?? []).map(({ key, value }) => [key, readHolidays(document, value)]));
}

/** The holidays that `place` names; undefined for none. */
export function holidaysOf(document: RuleSetDocument, place: Place | null, calendars: Calendars): Holidays | undefined {
  const name = textOf(document, place);
  if (name === null || place === null) return undefined;
  const holidays = calendars.get(name);
  if (holidays === undefined)
    report(document, place, { message: `there is no calendar "${name}"${didYouMean(name, [...calendars.keys()])}` });
  return holidays;
}

function readHolidays(document: RuleSetDocument, place: Place): Holidays {
  const days = new Set<string>();
  const yearly = new Set<string>();
  for (const item of itemsOf(document, place)) {
    const text = textOf(document, item);
    if (text === null) continue;
    if (YEARLY.test(text) && isRealDay(`2024-${text}`)) yearly.add(text);
    else if (isRealDay(text)) days.add(text);
    else
      report(document, item, { message: `"${text}" is not a holiday: write 2026-11-26 for one day, "12-25" for that day of every year` });
  }
  return { days, yearly };
}
