/**
 * Deadlines in business time: only what lies within the hours counts, to the millisecond. Nights, weekends and holidays stand
 * still; the hour that a clock change repeats counts twice, the one that it skips not at all.
 */
import { hoursSpanAt } from './availability.ts';
import type { WeeklyHours } from './rule-set.ts';

/** Beyond it hours count as never open again: ten years. */
const SEARCH_MS = 10 * 366 * 86_400_000;

/**
 * First instant at which `duration` milliseconds of these hours (null: around the clock) have passed since `from`. Never before
 * `from`. null when the hours are never open long enough.
 */
export function addOpenTime(hours: WeeklyHours | null, from: number, duration: number): number | null {
  if (hours === null) return from + duration;
  if (hours.spans.length === 0) return null;
  let left = duration;
  for (let at = from; at < from + SEARCH_MS; ) {
    const span = hoursSpanAt(hours, at);
    if (span.isOpen) {
      if (span.to - at >= left) return at + left;
      left -= span.to - at;
    }
    at = span.to;
  }
  return null;
}
