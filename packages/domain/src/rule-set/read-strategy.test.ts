/** Strategies, skills, caps and cover as the YAML says them, and the faults of what it cannot mean. */
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { compileRuleSet } from '../compile-rule-set.ts';
import type { RuleSetResult } from '../rule-set.ts';

const BASE = `
name: small
scoring: { grades: [{ grade: HOT }] }
rules: [{ id: all, when: "true", to: team }]
lastResort: chiefs
destinations: [{ id: sales, kind: SALES }]
pools:
  - { id: team, destination: sales, agents: [{ id: ann }, { id: bob }] }
  - { id: spare, destination: sales, agents: [{ id: eve }] }
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
`;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function compile(changes: {
  readonly rule?: object;
  readonly team?: object;
  readonly ann?: object;
  readonly chiefs?: object;
}): RuleSetResult {
  const base: unknown = parse(BASE);
  if (!isRecord(base) || !Array.isArray(base.pools) || !Array.isArray(base.rules)) throw new Error('a base');
  const [team, spare, chiefs] = base.pools;
  const agents = [{ id: 'ann', ...changes.ann }, { id: 'bob' }];
  const source = {
    ...base,
    rules: [{ ...base.rules[0], ...changes.rule }],
    pools: [{ ...team, agents, ...changes.team }, spare, { ...chiefs, ...changes.chiefs }],
  };
  return compileRuleSet({ source: stringify(source, { lineWidth: 0 }), tables: new Map(), hash: () => 'digest' });
}

describe('what is said', () => {
  it('is in the pool and its agents, and what is not said is not', () => {
    const result = compile({
      team: {
        strategy: { rank: ['best-fit', 'in-order'] },
        skills: { required: ['language', { skill: 'certified:hipaa', level: 4 }] },
        atCap: 'next-rule',
        ageing: '2h',
        caps: { hourly: 3 },
      },
      ann: {
        skills: { language: { en: 5 }, product: ['Big Router'] },
        effectiveness: 0.8,
        leave: [{ from: '2026-07-01', to: '2026-07-15', cover: 'bob' }],
      },
    });
    if (!result.ok) throw new Error(JSON.stringify(result.faults));
    const team = result.ruleSet.pools.get('team');
    expect(team).toMatchObject({
      strategy: { name: 'composed', filter: ['skills'], rank: ['best-fit', 'in-order'], tieBreak: 'weighted' },
      wants: {
        required: [
          { kind: 'language', value: null, level: 1 },
          { kind: 'certified', value: 'hipaa', level: 4 },
        ],
      },
      atCap: 'NEXT_RULE',
      ageingMs: 7_200_000,
      caps: { hourly: 3 },
    });
    const [ann, bob] = team?.agents ?? [];
    expect([...(ann?.skills ?? [])]).toEqual([
      ['language:en', 5],
      ['product:big router', 3],
    ]);
    expect(ann).toMatchObject({ effectiveness: 0.8, leave: [{ cover: 'bob' }] });
    expect(Object.keys(bob ?? {})).not.toContain('skills');
    expect(Object.keys(result.ruleSet.pools.get('spare') ?? {})).not.toContain('strategy');
  });

  it('is in the rule: one pool as ever, several with the strategy that ranks them', () => {
    const ruleOf = (rule: object) => {
      const result = compile({ rule });
      return result.ok ? result.ruleSet.rules[0] : result.faults;
    };
    expect(ruleOf({ to: ['team'] })).toMatchObject({ to: 'team' });
    expect(ruleOf({ to: ['team'] })).not.toHaveProperty('among');
    expect(ruleOf({ to: ['spare', 'team'] })).toMatchObject({
      to: 'spare',
      among: { pools: ['spare', 'team'], strategy: { name: 'in-order' } },
    });
    expect(ruleOf({ to: ['team', 'spare'], choose: { rank: 'least-loaded' } })).toMatchObject({
      among: { strategy: { name: 'composed', rank: ['least-loaded'] } },
    });
    expect(ruleOf({ skills: { preferred: [{ skill: 'product', weight: 2 }] } })).toMatchObject({
      wants: { preferred: [{ kind: 'product', weight: 2 }] },
    });
  });
});

describe('a fault', () => {
  it.each([
    ['an unknown strategy', { team: { strategy: 'best-fitt' } }, 'there is no strategy "best-fitt": did you mean "best-fit"?'],
    ['an unknown ranking', { team: { strategy: { rank: ['margin'] } } }, '"margin" is not one of in-order, least-loaded, best-fit'],
    ['a ranking twice', { team: { strategy: { rank: ['best-fit', 'best-fit'] } } }, '"best-fit" stands twice'],
    ['to choose among one', { rule: { choose: 'least-loaded' } }, '"choose" ranks several pools: make "to" a list of them'],
    ['a pool twice', { rule: { to: ['team', 'team'] } }, 'pool "team" stands twice'],
    ['no pool at all', { rule: { to: [] } }, '"to" names no pool'],
    [
      'an unknown skill of leads',
      { team: { skills: { required: ['langauge'] } } },
      'leads do not say "langauge" of themselves: write one of',
    ],
    ['no kind of skill', { ann: { skills: { 'Big Kind': ['x'] } } }, '"Big Kind" cannot be a kind of skill'],
    ['a level that does not exist', { ann: { skills: { language: { en: 6 } } } }, 'expected a whole number from 1 to 5'],
    ['skills that ask for nothing', { team: { skills: {} } }, 'skills without "required" and "preferred" ask for nothing'],
    ['an overflow to nowhere', { team: { atCap: 'overflow' } }, 'atCap is "overflow": say where to'],
    ['an overflow that is never looked at', { team: { atCap: 'exception', overflowTo: 'spare' } }, '"overflowTo" is for atCap: overflow'],
    ['an unknown word at a cap', { team: { atCap: 'next' } }, '"next" is not one of wait, overflow, next-rule, exception'],
    ['a cap of the last resort', { chiefs: { atCap: 'exception' } }, 'pool "chiefs" is the last resort: it takes every lead'],
    [
      'who covers for itself',
      { ann: { leave: [{ from: '2026-07-01', to: '2026-07-02', cover: 'ann' }] } },
      'agent "ann" cannot cover for itself',
    ],
    [
      'who covers from elsewhere',
      { ann: { leave: [{ from: '2026-07-01', to: '2026-07-02', cover: 'bobb' }] } },
      '"bobb" is to cover for "ann" and is not in this pool: did you mean "bob"?',
    ],
  ])('is %s', (_what, changes, message) => {
    const result = compile(changes);
    expect(result.ok ? [] : result.faults.map((fault) => fault.message)).toEqual([expect.stringContaining(message)]);
  });
});
