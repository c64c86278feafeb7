/**
 * Ranking `best-fit`: how well an agent's skills suit the lead, times how effective the agent is. Who has everything that is asked for
 * at the highest level fits by 1; who has none of it by 0. Where nothing is asked for, everybody fits by 1, and effectiveness alone tells
 * agents apart.
 */
import { levelsOf, MOST_SKILL_LEVEL, type SkillWant } from './skills.ts';
import type { AgentCandidate, Question, Ranking } from './strategy.ts';

/** Scores nearer to each other than this are one: sums of products in another order differ in the last digits. */
const PRECISION = 1e6;

export const BEST_FIT: Ranking<AgentCandidate> = {
  score: ({ agent }, question) => {
    const effectiveness = agent?.effectiveness ?? 1;
    return Math.round(fitOf(agent, question) * effectiveness * PRECISION) / PRECISION;
  },
};

/** 0 to 1. */
function fitOf(agent: AgentCandidate['agent'], { facts, wants }: Question): number {
  let fit = 0;
  let weights = 0;
  const add = (want: SkillWant): void => {
    const levels = agent === null ? [] : levelsOf(agent, want, facts);
    if (levels.length === 0) return;
    const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
    fit += (want.weight * mean) / MOST_SKILL_LEVEL;
    weights += want.weight;
  };
  wants.required.forEach(add);
  wants.preferred.forEach(add);
  return weights === 0 ? 1 : fit / weights;
}
