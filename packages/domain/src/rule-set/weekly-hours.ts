/** Opening hours as people write them: `mon-fri 09:00-17:30`, in a zone. */
import type { WeeklyHours } from '../rule-set.ts';
import { didYouMean } from './did-you-mean.ts';
import { isList, itemsOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';

type Span = WeeklyHours['spans'][number];

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const DAY_MINUTES = 1_440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
/** Around the clock, written out: for hours that have holidays. */
export const WHOLE_WEEK: readonly Span[] = [{ fromMinute: 0, toMinute: WEEK_MINUTES }];
const LINE = /^([a-z,\s-]+?)\s+(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})$/;

/** Spans of one line, or what is wrong with it. Hours that end before they begin go on into the next day. */
export function parseHoursLine(line: string): { readonly spans: readonly Span[] } | { readonly fault: string } {
  const match = LINE.exec(line.trim().toLowerCase());
  if (match === null) return { fault: `"${line}" is not opening hours: write "mon-fri 09:00-17:30" or "sat,sun 10:00-14:00"` };
  const from = minuteOfDay(match[2], match[3]);
  const to = minuteOfDay(match[4], match[5]);
  if (from === null || to === null || from === DAY_MINUTES) return { fault: `"${line}": a time of day goes from 00:00 to 24:00` };
  if (from === to) return { fault: `"${line}" opens and closes at the same minute; leave the hours out for around the clock` };
  const days = parseDays(match[1] ?? '');
  if (typeof days === 'string') return { fault: `"${line}": ${days}` };
  const length = to > from ? to - from : to + DAY_MINUTES - from;
  return { spans: days.flatMap((day) => wrapWeek(day * DAY_MINUTES + from, length)) };
}

/** Sorted, without overlap or seams. */
export function mergeSpans(spans: readonly Span[]): readonly Span[] {
  const sorted = [...spans].sort((a, b) => a.fromMinute - b.fromMinute);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && span.fromMinute <= last.toMinute) {
      merged[merged.length - 1] = { fromMinute: last.fromMinute, toMinute: Math.max(last.toMinute, span.toMinute) };
    } else merged.push(span);
  }
  return merged;
}

/** null for around the clock: nothing written, or `always`. */
export function hoursOf(document: RuleSetDocument, place: Place | null, zone: string): WeeklyHours | null {
  if (place === null) return null;
  const places = isList(document, place) ? itemsOf(document, place) : [place];
  const spans: Span[] = [];
  for (const line of places) {
    const text = textOf(document, line);
    if (text === null) continue;
    if (text === 'always' && places.length === 1) return null;
    const parsed = parseHoursLine(text);
    if ('fault' in parsed) report(document, line, { message: parsed.fault });
    else spans.push(...parsed.spans);
  }
  if (places.length === 0) report(document, place, { message: 'no hours at all would never open; leave "hours" out for around the clock' });
  return { zone, spans: mergeSpans(spans) };
}

/** An IANA zone, or `fallback` when nothing is written. */
export function zoneOf(document: RuleSetDocument, place: Place | null, fallback: string): string {
  const text = textOf(document, place);
  if (text === null || place === null) return fallback;
  if (isZone(text)) return text;
  const hint = didYouMean(text, Intl.supportedValuesOf('timeZone'));
  report(document, place, { message: `"${text}" is not an IANA time zone such as America/New_York${hint}` });
  return fallback;
}

function isZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function minuteOfDay(hours: string | undefined, minutes: string | undefined): number | null {
  const total = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && total <= DAY_MINUTES ? total : null;
}

/** Day numbers, Monday 0; or what is wrong. */
function parseDays(text: string): readonly number[] | string {
  const days: number[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [first = '', last = first] = part.split('-').map((day) => day.trim());
    const from = DAYS.indexOf(first);
    const to = DAYS.indexOf(last);
    if (from < 0 || to < 0) return `"${part}" is not a day or a range of days: use ${DAYS.join(', ')}`;
    for (let day = from; ; day = (day + 1) % 7) {
      days.push(day);
      if (day === to) break;
    }
  }
  return days;
}

function wrapWeek(fromMinute: number, length: number): readonly Span[] {
  const toMinute = fromMinute + length;
  if (toMinute <= WEEK_MINUTES) return [{ fromMinute, toMinute }];
  return [
    { fromMinute, toMinute: WEEK_MINUTES },
    { fromMinute: 0, toMinute: toMinute - WEEK_MINUTES },
  ];
}
