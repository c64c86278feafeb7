/**
 * Holds the ledgers of replayed batches to each other: a batch wrote over what its record says it read, so what one left must be what
 * another found, from the empty book to the row that stands in Postgres now. In any order; two numbers a ledger, not its history.
 */
import type { BatchSnapshot, BatchWrites, PoolRecord } from '@lead-router/domain/routing-model.ts';
import { digestOf } from '../audit/compared-fields.ts';

export interface LedgerChain {
  add(snapshot: BatchSnapshot, writes: BatchWrites): void;
  /**
   * Plain words, one for each pool whose chain is broken. `isWhole`: no batch of the history is missing. Pools that differ between `before` and
   * `after` the batches were listed are at work, and left out.
   */
  faults(standing: Standing, options: { readonly isWhole: boolean }): readonly string[];
}

export interface Standing {
  readonly before: ReadonlyMap<string, PoolRecord>;
  readonly after: ReadonlyMap<string, PoolRecord>;
}

const NO_BOOK = 0;

export function createLedgerChain(): LedgerChain {
  /** By pool and state of its ledger: how often it was left, less how often it was found. */
  const balances = new Map<string, Map<number, number>>();
  const count = (poolId: string, state: number, by: number): void => {
    const balance = balances.get(poolId) ?? new Map<number, number>();
    balances.set(poolId, balance.set(state, (balance.get(state) ?? 0) + by));
  };
  return {
    add: (snapshot, writes) => {
      for (const record of writes.pools) {
        count(record.poolId, stateOf(snapshot.pools.get(record.poolId)), -1);
        count(record.poolId, stateOf(record), 1);
      }
    },
    faults: ({ before, after }, { isWhole }) =>
      [...balances].flatMap(([poolId, left]) => {
        const state = stateOf(before.get(poolId));
        if (state !== stateOf(after.get(poolId)) || isChain(left, { state, isWhole })) return [];
        return [`the ledger of pool ${poolId} was left in a state that no other batch found, or found in one that none left`];
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

/** The fields in a fixed order: the row gives them in another. Who waits and the wake timer are not the ledger. */
function stateOf(record: PoolRecord | undefined): number {
  if (record === undefined) return NO_BOOK;
  const { open, daily, day, hour, members } = record;
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
  return digestOf({ open, daily, day, from: hour?.from, given: hour?.given, lines });
}
