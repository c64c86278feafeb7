/** The place of a pool's destination among those of the rule is its score; what margins are is in ../margin. */
import { buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import { expect, it } from 'vitest';
import type { MarginScore } from '../margin/rank-by-margin.ts';
import { NO_QUESTION } from './candidate.test-support.ts';
import { MARGIN } from './margin.ts';
import { rankPools } from './pool-strategies.ts';
import { POOL_PRESETS } from './strategy-names.ts';

const score = (destinationId: string): MarginScore => ({
  ...{ destinationId, conversion: null, worth: 1, revenue: 1, cost: 0, margin: 1, expectedMargin: 1, isByShare: false },
});
const { pools } = buildTestRuleSet({ pools: ['a', 'b', 'c'].map((poolId) => ({ poolId, destinationId: `of-${poolId}` })) });
const candidates = ['a', 'b', 'c'].flatMap((poolId, place) => {
  const pool = pools.get(poolId);
  return pool === undefined ? [] : [{ pool, place, open: 0, destination: undefined }];
});
const question = { ...NO_QUESTION, margins: [score('of-c'), score('of-a')] };

it('puts the pool of the best destination first, and one whose margin is not known last', () => {
  expect(rankPools(POOL_PRESETS.margin, candidates, question).map(({ pool }) => pool.poolId)).toEqual(['c', 'a', 'b']);
});

it('is the same for all where nothing was weighed', () => {
  expect(candidates.map((candidate) => MARGIN.score(candidate, NO_QUESTION))).toEqual([0, 0, 0]);
});
