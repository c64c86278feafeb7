/** By which strategies leads were given to whom they are with: of agents by their pool, of pools by their rule, as the active rule set has them. */
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { compilePublished } from '@lead-router/service-kit/open-dependencies.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { activeRuleSetVersion, loadRuleSet } from '@lead-router/store/rule-set-store.ts';
import type { LeadSummary } from '@lead-router/store/summary-store.ts';

/** Most used first. A lead of a rule that names several pools counts for how its pool was chosen, offered or owned, and for how its agent was. */
export function strategiesAtWork(
  ruleSet: Pick<RuleSet, 'pools' | 'rules'>,
  { byPool, byRule }: Pick<LeadSummary, 'byPool' | 'byRule'>,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (strategy: string, leads = 0): void => {
    if (leads > 0) counts.set(strategy, (counts.get(strategy) ?? 0) + leads);
  };
  for (const { poolId, agents, strategy } of ruleSet.pools.values()) {
    if (agents.length > 0) add(strategy?.name ?? 'weighted', byPool.get(poolId)?.owned);
  }
  for (const { ruleId, among } of ruleSet.rules) if (among !== undefined) add(among.strategy.name, byRule.get(ruleId));
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

/** The active rule set, compiled once a version; null before the first. */
export function createRuleSetReader(pool: PostgresPool): () => Promise<RuleSet | null> {
  let known: { readonly version: number; readonly ruleSet: RuleSet } | null = null;
  return async () => {
    const version = await activeRuleSetVersion(pool);
    if (version === null) return null;
    if (known?.version === version) return known.ruleSet;
    const document = await loadRuleSet(pool, version);
    if (document === null) return null;
    known = { version, ruleSet: compilePublished(document) };
    return known.ruleSet;
  };
}
