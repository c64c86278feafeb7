/** Candidates for tests of strategies: whatever is not said is the least special. */
import type { Agent } from '../rule-set.ts';
import { NO_WANTS, type SkillWant } from './skills.ts';
import type { AgentCandidate, Question } from './strategy.ts';

const NO_CAPS = { open: null, daily: null };

export const anAgent = (agent: Partial<Agent> & { readonly agentId: string }): Agent => ({
  name: agent.agentId,
  weight: 1,
  caps: NO_CAPS,
  hours: null,
  leave: [],
  active: true,
  ...agent,
});

export interface TestCandidate extends AgentCandidate {
  readonly agentId: string;
  credit: number;
  readonly tieHash: number;
}

export const aCandidate = (
  agent: Partial<Agent> & { readonly agentId: string },
  known: Partial<Pick<AgentCandidate, 'place' | 'open' | 'weight'>> = {},
): TestCandidate => ({
  agentId: agent.agentId,
  agent: anAgent(agent),
  place: 0,
  open: 0,
  weight: agent.weight ?? 1,
  credit: 0,
  tieHash: 1,
  ...known,
});

export const want = (kind: string, known: Partial<SkillWant> = {}): SkillWant => ({ kind, value: null, level: 1, weight: 1, ...known });

export const NO_QUESTION: Question = { facts: null, wants: NO_WANTS };
