/** What a rule set says of offers, what it leaves to the defaults, and what it cannot mean. */
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { compileRuleSet } from '../compile-rule-set.ts';
import type { Pool, RuleSetResult } from '../rule-set.ts';

function compile(team: object, chiefs: object = {}): RuleSetResult {
  const source = {
    name: 'small',
    scoring: { grades: [{ grade: 'HOT' }] },
    rules: [{ id: 'all', when: 'true', to: 'team' }],
    lastResort: 'chiefs',
    destinations: [{ id: 'sales', kind: 'SALES' }],
    pools: [
      { id: 'team', destination: 'sales', agents: [{ id: 'ann' }, { id: 'bob' }], ...team },
      { id: 'spare', destination: 'sales', agents: [{ id: 'eve' }] },
      { id: 'chiefs', destination: 'sales', acceptWithin: '1d', agents: [{ id: 'chief' }], ...chiefs },
    ],
  };
  return compileRuleSet({ source: stringify(source, { lineWidth: 0 }), tables: new Map(), hash: () => 'digest' });
}

const offerOf = (team: object): Pool['offer'] => {
  const result = compile(team);
  if (!result.ok) throw new Error(result.faults.map(({ message }) => message).join('\n'));
  return result.ruleSet.pools.get('team')?.offer;
};
const faultsOf = (result: RuleSetResult): readonly string[] =>
  result.ok ? [] : result.faults.map(({ path, message }) => `${path}: ${message}`);

describe('an offer', () => {
  it('is not there where nothing asks for it', () => {
    expect(offerOf({})).toBeUndefined();
    expect(offerOf({ strategy: 'best-fit' })).toBeUndefined();
  });

  it('comes with the strategy "claim": three agents, five minutes of business time, twice, then the final decision makers', () => {
    const usual = { agents: 3, withinMs: 300_000, time: 'BUSINESS', rounds: 2, unclaimed: 'EXCEPTION' };
    expect(offerOf({ strategy: 'claim' })).toEqual(usual);
    expect(offerOf({ offer: {} })).toEqual(usual);
    expect(offerOf({ strategy: 'claim', overflowTo: 'spare' })).toEqual({ ...usual, unclaimed: 'OVERFLOW' });
  });

  it('is as it is said, beside any strategy', () => {
    const offer = { agents: 5, within: '90s', time: 'wall', rounds: 1, unclaimed: 'next-rule' };
    expect(offerOf({ strategy: 'best-fit', offer })).toEqual({
      agents: 5,
      withinMs: 90_000,
      time: 'WALL',
      rounds: 1,
      unclaimed: 'NEXT_RULE',
    });
    expect(offerOf({ strategy: 'claim', offer: { agents: 2 } })?.agents).toBe(2);
    expect(offerOf({ offer: { unclaimed: 'wait' }, maxWait: '1h' })?.unclaimed).toBe('WAIT');
    expect(offerOf({ offer: { unclaimed: 'assign' } })?.unclaimed).toBe('ASSIGN');
  });

  it('says where its unclaimed leads go, and does not let them wait for ever', () => {
    expect(faultsOf(compile({ offer: { unclaimed: 'overflow' } }))).toEqual([
      'pools[0].offer.unclaimed: unclaimed is "overflow": say where to, with "overflowTo"',
    ]);
    expect(faultsOf(compile({ offer: { unclaimed: 'wait' } }))).toEqual([
      'pools[0].offer.unclaimed: unclaimed is "wait": say how long at most, with "maxWait", so that nobody is forgotten',
    ]);
    expect(faultsOf(compile({ offer: { agents: 0, within: 'soon', rounds: 1.5 } })).map((fault) => fault.split(':')[0])).toEqual([
      'pools[0].offer.agents',
      'pools[0].offer.within',
      'pools[0].offer.rounds',
    ]);
  });

  it('does not let them wait for ever where they came by overflow from another pool', () => {
    const agents = [{ id: 'joe' }];
    const compileWays = (team: object, rule: object = {}) =>
      compileRuleSet({
        source: stringify({
          name: 'small',
          scoring: { grades: [{ grade: 'HOT' }] },
          rules: [{ id: 'all', when: 'true', to: 'team', ...rule }],
          lastResort: 'chiefs',
          destinations: [{ id: 'sales', kind: 'SALES' }],
          pools: [
            { id: 'team', destination: 'sales', agents, ...team },
            { id: 'spare', destination: 'sales', overflowTo: 'open', agents },
            { id: 'open', destination: 'sales', maxWait: '1h', offer: { unclaimed: 'wait' }, agents },
            { id: 'chiefs', destination: 'sales', acceptWithin: '1d', agents },
          ],
        }),
        tables: new Map(),
        hash: () => 'digest',
      });
    const fault = (way: string) =>
      `pools[0].id: leads of rule "all" wait in pool "team" without a limit when nobody takes them in pool "open" (line 23), where unclaimed is "wait" and which they reach${way}: give "team" a "maxWait", so that nobody is forgotten`;
    expect(faultsOf(compileWays({ overflowTo: 'open' }))).toEqual([fault('')]);
    expect(faultsOf(compileWays({ overflowTo: 'spare' }))).toEqual([fault(' through "spare"')]);
    expect(faultsOf(compileWays({}, { to: ['team', 'open'] }))).toHaveLength(1);
    expect(faultsOf(compileWays({}, { to: ['team', 'spare'] }))).toHaveLength(1);
    // Only the pool that the rule names is waited in.
    for (const right of [
      compileWays({}),
      compileWays({ overflowTo: 'spare', maxWait: '2h' }),
      compileWays({}, { to: ['open', 'spare'] }),
      compileWays({}, { to: 'open' }),
    ])
      expect(faultsOf(right)).toEqual([]);
  });

  it('is neither of the last resort nor of a pool without agents', () => {
    for (const chiefs of [{ offer: {} }, { strategy: 'claim' }])
      expect(faultsOf(compile({}, chiefs))).toEqual([
        'lastResort: pool "chiefs" is the last resort: each of its leads has an owner at once, so leave out its "offer" and the strategy "claim"',
      ]);
    expect(faultsOf(compile({ offer: {}, agents: [] }))).toContainEqual(expect.stringContaining('has no active agent'));
  });
});
