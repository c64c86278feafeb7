/**
 * Holds the ledgers of replayed batches to each other, those of pools and of destinations: a batch wrote over what its record says it read, so
 * what one left must be what another found, from the empty book to the row that stands in Postgres now. In any order; two numbers a ledger, not
 * its history.
 */
import type { BatchSnapshot, BatchWrites, DestinationRecord, PoolRecord } from '@lead-router/domain/routing-model.ts';
import type { StandingBooks } from '@lead-router/store/recorded-batches.ts';
import { digestOf } from '../audit/compared-fields.ts';

export interface LedgerChain {
  add(snapshot: BatchSnapshot, writes: BatchWrites): void;
  /**
   * Plain words, one for each ledger whose chain is broken. `isWhole`: no batch of the history is missing. Ledgers that differ between `before`
   * and `after` the batches were listed are at work, and left out.
   */
  faults(standing: Standing, options: { readonly isWhole: boolean }): readonly string[];
}

export interface Standing {
  readonly before: StandingBooks;
  readonly after: StandingBooks;
}

const NO_BOOK = 0;

export function createLedgerChain(): LedgerChain {
  const pools = createBalances<PoolRecord>('pool', poolState);
  const destinations = createBalances<DestinationRecord>('destination', destinationState);
  return {
    add: (snapshot, writes) => {
      for (const record of writes.pools) pools.add(record.poolId, snapshot.pools.get(record.poolId), record);
      for (const record of writes.destinations)
        destinations.add(record.destinationId, snapshot.destinations.get(record.destinationId), record);
    },
    faults: ({ before, after }, { isWhole }) => [
      ...pools.faults(before.pools, after.pools, isWhole),
      ...destinations.faults(before.destinations, after.destinations, isWhole),
    ],
  };
}

type Rows<T> = ReadonlyMap<string, T>;

function createBalances<T>(kind: string, digest: (record: T) => number) {
  /** By id and state of the ledger: how often it was left, less how often it was found. */
  const balances = new Map<string, Map<number, number>>();
  const stateOf = (record: T | undefined): number => (record === undefined ? NO_BOOK : digest(record));
  return {
    add: (id: string, found: T | undefined, left: T): void => {
      const balance = balances.get(id) ?? new Map<number, number>();
      balances.set(id, balance);
      for (const [state, by] of [[stateOf(found), -1] as const, [stateOf(left), 1] as const])
        balance.set(state, (balance.get(state) ?? 0) + by);
    },
    faults: (before: Rows<T>, after: Rows<T>, isWhole: boolean): readonly string[] =>
      [...balances].flatMap(([id, left]) => {
        const state = stateOf(before.get(id));
        if (state !== stateOf(after.get(id)) || isChain(left, { state, isWhole })) return [];
        return [`the ledger of ${kind} ${id} was left in a state that no other batch found, or found in one that none left`];
      }),
  };
}

/** Where the history begins later, the book that it began with was left by nobody. */
function isChain(left: ReadonlyMap<number, number>, { state, isWhole }: { readonly state: number; readonly isWhole: boolean }): boolean {
  const balance = new Map(left);
  const count = (book: number, by: number): void => void balance.set(book, (balance.get(book) ?? 0) + by);
  count(state, -1);
  if (isWhole) count(NO_BOOK, 1);
  const open = [...balance.values()].filter((times) => times !== 0);
  return isWhole ? open.length === 0 : open.length === 0 || (open.length === 1 && open[0] === -1);
}

/** The fields in a fixed order: the row gives them in another. The wake timer is also set by others than batches. */
function poolState({ generation, open, daily, day, hour, waiting, members }: PoolRecord): number {
  const lines = members.map((line) => [
    line.agentId,
    line.credit,
    line.open,
    line.daily,
    line.day,
    line.total,
    line.hour?.from,
    line.hour?.given,
  ]);
  return digestOf({ generation, open, daily, day, from: hour?.from, given: hour?.given, waiting, lines });
}

function destinationState({ open, daily, day, hour }: DestinationRecord): number {
  return digestOf({ open, daily, day, from: hour?.from, given: hour?.given });
}
