/**
 * How pools hang together in one rule set: which pools a lead may overflow into, and whose waiters may use a place that
 * becomes free somewhere. Worked out once per rule set, so that a batch locks all it needs and no freed place goes unseen.
 */
import type { Caps, Pool, RuleSet } from './rule-set.ts';

export interface Topology {
  /** The pool and those it overflows into, in the order in which they are tried; ends before it would repeat. */
  chainOf(poolId: string): readonly string[];
  /** Other pools whose waiters may use a place that a lead of this pool and destination leaves. */
  usersOfPlace(poolId: string, destinationId: string | null): readonly string[];
  /** All pools to lock when such a place is freed: to raise the generations of its users and to see what they could get. */
  locksOfFreeing(poolId: string, destinationId: string | null): readonly string[];
  /** The destination's caps are counted. */
  isCapped(destinationId: string | null): boolean;
}

const memo = new WeakMap<RuleSet, Topology>();

export function topologyOf(ruleSet: RuleSet): Topology {
  const kept = memo.get(ruleSet);
  if (kept !== undefined) return kept;
  const topology = buildTopology(ruleSet);
  memo.set(ruleSet, topology);
  return topology;
}

export function hasCaps(caps: Caps): boolean {
  return caps.open !== null || caps.daily !== null;
}

function buildTopology(ruleSet: RuleSet): Topology {
  const pools = [...ruleSet.pools.values()];
  const chains = new Map(pools.map((pool) => [pool.poolId, buildChain(ruleSet, pool)]));
  const chainOf = (poolId: string): readonly string[] => chains.get(poolId) ?? [poolId];
  const capped = new Set([...ruleSet.destinations.values()].filter(({ caps }) => hasCaps(caps)).map(({ destinationId }) => destinationId));
  const isCapped = (destinationId: string | null): boolean => destinationId !== null && capped.has(destinationId);
  const users = memoise((poolId, destinationId) => {
    const freed = new Set(pools.filter((pool) => pool.poolId === poolId || sharesCaps(pool, destinationId)).map((pool) => pool.poolId));
    return pools
      .filter((pool) => pool.poolId !== poolId && chainOf(pool.poolId).some((link) => freed.has(link)))
      .map((pool) => pool.poolId);
  });
  const sharesCaps = (pool: Pool, destinationId: string | null): boolean => isCapped(destinationId) && pool.destinationId === destinationId;
  const locks = memoise((poolId, destinationId) => {
    const touched = [poolId, ...users(poolId, destinationId)];
    return [...new Set(touched.flatMap((id) => chainOf(id)))];
  });
  return { chainOf, usersOfPlace: users, locksOfFreeing: locks, isCapped };
}

function buildChain(ruleSet: RuleSet, pool: Pool): readonly string[] {
  const chain: string[] = [];
  for (let next: Pool | undefined = pool; next !== undefined && !chain.includes(next.poolId); ) {
    chain.push(next.poolId);
    next = next.overflowTo === null ? undefined : ruleSet.pools.get(next.overflowTo);
  }
  return chain;
}

type ByPlace = (poolId: string, destinationId: string | null) => readonly string[];

function memoise(compute: ByPlace): ByPlace {
  const kept = new Map<string, Map<string | null, readonly string[]>>();
  return (poolId, destinationId) => {
    const ofPool = kept.get(poolId) ?? new Map<string | null, readonly string[]>();
    kept.set(poolId, ofPool);
    const known = ofPool.get(destinationId);
    if (known !== undefined) return known;
    const computed = compute(poolId, destinationId);
    ofPool.set(destinationId, computed);
    return computed;
  };
}
