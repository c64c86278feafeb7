/** Dates as files write them: a pattern like `dd.MM.yyyy HH:mm`, in a time zone, to milliseconds since the epoch. */

import { readInstant } from '@lead-router/domain/instant.ts';

/** null: no date of that format. */
export type DateReader = (text: string) => number | null;

type Part = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'half' | 'offset';

interface Token {
  readonly letters: string;
  readonly part: Part;
  readonly pattern: string;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** Longest first: `MMM` before `MM`. */
const TOKENS: readonly Token[] = [
  { letters: 'yyyy', part: 'year', pattern: '(\\d{4})' },
  { letters: 'yy', part: 'year', pattern: '(\\d{2})' },
  { letters: 'MMM', part: 'month', pattern: '([A-Za-z]{3,9})\\.?' },
  { letters: 'MM', part: 'month', pattern: '(\\d{2})' },
  { letters: 'M', part: 'month', pattern: '(\\d{1,2})' },
  { letters: 'dd', part: 'day', pattern: '(\\d{2})' },
  { letters: 'd', part: 'day', pattern: '(\\d{1,2})' },
  { letters: 'HH', part: 'hour', pattern: '(\\d{2})' },
  { letters: 'H', part: 'hour', pattern: '(\\d{1,2})' },
  { letters: 'hh', part: 'hour', pattern: '(\\d{2})' },
  { letters: 'h', part: 'hour', pattern: '(\\d{1,2})' },
  { letters: 'mm', part: 'minute', pattern: '(\\d{2})' },
  { letters: 'ss', part: 'second', pattern: '(\\d{2})' },
  { letters: 'SSS', part: 'fraction', pattern: '(\\d{3})' },
  { letters: 'a', part: 'half', pattern: '([AaPp]\\.?[Mm]\\.?)' },
  { letters: 'XXX', part: 'offset', pattern: '(Z|[+-]\\d{2}:?\\d{2})' },
];
export const DATE_LETTERS = TOKENS.map(({ letters }) => letters).join(', ');
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Two-digit years as POSIX reads them: 69 to 99 are of the last century. */
const CENTURY_PIVOT = 69;

/**
 * `iso`, `epoch-seconds`, `epoch-milliseconds`, or a pattern of letters (`DATE_LETTERS`; other letters in single quotes).
 * Wall clock times are of `zone`: of an hour that a clock change repeats the first, one that it skips is read with the offset before.
 * Throws RangeError for a pattern that cannot give a day.
 */
export function dateReader(format: string, zone: string): DateReader {
  switch (format) {
    case 'iso':
      return (text) => readInstant(text.replace(' ', 'T'));
    case 'epoch-seconds':
      return (text) => (/^\d{1,10}$/.test(text) ? Number(text) * 1_000 : null);
    case 'epoch-milliseconds':
      return (text) => (/^\d{1,13}$/.test(text) ? Number(text) : null);
    default:
      return patternReader(format, zone);
  }
}

function patternReader(format: string, zone: string): DateReader {
  const { regex, parts } = compile(format);
  return (text) => {
    const match = regex.exec(text);
    if (match === null) return null;
    const said = new Map(parts.map((part, index) => [part, match[index + 1] ?? '']));
    const local = localTime(said);
    if (local === null) return null;
    const offset = said.get('offset');
    return offset === undefined ? zonedTime(zone, local) : local - offsetOf(offset);
  };
}

function compile(format: string): { readonly regex: RegExp; readonly parts: readonly Part[] } {
  let pattern = '';
  const parts: Part[] = [];
  for (let rest = format; rest !== ''; ) {
    const quoted = /^'([^']*)'/.exec(rest);
    const token = TOKENS.find(({ letters }) => rest.startsWith(letters));
    const taken = quoted?.[0] ?? token?.letters ?? rest.charAt(0);
    if (quoted === null && token === undefined && /[A-Za-z]/.test(taken))
      throw new RangeError(`"${taken}" means nothing in a date format: use ${DATE_LETTERS}, and other letters in single quotes`);
    if (token !== undefined && quoted === null) {
      if (parts.includes(token.part)) throw new RangeError(`the date format says the ${token.part} twice`);
      parts.push(token.part);
      pattern += token.pattern;
    } else pattern += (quoted?.[1] ?? taken).replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    rest = rest.slice(taken.length);
  }
  for (const needed of ['year', 'month', 'day'] as const) {
    if (!parts.includes(needed)) throw new RangeError(`the date format does not say the ${needed}: use ${DATE_LETTERS}`);
  }
  return { regex: new RegExp(`^${pattern}$`), parts };
}

/** Wall clock as if it were UTC; null for a 31st of June and the like. */
function localTime(said: ReadonlyMap<Part, string>): number | null {
  const number = (part: Part): number => Number(said.get(part) ?? 0);
  const month = monthOf(said.get('month') ?? '');
  const [year, day, minute, second] = [fullYear(said.get('year') ?? ''), number('day'), number('minute'), number('second')];
  const hour = hourOf(number('hour'), said.get('half'));
  if (month === null || hour === null || minute > 59 || second > 59) return null;
  const midnight = midnightOf({ year, month, day });
  return midnight === null ? null : midnight + hour * HOUR_MS + minute * 60_000 + second * 1_000 + number('fraction');
}

/** In UTC; null for a day that the calendar does not have. `Date.UTC` would take the year 26 for 1926. */
function midnightOf({ year, month, day }: { readonly year: number; readonly month: number; readonly day: number }): number | null {
  const midnight = Date.UTC(year, month, day);
  const date = new Date(midnight);
  return date.getUTCFullYear() === year && date.getUTCMonth() === month && date.getUTCDate() === day ? midnight : null;
}

function fullYear(text: string): number {
  const year = Number(text);
  return text.length > 2 ? year : year + (year < CENTURY_PIVOT ? 2000 : 1900);
}

/** From 0; null for no month. */
function monthOf(text: string): number | null {
  const month = /^\d/.test(text) ? Number(text) - 1 : MONTHS.indexOf(text.slice(0, 3).toLowerCase());
  return month >= 0 && month < MONTHS.length ? month : null;
}

function hourOf(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour < 24 ? hour : null;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0);
}

function offsetOf(text: string): number {
  if (text === 'Z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return (text.startsWith('-') ? -minutes : minutes) * 60_000;
}

function zonedTime(zone: string, local: number): number {
  if (zone === 'UTC') return local;
  const before = local - zoneOffset(zone, local - DAY_MS);
  const after = local - zoneOffset(zone, local + DAY_MS);
  const isRight = (time: number): boolean => time + zoneOffset(zone, time) === local;
  return isRight(before) || !isRight(after) ? before : after;
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** Offsets by zone and hour: clocks change on the quarter hour at the least, and files hold few different days. */
const offsets = new Map<string, number>();
const QUARTER_MS = 900_000;
const MOST_OFFSETS = 100_000;

/** Local wall clock minus UTC, milliseconds. */
function zoneOffset(zone: string, time: number): number {
  const quarter = Math.floor(time / QUARTER_MS);
  const key = `${zone} ${quarter}`;
  const known = offsets.get(key);
  if (known !== undefined) return known;
  const format = formats.get(zone) ?? new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formats.set(zone, format);
  const name = format.formatToParts(quarter * QUARTER_MS).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const offset = name === 'GMT' ? 0 : offsetOf(name.slice('GMT'.length));
  if (offsets.size >= MOST_OFFSETS) offsets.clear();
  offsets.set(key, offset);
  return offset;
}
