/** What the rule set says of one lead before any pool is looked at: the rule, the pool, and whether waiting makes sense. */
import type { Facts } from './facts.ts';
import type { LeadRecord } from './routing-model.ts';
import { type Destination, GRADE_RANK, type Pool, type RuleMatch, type RuleSet } from './rule-set.ts';

const matches = new WeakMap<RuleSet, WeakMap<Facts, RuleMatch>>();
const qualifiedFacts = new WeakMap<Facts, Facts>();

/** The rule that these facts match; asked once per facts and rule set, however often it is looked up. */
export function matchOf(ruleSet: RuleSet, facts: Facts): RuleMatch {
  let ofRuleSet = matches.get(ruleSet);
  if (ofRuleSet === undefined) {
    ofRuleSet = new WeakMap();
    matches.set(ruleSet, ofRuleSet);
  }
  const kept = ofRuleSet.get(facts);
  if (kept !== undefined) return kept;
  const match = ruleSet.matchRule(facts);
  ofRuleSet.set(facts, match);
  return match;
}

/**
 * The facts as the lead stands: whoever made them may not have seen a qualification earlier in the same batch. The score is left
 * as it was computed.
 */
export function factsOf(lead: Pick<LeadRecord, 'isQualified'>, facts: Facts | null): Facts | null {
  if (facts === null || facts.isQualified || !lead.isQualified) return facts;
  const kept = qualifiedFacts.get(facts);
  if (kept !== undefined) return kept;
  const qualified = { ...facts, isQualified: true };
  qualifiedFacts.set(facts, qualified);
  return qualified;
}

/** The pool that the rules name for these facts; the last resort where they name none that exists, or cannot be asked. */
export function targetOf(ruleSet: RuleSet, facts: Facts | null): string {
  if (facts === null) return ruleSet.lastResortPool;
  const { to } = matchOf(ruleSet, facts).rule;
  return ruleSet.pools.has(to) ? to : ruleSet.lastResortPool;
}

/** What became known speaks for the lead: a better grade, or more points in the same one. */
export function isPromotion(lead: Pick<LeadRecord, 'grade' | 'score'>, facts: Facts | null): boolean {
  if (facts === null) return false;
  const steps = GRADE_RANK[lead.grade] - GRADE_RANK[facts.grade];
  return steps > 0 || (steps === 0 && facts.score > lead.score);
}

/** As many owners have let a clock of the lead run out as the rules' pool allows: it is for the final decision makers. */
export function isExhausted(ruleSet: RuleSet, lead: { readonly facts: Facts | null; readonly breaches: number }): boolean {
  const limit = ruleSet.pools.get(targetOf(ruleSet, lead.facts))?.sla.maxReassignments ?? null;
  return limit !== null && lead.breaches > limit;
}

/** How a pool without agents is named among the former owners. */
export function formerOwnerOf(lead: LeadRecord): string {
  return lead.agentId ?? `@${lead.poolId ?? ''}`;
}

/** Somebody in the pool could take such a lead some day: it makes sense to wait. */
export function canEverTake(pool: Pool, destination: Destination | undefined, formerOwners: readonly string[]): boolean {
  if (pool.caps.open === 0 || pool.caps.daily === 0 || pool.hours?.spans.length === 0) return false;
  if (destination?.caps.open === 0 || destination?.caps.daily === 0) return false;
  if (pool.agents.length === 0) return !formerOwners.includes(`@${pool.poolId}`);
  return pool.agents.some(
    ({ active, agentId, caps, hours }) =>
      active && caps.open !== 0 && caps.daily !== 0 && hours?.spans.length !== 0 && !formerOwners.includes(agentId),
  );
}

/** Nobody in the rule's pool, nor in those it overflows into, could ever take such a lead. */
export function isHopeless(ruleSet: RuleSet, chain: readonly string[], formerOwners: readonly string[]): boolean {
  return !chain.some((poolId) => {
    const pool = ruleSet.pools.get(poolId);
    return pool !== undefined && canEverTake(pool, ruleSet.destinations.get(pool.destinationId), formerOwners);
  });
}
