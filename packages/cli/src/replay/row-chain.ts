/**
 * Holds single rows to the replayed batches as `ledger-chain.ts` holds ledgers: the entries of persons and accounts, and the places in queues.
 * Of a queue a batch reads only the first ones: a lead whose place it did not list it takes out as it stood, which its record then does not say.
 */
import type { BatchSnapshot, BatchWrites, IdentityRecord, WaiterRecord } from '@lead-router/domain/routing-model.ts';
import { digestOf } from '../audit/compared-fields.ts';
import { createBalances, NO_ROW, type StandingRows, type State, UNKNOWN } from './balances.ts';

export interface RowChain {
  add(snapshot: BatchSnapshot, writes: BatchWrites): void;
  /** Plain words, one for each row whose history is broken. `isWhole`: no batch of it is missing. */
  faults(standing: { readonly before: RowStates; readonly after: RowStates }, options: { readonly isWhole: boolean }): readonly string[];
}

/** Digests of rows as they stand. */
export interface RowStates {
  readonly identities: ReadonlyMap<string, State>;
  /** By pool and lead. */
  readonly waiters: ReadonlyMap<string, State>;
}

export function createRowChain(): RowChain {
  const identities = createBalances();
  const waiters = createBalances();
  return {
    add: (snapshot, writes) => {
      for (const record of writes.identities) {
        const found = snapshot.identities.get(record.identity);
        identities.add({ id: record.identity, found: found === undefined ? NO_ROW : identityState(found), left: identityState(record) });
      }
      if (writes.waitersPut.length + writes.waitersRemoved.length === 0) return;
      const foundOf = foundWaiters(snapshot);
      for (const record of writes.waitersPut) waiters.add({ id: waiterId(record), found: foundOf(record), left: waiterState(record) });
      for (const place of writes.waitersRemoved) waiters.add({ id: waiterId(place), found: foundOf(place), left: NO_ROW });
    },
    faults: ({ before, after }, { isWhole }) => [
      ...identities.broken(pick(before, after, 'identities'), isWhole).map(identityFault),
      ...waiters
        .broken(pick(before, after, 'waiters'), isWhole)
        .map((id) => `the place in the queue of ${id} was left in a state that no other batch found, or found in one that none left`),
    ],
  };
}

/** Page by page, as `scanIdentities` and `scanWaiters` give them. */
export interface RowPages {
  readonly identities: Pages<IdentityRecord>;
  readonly waiters: Pages<WaiterRecord>;
}

type Pages<T> = AsyncIterable<readonly T[]> | Iterable<readonly T[]>;

export async function readRowStates(pages: RowPages): Promise<RowStates> {
  const identities = new Map<string, State>();
  const waiters = new Map<string, State>();
  for await (const page of pages.identities) for (const record of page) identities.set(record.identity, identityState(record));
  for await (const page of pages.waiters) for (const record of page) waiters.set(waiterId(record), waiterState(record));
  return { identities, waiters };
}

type Place = Pick<WaiterRecord, 'poolId' | 'leadId'>;

/** In what state the batch found a place: listed, or in the queue by the lead's row and not listed, or not there. */
function foundWaiters({ waiters, leads }: BatchSnapshot): (place: Place) => State {
  const listed = new Map([...waiters.values()].flat().map((record) => [waiterId(record), waiterState(record)]));
  return (place) => {
    const lead = leads.get(place.leadId);
    const isWaiting = lead?.stage === 'WAITING' && lead.poolId === place.poolId;
    return listed.get(waiterId(place)) ?? (isWaiting ? UNKNOWN : NO_ROW);
  };
}

function waiterId({ poolId, leadId }: Place): string {
  return `lead ${leadId} in pool ${poolId}`;
}

/** A person's entry goes by a keyed hash: as many digits as stand before the first dash of its row's key. */
function identityFault(identity: string): string {
  const name = identity.includes(':') ? identity : `${identity.slice(0, TOLD_CHARACTERS)}...`;
  return `the entry ${name} of a person or account was left in a state that no other batch found, or found in one that none left`;
}

const TOLD_CHARACTERS = 8;

function pick(before: RowStates, after: RowStates, name: keyof RowStates): StandingRows {
  return { before: before[name], after: after[name] };
}

function identityState(record: IdentityRecord): State {
  const { leadId, poolId, agentId, destinationId, lastAgentId, isOpen, lastDecidedAt } = record;
  return digestOf({ leadId, poolId, agentId, destinationId, lastAgentId, isOpen, lastDecidedAt });
}

function waiterState({ turnAt, waitingSince, seenGeneration }: WaiterRecord): State {
  return digestOf({ turnAt, waitingSince, seenGeneration });
}
