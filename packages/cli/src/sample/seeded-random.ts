/** Chance that is an argument: the same seed and parts give the same numbers on every machine, so any lead can be made without those before it. */

export interface SeededRandom {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, at least 0, below `end`. */
  below(end: number): number;
  chance(probability: number): boolean;
  /** @throws RangeError for an empty list */
  pick<T>(items: readonly T[]): T;
}

/** A choice by weight: one of the first halves, as often as its second half says. */
export type Weighted<T> = readonly (readonly [item: T, weight: number])[];

/** SplitMix32 (Steele, Lea, Flood 2014, 32-bit variant): quick to start, which matters with several generators a lead. */
export function seededRandom(...parts: readonly number[]): SeededRandom {
  let state = parts.reduce((mixed, part) => mix(mixed ^ (part | 0)), 0x2545f491);
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    return (mix(state) >>> 0) / 2 ** 32;
  };
  const below = (end: number): number => Math.floor(next() * end);
  return { next, below, chance: (probability) => next() < probability, pick: (items) => itemAt(items, below(items.length)) };
}

/** @throws RangeError when all weights are zero or there are none */
export function pickWeighted<T>(random: SeededRandom, items: Weighted<T>): T {
  let left = random.next() * items.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [item, weight] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  throw new RangeError('nothing to choose from');
}

/** @throws RangeError outside the list */
export function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`no item ${index} in a list of ${items.length}`);
  return item;
}

function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
