/** Who is away matters to a batch only where it may choose: the record of a batch does not grow with the company. */
import type { Absences } from './availability.ts';
import type { BatchSnapshot } from './routing-model.ts';
import type { RuleSet } from './rule-set.ts';

/** Of those in `away`, the ones who work in a pool that is locked. A batch that touches another pool is decided anew in any case. */
export function absencesOf(ruleSet: RuleSet, { away, locked }: Pick<BatchSnapshot, 'away' | 'locked'>): Absences {
  if (away.size === 0) return away;
  const relevant = new Map<string, number | null>();
  for (const poolId of locked.pools) {
    for (const { agentId } of ruleSet.pools.get(poolId)?.agents ?? []) {
      const until = away.get(agentId);
      if (until !== undefined) relevant.set(agentId, until);
    }
  }
  return relevant;
}
