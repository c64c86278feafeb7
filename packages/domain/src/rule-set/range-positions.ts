/**
 * Where a value stands among the ends of ranges: an odd position is an end itself, an even one the gap before it. A range is then a run of
 * positions, whether its ends belong to it or not.
 */
import type { IndexRange } from '../cel/index-test.ts';

type End = string | number;

/** Ascending, each once. */
export function endsOf(ranges: readonly IndexRange[]): readonly End[] {
  const ends = new Set<End>();
  for (const { from, to } of ranges) {
    if (from !== null) ends.add(from);
    if (to !== null) ends.add(to);
  }
  return [...ends].sort((a, b) => (a < b ? -1 : 1));
}

/** Positions are 0 to this, both included. */
export function lastPosition(ends: readonly End[]): number {
  return ends.length * 2;
}

export function positionOf(ends: readonly End[], value: End): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const end = ends[middle];
    if (end !== undefined && end < value) low = middle + 1;
    else high = middle;
  }
  return ends[low] === value ? low * 2 + 1 : low * 2;
}

/** First and last position inside; the first is behind the last where nothing is. */
export function positionsOf(ends: readonly End[], { from, to, hasFrom, hasTo }: IndexRange): readonly [number, number] {
  const first = from === null ? 0 : positionOf(ends, from) + (hasFrom ? 0 : 1);
  const last = to === null ? lastPosition(ends) : positionOf(ends, to) - (hasTo ? 0 : 1);
  return [first, last];
}
