/** Whoever has least to do for its weight goes first. */
import { buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import { expect, it } from 'vitest';
import { aCandidate, NO_QUESTION } from './candidate.test-support.ts';
import { LEAST_LOADED_AGENT, LEAST_LOADED_POOL } from './least-loaded.ts';

it('compares open leads by weight', () => {
  const score = (open: number, weight: number) => LEAST_LOADED_AGENT.score(aCandidate({ agentId: 'ann', weight }, { open }), NO_QUESTION);
  expect(score(2, 1)).toBeLessThan(score(1, 1));
  expect(score(3, 3)).toBe(score(1, 1));
  expect(score(3, 3)).toBeLessThan(score(2, 3));
});

it('compares pools by the weight of all who are active in them', () => {
  const { pools, destinations } = buildTestRuleSet({
    pools: [
      { poolId: 'two', agents: ['ann', { agentId: 'bob', weight: 2 }, { agentId: 'cid', active: false }] },
      { poolId: 'house', agents: [] },
    ],
  });
  const score = (poolId: string, open: number): number => {
    const pool = pools.get(poolId);
    if (pool === undefined) throw new Error(poolId);
    return LEAST_LOADED_POOL.score({ pool, open, place: 0, destination: destinations.get(pool.destinationId) }, NO_QUESTION);
  };
  expect(score('two', 3)).toBe(score('house', 1));
  expect(score('two', 2)).toBeGreaterThan(score('house', 1));
});
