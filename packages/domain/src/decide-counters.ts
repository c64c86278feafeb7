/** Counting against caps: open leads, leads of the calendar day, leads of the hour of the clock. Only what has an hourly cap counts hours. */
import { hourAt, nextDay } from './availability.ts';
import type { HourCount } from './routing-model.ts';
import type { Caps } from './rule-set.ts';

export interface Counters {
  open: number;
  daily: number;
  /** Leads given in the hour that began at `hour`. */
  hourly: number;
  /** Start of the batch's hour, milliseconds; null: hours are not counted. */
  readonly hour: number | null;
}

interface Counted {
  readonly open: number;
  readonly daily: number;
  readonly day: string;
  readonly hour?: HourCount;
}

/** What the books say, as it stands on `day` and in this hour. */
export function openCounters(
  record: Counted | undefined,
  { caps, zone, now, day }: { readonly caps: Caps | undefined; readonly zone: string; readonly now: number; readonly day: string },
): Counters {
  const hour = caps?.hourly === undefined ? null : hourAt(zone, now).from;
  return {
    open: record?.open ?? 0,
    daily: record?.day === day ? record.daily : 0,
    hourly: hour !== null && record?.hour?.from === hour ? record.hour.given : 0,
    hour,
  };
}

/** Nothing where hours are not counted, so that books without hourly caps do not grow. */
export function hourOf({ hour, hourly }: Counters): { readonly hour?: HourCount } {
  return hour === null ? {} : { hour: { from: hour, given: hourly } };
}

export function count(counters: Counters): void {
  counters.open++;
  counters.daily++;
  counters.hourly++;
}

/** May be negative after a cap was lowered; Infinity without caps. */
export function roomUnder(caps: Caps, counters: Counters): number {
  let room = caps.open === null ? Number.POSITIVE_INFINITY : caps.open - counters.open;
  if (caps.daily !== null) room = Math.min(room, caps.daily - counters.daily);
  return caps.hourly === undefined ? room : Math.min(room, caps.hourly - counters.hourly);
}

/** From when on the caps of day and hour have room: `now`, or the first instant of a new one. */
export function roomFrom(caps: Caps, counters: Counters, { zone, now }: { readonly zone: string; readonly now: number }): number {
  const ofDay = caps.daily !== null && counters.daily >= caps.daily ? nextDay(zone, now) : now;
  return caps.hourly !== undefined && counters.hourly >= caps.hourly ? Math.max(ofDay, hourAt(zone, now).to) : ofDay;
}

/** No lead could ever be given under these caps. */
export function isShutFor(caps: Caps | undefined): boolean {
  return caps?.open === 0 || caps?.daily === 0 || caps?.hourly === 0;
}
