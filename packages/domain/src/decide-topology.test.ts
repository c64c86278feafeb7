/** Which pools hang together, in a rule set with a chain, a circle and a shared destination. */
import { buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { topologyOf } from './decide-topology.ts';
import { POOL_PRESETS } from './strategies/strategy-names.ts';

const topology = topologyOf(
  buildTestRuleSet({
    pools: [
      { poolId: 'a', overflowTo: 'b' },
      { poolId: 'b', overflowTo: 'c', destinationId: 'house' },
      { poolId: 'c', overflowTo: 'b' },
      { poolId: 'd', destinationId: 'house' },
      { poolId: 'e', destinationId: 'open' },
      { poolId: 'f', destinationId: 'open' },
    ],
    destinations: [{ destinationId: 'house', caps: { open: 1, daily: null } }],
  }),
);

describe('the topology of pools', () => {
  it('follows overflow until it would repeat', () => {
    expect(topology.chainOf('a')).toEqual(['a', 'b', 'c']);
    expect(topology.chainOf('c')).toEqual(['c', 'b']);
    expect(topology.chainOf('gone')).toEqual(['gone']);
  });

  it('knows whose waiters may use a place: upstream, and under the same cap', () => {
    expect(topology.usersOfPlace('c', 'c')).toEqual(['a', 'b']);
    expect(topology.usersOfPlace('d', 'house')).toEqual(['a', 'b', 'c']);
    expect(topology.usersOfPlace('e', 'open')).toEqual([]);
    expect(topology.usersOfPlace('gone', null)).toEqual([]);
  });

  it('locks with each pool those it overflows into', () => {
    expect([...topology.locksOfFreeing('d', 'house')].sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('knows in which other pools of its rules a lead that waits may find a place, and locks all that these reach', () => {
    const among = { pools: ['a', 'c'], strategy: POOL_PRESETS['least-loaded'] };
    const several = topologyOf(
      buildTestRuleSet({
        pools: [{ poolId: 'a' }, { poolId: 'b', overflowTo: 'a' }, { poolId: 'c', overflowTo: 'd' }, { poolId: 'd' }],
        rules: [{ to: 'a', among, when: () => true }],
      }),
    );
    expect(several.chainOf('a')).toEqual(['a']);
    expect(several.reachOf('a')).toEqual(['a', 'c', 'd']);
    expect(several.reachOf('c')).toEqual(['c', 'd']);
    expect(several.lockedWith('b')).toEqual(['b', 'a', 'c', 'd']);
    expect(several.usersOfPlace('d', 'd')).toEqual(['a', 'c']);
  });

  it('is worked out once per rule set', () => {
    const ruleSet = buildTestRuleSet({ pools: [] });
    expect(topologyOf(ruleSet)).toBe(topologyOf(ruleSet));
  });
});
