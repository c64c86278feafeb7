/**
 * Who is there, and when somebody will be: weekly hours in IANA zones, holidays, calendar days, leave. Pure. The answers are asked
 * for with every lead and change a few times a day, so each is kept with the span of time in which it holds (`span-memo.ts`); the
 * memos change how fast an answer comes, never the answer.
 *
 * Hours are wall-clock hours: in the hour that a clock change repeats both passes count, the hour that it skips is not there.
 */
import { Temporal } from 'temporal-polyfill';
import type { Agent, Leave, Pool, WeeklyHours } from './rule-set.ts';
import { type Span, SpanMemo } from './span-memo.ts';

interface OffsetSpan extends Span {
  /** Local wall clock minus UTC. */
  readonly offsetMs: number;
}

export interface HoursSpan extends Span {
  readonly isOpen: boolean;
}

/** By agent: until when it is away; null: until it is said to be back. May hold some whose time is over. */
export type Absences = ReadonlyMap<string, number | null>;

interface DaySpan extends Span {
  /** yyyy-mm-dd */
  readonly day: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** The epoch was a Thursday: Monday 00:00 of its week lies three days before. */
const MONDAY_BEFORE_EPOCH_MS = 3 * DAY_MS;
/** Hours repeat weekly; a span that a clock change skips one week is there in the next. */
const SEARCH_MS = 3 * WEEK_MS;
/** Holidays may close a whole season; nobody is closed for longer than a year. */
const SEARCH_PAST_HOLIDAYS_MS = 53 * WEEK_MS;
/** Limit of the search for an instant that suits pool, agent and leave alike; far beyond what real hours need. */
const MOST_SEARCH_STEPS = 500;

const offsetMemo = new Map<string, SpanMemo<OffsetSpan>>();
const dayMemo = new Map<string, SpanMemo<DaySpan>>();
const hoursMemo = new WeakMap<WeeklyHours, SpanMemo<HoursSpan>>();

/** Whether `hours` (null: around the clock) are open at `now`. */
export function isOpen(hours: WeeklyHours | null, now: number): boolean {
  return hours === null || hoursSpanAt(hours, now).isOpen;
}

/** First instant at or after `now` that is open; null if these hours never are. */
export function nextOpening(hours: WeeklyHours | null, now: number): number | null {
  if (hours === null) return now;
  const until = now + (hours.holidays === undefined ? SEARCH_MS : SEARCH_PAST_HOLIDAYS_MS);
  for (let at = now; at < until; ) {
    const span = hoursSpanAt(hours, at);
    if (span.isOpen) return at;
    at = span.to;
  }
  return null;
}

/** Calendar day at `now` in `zone`, yyyy-mm-dd. */
export function localDay(zone: string, now: number): string {
  return daySpanAt(zone, now).day;
}

/** First instant of the next calendar day in `zone`: when daily caps start anew. */
export function nextDay(zone: string, now: number): number {
  return daySpanAt(zone, now).to;
}

/** The hour of the clock around `now` in `zone`, half-open: when hourly caps start anew. Of an hour that is repeated each pass is one. */
export function hourAt(zone: string, now: number): Span {
  const { offsetMs } = offsetSpanAt(zone, now);
  const from = now - modulo(now + offsetMs, HOUR_MS);
  return { from, to: from + HOUR_MS };
}

/** The agent works at `now`: active, within its own and the pool's hours, not on leave. Caps and words are not looked at. */
export function isPresent(agent: Agent, pool: Pool, now: number): boolean {
  return agent.active && isOpen(pool.hours, now) && isOpen(agent.hours, now) && !isOnLeave(agent, pool, now);
}

/** On leave on the calendar day of `now`, in the zone of the agent's hours (else the pool's). */
export function isOnLeave(agent: Agent, pool: Pool, now: number): boolean {
  return leaveAt(agent, pool, now) !== undefined;
}

/** Who has the agent's leads while it is on leave at `now`; null: nobody in particular, or it is not on leave. */
export function coverAt(agent: Agent, pool: Pool, now: number): string | null {
  return leaveAt(agent, pool, now)?.cover ?? null;
}

function leaveAt(agent: Agent, pool: Pool, now: number): Leave | undefined {
  if (agent.leave.length === 0) return undefined;
  const day = localDay(agent.hours?.zone ?? pool.zone, now);
  return agent.leave.find((leave) => leave.from <= day && day < leave.to);
}

/**
 * First instant at or after `now` at which nobody's word holds the agent away, whatever hours and leave say; null: it is not known.
 * At `awayUntil` itself it is back.
 */
export function backAt(away: Absences, agentId: string, now: number): number | null {
  const until = away.get(agentId);
  if (until === undefined) return now;
  return until === null ? null : Math.max(now, until);
}

/** First instant at or after `from` at which the agent is present; null if it never is. Nobody's word is looked at. */
export function nextPresence(agent: Agent, pool: Pool, from: number): number | null {
  if (!agent.active) return null;
  let at = from;
  for (let step = 0; step < MOST_SEARCH_STEPS; step++) {
    const before = at;
    const poolOpens = nextOpening(pool.hours, at);
    if (poolOpens === null) return null;
    const agentOpens = nextOpening(agent.hours, poolOpens);
    if (agentOpens === null) return null;
    at = isOnLeave(agent, pool, agentOpens) ? nextDay(agent.hours?.zone ?? pool.zone, agentOpens) : agentOpens;
    if (at === before) return at;
  }
  // Hours that never meet within the search: nothing to wait for.
  return null;
}

/** The span around `now` in which these hours stay open or shut; the next one begins at its end, and may be alike. */
export function hoursSpanAt(hours: WeeklyHours, now: number): HoursSpan {
  const memo = memoOf(hoursMemo, hours);
  const kept = memo.find(now);
  if (kept !== null) return kept;
  const weekly = computeHoursSpan(hours, now);
  return memo.keep(hours.holidays === undefined ? weekly : withoutHoliday(hours, { span: weekly, now }));
}

/** Within one calendar day: shut for all of a holiday, else as the weekly hours have it. */
function withoutHoliday({ zone, holidays }: WeeklyHours, { span, now }: { readonly span: HoursSpan; readonly now: number }): HoursSpan {
  const { from, to, day } = daySpanAt(zone, now);
  const isHoliday = holidays !== undefined && (holidays.days.has(day) || holidays.yearly.has(day.slice('yyyy-'.length)));
  return isHoliday ? { from, to, isOpen: false } : { ...span, from: Math.max(from, span.from), to: Math.min(to, span.to) };
}

/** The longest span around `now`, within one offset of the zone and one week, in which the hours stay open or shut. */
function computeHoursSpan(hours: WeeklyHours, now: number): HoursSpan {
  const zone = offsetSpanAt(hours.zone, now);
  const local = now + zone.offsetMs;
  const sinceMonday = modulo(local + MONDAY_BEFORE_EPOCH_MS, WEEK_MS);
  const weekStart = local - sinceMonday - zone.offsetMs;
  let from = 0;
  let to = WEEK_MS;
  let open = false;
  for (const span of hours.spans) {
    const opens = span.fromMinute * MINUTE_MS;
    const shuts = span.toMinute * MINUTE_MS;
    if (sinceMonday < opens) {
      to = opens;
      break;
    }
    if (sinceMonday < shuts) {
      from = opens;
      to = shuts;
      open = true;
      break;
    }
    from = shuts;
  }
  return { from: Math.max(zone.from, weekStart + from), to: Math.min(zone.to, weekStart + to), isOpen: open };
}

function daySpanAt(zone: string, now: number): DaySpan {
  const memo = memoOf(dayMemo, zone);
  const kept = memo.find(now);
  if (kept !== null) return kept;
  const start = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).startOfDay();
  return memo.keep({
    from: start.epochMilliseconds,
    to: start.add({ days: 1 }).startOfDay().epochMilliseconds,
    day: start.toPlainDate().toString(),
  });
}

function offsetSpanAt(zone: string, now: number): OffsetSpan {
  const memo = memoOf(offsetMemo, zone);
  const kept = memo.find(now);
  if (kept !== null) return kept;
  const local = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone);
  // "previous" means strictly before: asked a millisecond later, it finds a change that is just now.
  const previous = local.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  return memo.keep({
    from: previous?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    to: local.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: local.offsetNanoseconds / 1_000_000,
  });
}

function memoOf<Key, S extends Span>(
  memos: { get(key: Key): SpanMemo<S> | undefined; set(key: Key, memo: SpanMemo<S>): unknown },
  key: Key,
): SpanMemo<S> {
  const known = memos.get(key);
  if (known !== undefined) return known;
  const memo = new SpanMemo<S>();
  memos.set(key, memo);
  return memo;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
