/** Sets of locks: united and sorted, so that every batch takes them in the one global order. */
import type { LockSet } from '@lead-router/domain/routing-model.ts';

export const noLocks: LockSet = { identities: [], leads: [], destinations: [], pools: [] };

export function unionLocks(a: LockSet, b: LockSet): LockSet {
  return {
    identities: union(a.identities, b.identities),
    leads: union(a.leads, b.leads),
    destinations: union(a.destinations, b.destinations),
    pools: union(a.pools, b.pools),
    ...(a.conversions || b.conversions ? { conversions: union(a.conversions ?? [], b.conversions ?? []) } : {}),
  };
}

function union<T extends string>(a: readonly T[], b: readonly T[]): readonly T[] {
  return [...new Set([...a, ...b])].sort();
}
