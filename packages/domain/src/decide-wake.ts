/**
 * The end of every batch: for each pool whose lock it holds, calls up waiters for the places that are free, and sets the
 * pool's timer for the places that time will free. This is where "no lead waits beside a free place" is kept:
 *
 * - A waiter is stale when it is not called and was last tried in an older generation than the pool's, or never. Whatever can let
 *   a waiter in (a place freed there, in a pool it overflows into or under a shared destination cap; an opening; a new member; somebody
 *   who is back) raises the generation under the lock. Who comes back by word or by another rule set sets the pool's timer to now.
 * - The claim, between batches: a pool with a stale waiter and a free place has a RouteLead under way. Only a batch that holds the
 *   pool's lock can change either; each such batch ends here, and calls the first stale waiters for the free places that are not
 *   promised to called ones. Its RouteLeads are in the same transaction as its offsets, so they arrive; the batch that gets one
 *   takes the lock again, tries the lead with what is free then, and ends here too. So either a call is made or one is under way.
 * - A waiter is called once until it is tried, and tried once per generation, so the calling ends. Places are promised in the order of
 *   the queue, so it drains in that order, however the calls overtake each other on their way.
 * - Who locks a pool locks those in which its waiters may find a place (`reachOf`): else a batch could act on the one's timer and not see the other's places.
 * - A lead that queues because the free places are promised to others is stale from the start (-1), so it counts here.
 * - If the snapshot lists no waiter to call although there may be stale ones, the pool's own timer is set to now: the claim
 *   then rests on the watchdog instead of a RouteLead, and not on how many waiters the store lists.
 */
import { nextOpening, nextPresence } from './availability.ts';
import { roomFrom } from './decide-counters.ts';
import { type PoolDraft, placesOf } from './decide-pool.ts';
import type { BatchState } from './decide-state.ts';
import type { WaiterRecord, WakeUp } from './routing-model.ts';
import type { Pool } from './rule-set.ts';

/**
 * Raises of the generation for which a call counts as under way. Calls do arrive; this bounds the harm if one was taken for
 * bad and put aside.
 */
const CALL_LASTS_GENERATIONS = 32;

/** In the order of `poolIds`; each pool's waiters in the order of the queue. */
export function wakeWaiters(state: BatchState, poolIds: readonly string[]): readonly WakeUp[] {
  const wakeUps: WakeUp[] = [];
  for (const poolId of poolIds) {
    const pool = state.pool(poolId);
    if (pool.waiting === 0) settleEmptyQueue(pool);
    else wakeUps.push(...wakePool(state, pool));
  }
  return wakeUps;
}

/** Earlier in the queue: by turn, then lesser id. */
export function compareWaiters(a: WaiterRecord, b: WaiterRecord): number {
  return a.turnAt - b.turnAt || (a.leadId < b.leadId ? -1 : a.leadId > b.leadId ? 1 : 0);
}

/** Its RouteLead is on the way. */
export function isCalled(waiter: WaiterRecord, generation: number): boolean {
  return waiter.seenGeneration > generation;
}

/** Not on the way, and something has changed in its favour since it was tried, or it never was. */
export function isStale(waiter: WaiterRecord, generation: number): boolean {
  return waiter.seenGeneration < generation;
}

function settleEmptyQueue(pool: PoolDraft): void {
  if (pool.wakePending) {
    pool.wakePending = false;
    pool.isChanged = true;
  }
  setWakeAt(pool, null);
}

function wakePool(state: BatchState, pool: PoolDraft): readonly WakeUp[] {
  const stale: WaiterRecord[] = [];
  let promised = 0;
  for (const waiter of pool.waiters.values()) {
    if (isCalled(waiter, pool.generation)) promised++;
    else if (isStale(waiter, pool.generation)) stale.push(waiter);
  }
  const places = placesFor(state, pool);
  const called = stale.sort(compareWaiters).slice(0, Math.max(0, places - promised));
  for (const waiter of called) {
    pool.waiters.set(waiter.leadId, { ...waiter, seenGeneration: pool.generation + CALL_LASTS_GENERATIONS });
    pool.joined.add(waiter.leadId);
    pool.isChanged = true;
  }
  const isPending = stale.length > called.length || pool.isUnlistedStale;
  if (isPending !== pool.wakePending) {
    pool.wakePending = isPending;
    pool.isChanged = true;
  }
  const isStuck = places > 0 && pool.isUnlistedStale && promised + called.length === 0;
  setWakeAt(pool, isStuck ? state.now : nextPlaceByTime(state, pool));
  const cause = pool.wokenGeneration === null ? 'CAPACITY_FREED' : 'POOL_OPENED';
  return called.map(({ leadId, poolId }) => ({ leadId, poolId, cause }));
}

/** Places that this pool's waiters could get: here, in the pools it overflows into, and in the other pools of their rules. */
function placesFor(state: BatchState, pool: PoolDraft): number {
  // A pool that the rule set no longer has: its waiters belong elsewhere, wherever the rules say.
  if (pool.pool === null) return Number.POSITIVE_INFINITY;
  let places = 0;
  for (const poolId of state.topology.reachOf(pool.poolId)) {
    if (poolId === state.ruleSet.lastResortPool) return Number.POSITIVE_INFINITY;
    places += placesOf(state.pool(poolId));
  }
  return places;
}

function setWakeAt(pool: PoolDraft, wakeAt: number | null): void {
  if (wakeAt === pool.wakeAt) return;
  pool.wakeAt = wakeAt;
  pool.wakeGeneration++;
  pool.isChanged = true;
}

/**
 * First instant after now at which somebody who cannot take a lead for reasons of time (hours, leave, a word with an end, a cap of the day or hour) may; null if nobody
 * is away for such a reason.
 */
function nextPlaceByTime(state: BatchState, pool: PoolDraft): number | null {
  let next: number | null = null;
  for (const poolId of state.topology.reachOf(pool.poolId)) {
    const at = nextPlaceIn(state.pool(poolId), state.now);
    if (at !== null && (next === null || at < next)) next = at;
  }
  return next;
}

function nextPlaceIn(draft: PoolDraft, now: number): number | null {
  const { pool } = draft;
  if (pool === null) return null;
  const from = timeOfRoom(draft, pool, now);
  if (pool.agents.length === 0) {
    const opens = nextOpening(pool.hours, from);
    return opens === null || opens === now ? null : opens;
  }
  let next: number | null = null;
  for (const member of draft.members) {
    const { agent, backAt } = member;
    if (agent === null || backAt === null) continue;
    const at = nextPresence(agent, pool, Math.max(from, backAt, roomFrom(agent.caps, member, { zone: pool.zone, now })));
    // Present already: what is missing is a place, and that comes by an event.
    if (at !== null && at > now && (next === null || at < next)) next = at;
  }
  return next;
}

/** From when on the caps of pool and destination have room, as far as days and hours go. */
function timeOfRoom(draft: PoolDraft, pool: Pool, now: number): number {
  const ofPool = roomFrom(pool.caps, draft, { zone: pool.zone, now });
  const shared = draft.destination;
  return shared === null ? ofPool : Math.max(ofPool, roomFrom(shared.destination.caps, shared, { zone: shared.destination.zone, now }));
}
