/** Who has the skills that a lead requires, by its facts. */
import { buildFacts } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { anAgent, want } from './candidate.test-support.ts';
import { joinWants, levelsOf, NO_WANTS, SKILL_FACTS, SKILLS, skillKey } from './skills.ts';

const sofia = anAgent({
  agentId: 'sofia',
  skills: new Map([
    [skillKey('language', 'es'), 4],
    [skillKey('product', 'Rural Routers'), 2],
    [skillKey('certified', 'HIPAA'), 3],
  ]),
});
const novice = anAgent({ agentId: 'novice' });
const spanish = buildFacts({ language: 'es-MX', productInterest: ['rural routers', 'Switches'] });
const requires = (...required: Parameters<typeof want>[]) => ({ required: required.map((one) => want(...one)), preferred: [] });

describe('the filter skills', () => {
  it.each([
    ['the language of the lead, whatever its region', requires(['language']), null, 'no skill in language es'],
    ['a level', requires(['language', { level: 5 }]), 'no skill of level 5 in language es', 'no skill of level 5 in language es'],
    ['one of several products', requires(['product']), null, 'no skill in product rural routers or Switches'],
    ['a skill that all leads need', requires(['certified', { value: 'hipaa' }]), null, 'no skill in certified hipaa'],
    ['all of several', requires(['language'], ['certified', { value: 'gdpr' }]), 'no skill in certified gdpr', 'no skill in language es'],
    ['nothing', NO_WANTS, null, null],
  ])('asks for %s', (_what, wants, ...[ofSofia, ofNovice]) => {
    expect(SKILLS.whyNot(sofia, { facts: spanish, wants })).toBe(ofSofia);
    expect(SKILLS.whyNot(novice, { facts: spanish, wants })).toBe(ofNovice);
  });

  it('asks for nothing that the lead does not say', () => {
    const wants = requires(['language'], ['industry']);
    expect(SKILLS.whyNot(novice, { facts: buildFacts(), wants })).toBeNull();
    expect(SKILLS.whyNot(novice, { facts: null, wants })).toBeNull();
  });
});

describe('skills', () => {
  it('have a level for each value that the lead names', () => {
    expect(levelsOf(sofia, want('product'), spanish)).toEqual([2, 0]);
    expect(levelsOf(sofia, want('topic'), spanish)).toEqual([]);
  });

  it('are read from every fact that names one', () => {
    const facts = buildFacts({
      industry: 'Banks',
      sector: '52',
      segment: 'SMB',
      country: 'US',
      region: 'CA',
      territory: 'WEST',
      topics: ['billing'],
    });
    expect(Object.entries(SKILL_FACTS).map(([kind, read]) => [kind, read(facts)])).toEqual([
      ['language', []],
      ['product', []],
      ['topic', ['billing']],
      ['industry', ['Banks']],
      ['sector', ['52']],
      ['segment', ['SMB']],
      ['country', ['US']],
      ['region', ['CA']],
      ['territory', ['WEST']],
    ]);
  });

  it("in products go by the rule set's own names for them, where it has some", () => {
    expect(SKILL_FACTS.product(buildFacts({ products: ['routers'], productInterest: ['that box'] }))).toEqual(['routers']);
    expect(SKILL_FACTS.product(spanish)).toEqual(['rural routers', 'Switches']);
  });

  it('are wanted by pool and rule together', () => {
    const [ofPool, ofRule] = [requires(['language']), { required: [], preferred: [want('product')] }];
    expect(joinWants(ofPool, ofRule)).toEqual({ required: ofPool.required, preferred: ofRule.preferred });
    expect(joinWants(ofPool, undefined)).toBe(ofPool);
    expect(joinWants(undefined, ofRule)).toBe(ofRule);
    expect(joinWants(undefined, undefined)).toBe(NO_WANTS);
  });
});
