/**
 * Holds the ledgers of replayed batches to each other, those of pools and of destinations: a batch wrote over what its record says it read, so
 * what one left must be what another found, from the empty book to the row that stands in Postgres now.
 */
import type { BatchSnapshot, BatchWrites, DestinationRecord, PoolRecord } from '@lead-router/domain/routing-model.ts';
import type { StandingBooks } from '@lead-router/store/recorded-batches.ts';
import { digestOf } from '../audit/compared-fields.ts';
import { createBalances, NO_ROW, type StandingRows, type State } from './balances.ts';

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

export function createLedgerChain(): LedgerChain {
  const pools = createBalances();
  const destinations = createBalances();
  return {
    add: (snapshot, writes) => {
      for (const left of writes.pools)
        pools.add({ id: left.poolId, found: stateIn(snapshot.pools.get(left.poolId), poolState), left: poolState(left) });
      for (const left of writes.destinations) {
        const found = stateIn(snapshot.destinations.get(left.destinationId), destinationState);
        destinations.add({ id: left.destinationId, found, left: destinationState(left) });
      }
    },
    faults: ({ before, after }, { isWhole }) => [
      ...pools.broken(statesOf(before.pools, after.pools, poolState), isWhole).map((id) => faultOf('pool', id)),
      ...destinations
        .broken(statesOf(before.destinations, after.destinations, destinationState), isWhole)
        .map((id) => faultOf('destination', id)),
    ],
  };
}

function faultOf(kind: string, id: string): string {
  return `the ledger of ${kind} ${id} was left in a state that no other batch found, or found in one that none left`;
}

function stateIn<T>(record: T | undefined, state: (record: T) => State): State {
  return record === undefined ? NO_ROW : state(record);
}

type Rows<T> = ReadonlyMap<string, T>;

function statesOf<T>(before: Rows<T>, after: Rows<T>, state: (record: T) => State): StandingRows {
  const digest = (rows: Rows<T>) => new Map([...rows].map(([id, record]) => [id, state(record)]));
  return { before: digest(before), after: digest(after) };
}

/** The fields in a fixed order: the row gives them in another. The wake timer is also set by others than batches. */
function poolState({ generation, open, daily, day, hour, waiting, members }: PoolRecord): State {
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

function destinationState({ open, daily, day, hour }: DestinationRecord): State {
  return digestOf({ open, daily, day, from: hour?.from, given: hour?.given });
}
