/** Numbers of which one gives every comparison the result that any number gives: those that are named, one between each two, one beyond the ends. */
import type { Domain } from './formula.ts';

export function numbersToTry({ isWhole, min, max }: Domain & { readonly type: 'number' }, named: readonly number[]): readonly number[] {
  const sorted = [...new Set([...named, min, max])].sort((a, b) => a - b);
  const tried = sorted.flatMap((value, index) => {
    const behind = between(value, sorted[index + 1]);
    return isWhole ? [...wholeAround(value), Math.floor(behind)] : [value, behind];
  });
  return [...new Set(tried)].filter((value) => value >= min && value <= max && !Number.isNaN(value));
}

/** One of the two where there is none between them. */
export function between(low: number, high: number | undefined): number {
  if (high === undefined) return low;
  if (low === Number.NEGATIVE_INFINITY) return high;
  if (high === Number.POSITIVE_INFINITY) return low;
  const half = (high - low) / 2;
  return Number.isFinite(half) ? low + half : low / 2 + high / 2;
}

function wholeAround(value: number): readonly number[] {
  return Number.isFinite(value) ? [Math.ceil(value) - 1, Math.floor(value), Math.ceil(value), Math.floor(value) + 1] : [value];
}
