/**
 * How pools hang together in one rule set: which pools a lead may overflow into, and whose waiters may use a place that
 * becomes free somewhere. Worked out once per rule set, so that a batch locks all it needs and no freed place goes unseen.
 */
import type { Caps, Pool, RuleSet } from './rule-set.ts';

export interface Topology {
  /** The pool and those it overflows into, in the order in which they are tried; ends before it would repeat. */
  chainOf(poolId: string): readonly string[];
  /** All pools in which a lead that waits in this one may find a place: its chain, and those of the other pools of its rules. */
  reachOf(poolId: string): readonly string[];
  /** The pool and all that a batch which holds its lock has to see: see `decide-wake.ts`. */
  lockedWith(poolId: string): readonly string[];
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
  return caps.open !== null || caps.daily !== null || caps.hourly !== undefined;
}

function buildTopology(ruleSet: RuleSet): Topology {
  const pools = [...ruleSet.pools.values()];
  const chains = new Map(pools.map((pool) => [pool.poolId, buildChain(ruleSet, pool)]));
  const chainOf = (poolId: string): readonly string[] => chains.get(poolId) ?? [poolId];
  const reaches = new Map(pools.map(({ poolId }) => [poolId, buildReach(ruleSet, poolId, chainOf)]));
  const reachOf = (poolId: string): readonly string[] => reaches.get(poolId) ?? [poolId];
  const closures = new Map(pools.map(({ poolId }) => [poolId, buildClosure(poolId, reachOf)]));
  const lockedWith = (poolId: string): readonly string[] => closures.get(poolId) ?? [poolId];
  const capped = new Set([...ruleSet.destinations.values()].filter(({ caps }) => hasCaps(caps)).map(({ destinationId }) => destinationId));
  const isCapped = (destinationId: string | null): boolean => destinationId !== null && capped.has(destinationId);
  const users = memoise((poolId, destinationId) => {
    const freed = new Set(pools.filter((pool) => pool.poolId === poolId || sharesCaps(pool, destinationId)).map((pool) => pool.poolId));
    return pools
      .filter((pool) => pool.poolId !== poolId && reachOf(pool.poolId).some((link) => freed.has(link)))
      .map((pool) => pool.poolId);
  });
  const sharesCaps = (pool: Pool, destinationId: string | null): boolean => isCapped(destinationId) && pool.destinationId === destinationId;
  const locks = memoise((poolId, destinationId) => {
    const touched = [poolId, ...users(poolId, destinationId)];
    return [...new Set(touched.flatMap((id) => lockedWith(id)))];
  });
  return { chainOf, reachOf, lockedWith, usersOfPlace: users, locksOfFreeing: locks, isCapped };
}

function buildChain(ruleSet: RuleSet, pool: Pool): readonly string[] {
  const chain: string[] = [];
  for (let next: Pool | undefined = pool; next !== undefined && !chain.includes(next.poolId); ) {
    chain.push(next.poolId);
    next = next.overflowTo === null ? undefined : ruleSet.pools.get(next.overflowTo);
  }
  return chain;
}

function buildReach(ruleSet: RuleSet, poolId: string, chainOf: (poolId: string) => readonly string[]): readonly string[] {
  const siblings = ruleSet.rules.flatMap(({ to, among }) => (to === poolId && among !== undefined ? among.pools : []));
  return siblings.length === 0 ? chainOf(poolId) : [...new Set([poolId, ...siblings].flatMap((one) => chainOf(one)))];
}

/** Whoever sees a pool sees what its waiters may reach, and so on. */
function buildClosure(poolId: string, reachOf: (poolId: string) => readonly string[]): readonly string[] {
  const seen = new Set([poolId]);
  // A set that grows while it is walked is walked to its end.
  for (const one of seen) for (const next of reachOf(one)) seen.add(next);
  return [...seen];
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
