/**
 * The counts of conversions in the hands of a batch: what was read, and what its own outcomes add. Nothing is locked: an outcome adds one to
 * counts that anybody may add to meanwhile, and a decision may as well be taken on counts of a moment ago. It is taken on those that the
 * batch's record keeps, so it can be repeated.
 */
import { type ConversionCell, levelsOf, NO_OUTCOMES, type OutcomeCounts } from './conversion.ts';

/** What a batch adds to the counts of a key. */
export interface CountedOutcomes extends OutcomeCounts {
  readonly key: string;
}

export class ConversionBook {
  readonly #read: ReadonlyMap<string, OutcomeCounts>;
  readonly #asked: ReadonlySet<string>;
  readonly #added = new Map<string, OutcomeCounts>();
  readonly #missing = new Set<string>();

  /** @param asked keys that were to be read; those without outcomes are not in `read`. */
  constructor(read: ReadonlyMap<string, OutcomeCounts> | undefined, asked: readonly string[] | undefined) {
    this.#read = read ?? new Map();
    this.#asked = new Set(asked);
  }

  /** Those before this batch and those of the inputs before; a key that was not read is noted as missing. */
  counts(key: string): OutcomeCounts {
    if (!this.#asked.has(key)) this.#missing.add(key);
    const added = this.#added.get(key);
    const read = this.#read.get(key) ?? NO_OUTCOMES;
    return added === undefined ? read : sumOf(read, added);
  }

  book(cell: ConversionCell, isConversion: boolean): void {
    const one: OutcomeCounts = { outcomes: 1, conversions: isConversion ? 1 : 0 };
    for (const key of levelsOf(cell)) this.#added.set(key, sumOf(this.#added.get(key) ?? NO_OUTCOMES, one));
  }

  missing(): readonly string[] {
    return [...this.#missing].sort();
  }

  added(): readonly CountedOutcomes[] {
    return [...this.#added].map(([key, counts]) => ({ key, ...counts }));
  }
}

export function sumOf(a: OutcomeCounts, b: OutcomeCounts): OutcomeCounts {
  return { outcomes: a.outcomes + b.outcomes, conversions: a.conversions + b.conversions };
}

/** What several batches add, as one. */
export function mergeOutcomes(all: readonly (readonly CountedOutcomes[])[]): readonly CountedOutcomes[] {
  const merged = new Map<string, CountedOutcomes>();
  for (const { key, ...counts } of all.flat()) merged.set(key, { key, ...sumOf(merged.get(key) ?? NO_OUTCOMES, counts) });
  return [...merged.values()];
}
