/** Days and instants as texts say them: for all who read times from outside. `Date.parse` takes 31 February for 3 March. */

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_LENGTH = 'yyyy-mm-dd'.length;
const INSTANT = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}))?$/;

/** A day that the calendar has, yyyy-mm-dd. */
export function isRealDay(text: string): boolean {
  const time = DAY.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Milliseconds since the epoch. ISO 8601 with a zone; a day alone is its midnight in UTC. null: no such instant. */
export function readInstant(text: string): number | null {
  const time = INSTANT.test(text) && isRealDay(text.slice(0, DAY_LENGTH)) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
