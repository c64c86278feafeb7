/**
 * Stops a flood of dead letters: when a good part of what comes in cannot be handled, the fault is ours or the
 * vendor's as a whole, and dumping everything helps nobody. After arroyo's dead-letter limits; numbers: components.md.
 */

export interface BreakerOptions {
  /** More than this part of the records seen lately opens it. */
  readonly maxRatio: number;
  /** The ratio means nothing below so many records. */
  readonly minRecords: number;
  /** So many dead letters in a row open it. */
  readonly maxInRow: number;
}

export const defaultBreaker: BreakerOptions = { maxRatio: 0.05, minRecords: 1000, maxInRow: 50 };

export interface DeadLetterBreaker {
  /** Takes note of one record. True: it is open now, and this record must not be dead-lettered but wait. */
  add(isDeadLetter: boolean): boolean;
}

/** Looks at the last one to two times `minRecords` records, in two halves that roll on. */
export const createDeadLetterBreaker = (options: BreakerOptions = defaultBreaker): DeadLetterBreaker => {
  let inRow = 0;
  let current = { records: 0, dead: 0 };
  let previous = { records: 0, dead: 0 };
  return {
    add: (isDeadLetter) => {
      if (current.records >= options.minRecords) {
        previous = current;
        current = { records: 0, dead: 0 };
      }
      current.records += 1;
      if (!isDeadLetter) {
        inRow = 0;
        return false;
      }
      inRow += 1;
      current.dead += 1;
      const records = current.records + previous.records;
      const dead = current.dead + previous.dead;
      return inRow >= options.maxInRow || (records >= options.minRecords && dead > records * options.maxRatio);
    },
  };
};

/** For one partition: counts each record once, however often its batch is tried because something else was down. */
export interface PartitionBreaker {
  /** As `DeadLetterBreaker.add`; for an offset that was counted before nothing changes. */
  add(offset: number, isDeadLetter: boolean): boolean;
}

export const createPartitionBreaker = (options: BreakerOptions = defaultBreaker): PartitionBreaker => {
  const breaker = createDeadLetterBreaker(options);
  let counted = -1;
  let openedAt: number | null = null;
  return {
    add: (offset, isDeadLetter) => {
      if (offset <= counted) return openedAt !== null && offset >= openedAt;
      counted = offset;
      if (breaker.add(isDeadLetter)) openedAt ??= offset;
      return openedAt !== null;
    },
  };
};
