/** Ranking `least-loaded`: who has the fewest open leads for its weight goes first; of pools, the fewest for the weight of all its agents. */
import type { AgentCandidate, PoolCandidate, Ranking } from './strategy.ts';

export const LEAST_LOADED_AGENT: Ranking<AgentCandidate> = { score: ({ open, weight }) => -(open / weight) };

export const LEAST_LOADED_POOL: Ranking<PoolCandidate> = { score: ({ open, pool }) => -(open / weightOf(pool)) };

/** A pool without agents counts like one agent. */
function weightOf({ agents }: PoolCandidate['pool']): number {
  const weight = agents.reduce((sum, agent) => (agent.active ? sum + agent.weight : sum), 0);
  return weight > 0 ? weight : 1;
}
