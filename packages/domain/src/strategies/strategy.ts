/**
 * What a strategy is made of: who may have the lead at all (filter), who suits it best (rank), whose turn it is among equals (tie-break).
 * Each is pure and looks at one candidate at a time, so that an explanation can ask it again. A new one is a file here with its test, and
 * its name in `agent-strategies.ts` or `pool-strategies.ts`.
 */
import type { Facts } from '../facts.ts';
import type { MarginScore } from '../margin/rank-by-margin.ts';
import type { Agent, Destination, Pool } from '../rule-set.ts';
import type { SkillWants } from './skills.ts';

/** What is asked about every candidate for one lead. */
export interface Question {
  /** null: not known. */
  readonly facts: Facts | null;
  readonly wants: SkillWants;
  /** Destinations of the rule, best first; only where its pools are ranked by margin. */
  readonly margins?: readonly MarginScore[];
}

/** A member of a pool who could have the lead now, as far as hours and caps go. */
export interface AgentCandidate {
  readonly agent: Agent | null;
  /** Place in the pool's list, from 0; a stand-in's is that of whom it covers, if that is better. */
  readonly place: number;
  /** Open leads right now. */
  readonly open: number;
  /** Above 0; a stand-in's includes the weight of whom it covers. */
  readonly weight: number;
}

/** A pool that a rule may send the lead to. */
export interface PoolCandidate {
  readonly pool: Pool;
  /** Costs, payouts and channel of what the pool delivers to; undefined where the rule set does not have it. */
  readonly destination: Destination | undefined;
  /** Place in the rule's list, from 0. */
  readonly place: number;
  /** Open leads right now. */
  readonly open: number;
}

/** Says no to who can never have such a lead, whatever the hour. Nothing that changes while a lead waits may be looked at. */
export interface AgentFilter {
  /** null: may have it; else why not, in plain words. */
  whyNot(agent: Agent, question: Question): string | null;
}

export interface Ranking<Candidate> {
  /** The higher goes first. Finite. */
  score(candidate: Candidate, question: Question): number;
}
