/** What one lead asks of a pool's agents, and who of them could ever meet it: the strategy of the pool, the skills that pool and rule want. */
import type { Facts } from './facts.ts';
import type { Agent, Pool, Rule } from './rule-set.ts';
import { whyNotSuited } from './strategies/agent-strategies.ts';
import { joinWants } from './strategies/skills.ts';
import type { Question } from './strategies/strategy.ts';
import { type AgentStrategy, WEIGHTED } from './strategies/strategy-names.ts';

export interface Demand {
  readonly strategy: AgentStrategy;
  readonly question: Question;
}

/** Of the lead alone, whatever pool is looked at. */
export interface LeadDemand {
  /** As the lead stands; null: not known. */
  readonly facts: Facts | null;
  /** null: no rule sent it here (a person did, or the final decision makers have it). */
  readonly rule: Rule | null;
}

/** null: nothing but whose turn it is. That is most pools, and costs nothing. */
export function demandOn(pool: Pool, { facts, rule }: LeadDemand): Demand | null {
  const { strategy = WEIGHTED } = pool;
  if (strategy.rank.length === 0 && pool.wants === undefined && rule?.wants === undefined) return null;
  return { strategy, question: { facts, wants: joinWants(pool.wants, rule?.wants) } };
}

/** Suits the lead by everything that does not change while it waits. */
export function isSuited(demand: Demand | null, agent: Agent): boolean {
  return demand === null || whyNotSuited(demand.strategy, agent, demand.question) === null;
}
