/** Puts the pools of a rule in the order in which a lead tries them, by the names in the rule set. */
import { IN_ORDER } from './in-order.ts';
import { LEAST_LOADED_POOL } from './least-loaded.ts';
import { MARGIN } from './margin.ts';
import { inRank } from './rank.ts';
import type { PoolCandidate, Question, Ranking } from './strategy.ts';
import type { PoolRankingName, PoolStrategy } from './strategy-names.ts';

const RANKINGS: Readonly<Record<PoolRankingName, Ranking<PoolCandidate>>> = {
  'in-order': IN_ORDER,
  'least-loaded': LEAST_LOADED_POOL,
  margin: MARGIN,
};

export interface PoolScore {
  readonly by: PoolRankingName;
  readonly score: number;
}

/** The best first. Caps and hours are not looked at: a pool that cannot take the lead is passed over when it is tried. */
export function rankPools(strategy: PoolStrategy, candidates: readonly PoolCandidate[], question: Question): readonly PoolCandidate[] {
  return inRank(
    candidates,
    strategy.rank.map((name) => RANKINGS[name]),
    question,
  );
}

/** What the rankings say of one pool, in their order: for explanations. */
export function poolScoresOf({ rank }: PoolStrategy, candidate: PoolCandidate, question: Question): readonly PoolScore[] {
  return rank.map((by) => ({ by, score: RANKINGS[by].score(candidate, question) }));
}
