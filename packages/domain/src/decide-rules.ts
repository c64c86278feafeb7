/** What the rule set says of one lead before any pool is looked at: the rule, the pool, and whether waiting makes sense. */
import { isShutFor } from './decide-counters.ts';
import { demandOn, isSuited, type LeadDemand } from './decide-demand.ts';
import type { Topology } from './decide-topology.ts';
import type { Facts } from './facts.ts';
import type { LeadRecord } from './routing-model.ts';
import { type AtCap, type Destination, GRADE_RANK, type Pool, type Rule, type RuleMatch, type RuleSet } from './rule-set.ts';

/** By the place of the rule before. */
const laterMatches = new WeakMap<RuleSet, WeakMap<Facts, Map<number, RuleMatch>>>();
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

/** The rule that is asked when the pool of `match` passes a lead on at its cap; the last resort at the end. */
export function matchAfter(ruleSet: RuleSet, facts: Facts, match: RuleMatch): RuleMatch {
  let ofRuleSet = laterMatches.get(ruleSet);
  if (ofRuleSet === undefined) {
    ofRuleSet = new WeakMap();
    laterMatches.set(ruleSet, ofRuleSet);
  }
  const ofFacts = ofRuleSet.get(facts) ?? new Map<number, RuleMatch>();
  ofRuleSet.set(facts, ofFacts);
  const kept = ofFacts.get(match.index);
  if (kept !== undefined) return kept;
  const next = ruleSet.matchRule(facts, match.index + 1);
  ofFacts.set(match.index, next);
  return next;
}

/**
 * The rules that may have the lead, in their turn: the one that matches, and those after it as long as pools pass leads on at their cap, or
 * those that nobody takes. `formerOwners` tells which leads those are; without it any lead may be.
 */
export function matchesOf(ruleSet: RuleSet, facts: Facts, formerOwners?: readonly string[]): readonly RuleMatch[] {
  const found = [matchOf(ruleSet, facts)];
  for (let match = found[0]; match !== undefined; match = found.at(-1)) {
    const pool = ruleSet.pools.get(match.rule.to);
    const passesOn = formerOwners === undefined ? pool?.offer?.unclaimed === 'NEXT_RULE' : atCapOf(pool, formerOwners) === 'NEXT_RULE';
    if (!passesOn && pool?.atCap !== 'NEXT_RULE') return found;
    found.push(matchAfter(ruleSet, facts, match));
  }
  return found;
}

/** What becomes of a lead that its rule's pools cannot take now. A pool in which nobody took the lead goes on as its offer says. */
export function atCapOf(pool: Pool | undefined, formerOwners: readonly string[]): AtCap {
  const unclaimed = pool?.offer?.unclaimed;
  if ((unclaimed === 'NEXT_RULE' || unclaimed === 'EXCEPTION') && pool !== undefined && hasLost(pool, formerOwners)) return unclaimed;
  return pool?.atCap ?? 'WAIT';
}

/** The pool as such had the lead and lost it: it has no agents, or offered it in vain. */
export function hasLost(pool: Pool, formerOwners: readonly string[]): boolean {
  return (pool.agents.length === 0 || pool.offer !== undefined) && formerOwners.includes(`@${pool.poolId}`);
}

/** The rules would let the pool have such a lead, if not now, then once another is at its cap. */
export function isAllowed(
  ruleSet: RuleSet,
  topology: Topology,
  { facts, poolId }: { readonly facts: Facts; readonly poolId: string },
): boolean {
  return matchesOf(ruleSet, facts).some(({ rule }) => topology.reachOf(homeOf(ruleSet, rule)).includes(poolId));
}

/** In whose queue the rule's leads wait; the last resort where the rule set does not have the pool. */
export function homeOf(ruleSet: RuleSet, { to }: Rule): string {
  return ruleSet.pools.has(to) ? to : ruleSet.lastResortPool;
}

/** The pool that the rules name for these facts; the last resort where they name none that exists, or cannot be asked. */
export function targetOf(ruleSet: RuleSet, facts: Facts | null): string {
  if (facts === null) return ruleSet.lastResortPool;
  return homeOf(ruleSet, matchOf(ruleSet, facts).rule);
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

/** How the owner is named among the former ones: a pool without agents, or in which nobody took the lead, stands for itself. */
export function formerOwnerOf(lead: LeadRecord): string {
  return lead.agentId ?? `@${lead.poolId ?? ''}`;
}

/** What decides whether anybody could ever take a lead. */
export interface Prospect extends LeadDemand {
  readonly formerOwners: readonly string[];
}

/** Somebody in the pool could take such a lead some day: it makes sense to wait. */
export function canEverTake(pool: Pool, destination: Destination | undefined, prospect: Prospect): boolean {
  if (isShutFor(pool.caps) || isShutFor(destination?.caps) || pool.hours?.spans.length === 0) return false;
  if (hasLost(pool, prospect.formerOwners)) return false;
  if (pool.agents.length === 0) return true;
  const demand = demandOn(pool, prospect);
  return pool.agents.some(
    (agent) =>
      agent.active &&
      !isShutFor(agent.caps) &&
      agent.hours?.spans.length !== 0 &&
      !prospect.formerOwners.includes(agent.agentId) &&
      isSuited(demand, agent),
  );
}

/** Nobody in the rule's pools, nor in those they overflow into, could ever take such a lead. */
export function isHopeless(ruleSet: RuleSet, path: readonly string[], prospect: Prospect): boolean {
  return !path.some((poolId) => {
    const pool = ruleSet.pools.get(poolId);
    return pool !== undefined && canEverTake(pool, ruleSet.destinations.get(pool.destinationId), prospect);
  });
}
