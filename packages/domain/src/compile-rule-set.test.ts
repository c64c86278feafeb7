/** The compiler as a rule owner meets it: what compiles, and what each fault says and where. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { benchRuleSetSource } from '../../../test/bench/bench-rule-set.ts';
import { factsFor } from '../../../test/support/example-leads.ts';
import { compileRuleSet } from './compile-rule-set.ts';
import type { RuleSetFault } from './rule-set.ts';

const MINIMAL = `
name: small
scoring: { grades: [{ grade: HOT, minScore: 10 }, { grade: LOW_POTENTIAL }] }
rules:
  - id: german
    when: lead.country == "DE"
    to: team
lastResort: chiefs
destinations:
  - { id: sales, kind: SALES }
pools:
  - { id: team, destination: sales, agents: [{ id: ann }, { id: bob, weight: 2 }] }
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
`;

function compile(source: string, tables: ReadonlyMap<string, string> = new Map()) {
  return compileRuleSet({ source, tables, hash: (text) => createHash('sha256').update(text).digest('hex') });
}

function faultsOf(source: string, tables?: ReadonlyMap<string, string>): readonly RuleSetFault[] {
  const result = compile(source, tables);
  return result.ok ? [] : result.faults;
}

function replaced(from: string, to: string): string {
  expect(MINIMAL).toContain(from);
  return MINIMAL.replace(from, to);
}

describe('compileRuleSet', () => {
  it('compiles the smallest rule set, with the last resort as its last rule', () => {
    const result = compile(MINIMAL);
    expect(result.ok).toBe(true);
    if (!result.ok) return;
    const { ruleSet } = result;
    expect(ruleSet.rules.map((rule) => rule.ruleId)).toEqual(['german', 'last-resort']);
    expect(ruleSet.rules.at(-1)?.when).toBeNull();
    expect(ruleSet.matchRule(factsFor({ country: 'DE' }))).toEqual({ rule: ruleSet.rules[0], index: 0 });
    expect(ruleSet.matchRule(factsFor({ country: null }))).toEqual({ rule: ruleSet.rules[1], index: 1 });
    expect(ruleSet.pools.get('team')?.agents.map((agent) => agent.weight)).toEqual([1, 2]);
    expect(ruleSet.linkWindowMs).toBe(30 * 86_400_000);
    expect(ruleSet.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('has the same digest for other line ends and another one for another table', () => {
    const digest = (source: string, tables?: ReadonlyMap<string, string>) => {
      const result = compile(source, tables);
      return result.ok ? result.ruleSet.digest : 'faulty';
    };
    expect(digest(MINIMAL.replaceAll('\n', '\r\n'))).toBe(digest(MINIMAL));
    expect(digest(MINIMAL, new Map([['a.csv', 'k\n1']]))).not.toBe(digest(MINIMAL));
  });

  it('compiles the benchmark rule set', () => {
    expect(faultsOf(benchRuleSetSource())).toEqual([]);
    expect(faultsOf(benchRuleSetSource({ rules: 500, pools: 3, agentsPerPool: 2 }))).toEqual([]);
  });

  it.each([
    ['an unknown key', 'lastResort:', 'lastresort:', '"lastresort": did you mean "lastResort"?'],
    ['an unknown pool', 'to: team', 'to: teem', 'no pool or destination "teem": did you mean "team"?'],
    ['a destination with several pools', 'to: team', 'to: sales', 'has several pools: name one of team, chiefs'],
    ['an unknown destination', 'team, destination: sales', 'team, destination: salse', '"salse": did you mean "sales"?'],
    ['an empty pool', '[{ id: ann }, { id: bob, weight: 2 }]', '[]', 'has no active agent'],
    ['a pool of inactive agents', '{ id: ann }, { id: bob, weight: 2 }', '{ id: ann, active: false }', 'has no active agent'],
    ['an agent twice', 'id: bob', 'id: ann', 'agent "ann" stands twice'],
    ['a pool twice', 'id: chiefs', 'id: team', 'pool "team" stands twice'],
    ['weight zero', 'weight: 2', 'weight: 0', 'expected a number from 0.001'],
    ['a missing clock of the last resort', 'acceptWithin: 1d, ', '', 'give it "acceptWithin"'],
    ['a bad duration', 'acceptWithin: 1d', 'acceptWithin: 1 day', 'is not a duration'],
    ['bad hours', 'acceptWithin: 1d', 'acceptWithin: 1d, hours: mon-fry 09:00-17:00', 'is not a day'],
    ['an unknown calendar', 'acceptWithin: 1d', 'acceptWithin: 1d, holidays: us', 'there is no calendar "us"'],
    ['a day that is none', 'pools:', 'calendars: { us: ["02-30"] }\npools:', '"02-30" is not a holiday'],
    ['two accept clocks', 'acceptWithin: 1d', 'acceptWithin: 1d, sla: { accept: 1h }', 'say it once'],
    ['a share above the whole', 'acceptWithin: 1d', 'sla: { accept: { within: 1h, warnAt: 100% } }', 'is not a share of the time'],
    ['a clock without a time', 'acceptWithin: 1d', 'sla: { accept: { warnAt: 80% } }', '"within" is missing'],
    ['an unknown time', 'acceptWithin: 1d', 'sla: { accept: { within: 1h, time: office } }', 'business, wall'],
    ['negative points', 'scoring: {', 'scoring: { engagement: { points: { opened: -1 } },', 'expected a whole number from 0'],
    ['a bad zone', 'acceptWithin: 1d', 'acceptWithin: 1d, zone: Europe/Berlyn', 'did you mean "Europe/Berlin"'],
    ['an overflow into itself', 'pools:\n  - { id: team,', 'pools:\n  - { id: team, overflowTo: team,', 'comes back to itself'],
    ['an empty condition', 'when: lead.country == "DE"', 'when: ""', 'empty condition'],
    ['a missing condition', '    when: lead.country == "DE"\n', '', 'without "when"'],
    ['a condition that is no yes or no', 'lead.country == "DE"', 'lead.country', 'must be true or false'],
    ['an unknown field', 'lead.country', 'lead.contry', 'unknown field `lead.contry`: did you mean `country`?'],
    ['an unknown field in has', 'lead.country == "DE"', 'has(lead.contry)', 'unknown field `lead.contry`'],
    [
      'a field that begins like it',
      'lead.country == "DE"',
      'lead.employes > 5.0',
      'unknown field `lead.employes`: did you mean `employeeCount`?',
    ],
    ['a grade that is none', 'lead.country == "DE"', 'lead.grade == "HOTT"', 'lead.grade is never "HOTT": did you mean "HOT"?'],
    ['a grade of no list', 'lead.country == "DE"', 'lead.grade in ["HOT", "WARM"]', 'lead.grade is never "WARM"; it is one of HOT, '],
    ['a product that is none', 'lead.country == "DE"', `'"pbx" in lead.products'`, 'lead.products never has "pbx": none is declared'],
    ['a table without its file', 'pools:', 'tables: { t: { csv: none.csv, key: a } }\npools:', 'file "none.csv" is not there'],
    ['a field without lead', 'lead.country', 'country', 'did you mean "lead.country"'],
    ['an unknown table', 'lead.country == "DE"', 'inTable("accounts", lead.accountId)', 'no table "accounts"'],
    ['an assignment', 'lead.country == "DE"', 'lead.country = "DE"', 'compare with =='],
    ['null', 'lead.country == "DE"', 'lead.country == null', 'has(lead.field)'],
    ['a word for an operator', 'lead.country == "DE"', 'lead.country == "DE" and true', '&&'],
    ['a misspelt function', 'lead.country == "DE"', 'lead.country.startswith("D")', 'did you mean "startsWith"'],
    ['a grade after the last', '{ grade: LOW_POTENTIAL }', '{ grade: LOW_POTENTIAL, minScore: 1 }', 'the last grade is for all the rest'],
    ['a grade without threshold', '{ grade: HOT, minScore: 10 }', '{ grade: HOT }', 'never reached'],
    ['an unknown grade', 'grade: HOT', 'grade: HOTT', 'did you mean "HOT"'],
    ['broken YAML', 'rules:', 'rules: [', 'Flow'],
  ])('refuses %s', (...[, from, to, message]) => {
    const faults = faultsOf(replaced(from, to));
    expect(faults.map((fault) => fault.message).join('\n')).toContain(message);
    expect(faults.every((fault) => fault.line !== null && fault.column !== null)).toBe(true);
  });

  it('names all faults at once, each with its path', () => {
    const source = MINIMAL.replace('lead.country', 'lead.contry')
      .replace('weight: 2', 'weight: -1')
      .replace('lastResort: chiefs', 'lastResort: chief');
    expect(
      faultsOf(source)
        .map((fault) => fault.path)
        .sort(),
    ).toEqual(['lastResort', 'pools[0].agents[1].weight', 'rules[0].when']);
  });

  it.each([
    ['plain', 'when: lead.country == "DE" && lead.nope == 1'],
    ['single-quoted', `when: 'lead.country == "DE" && lead.nope == 1'`],
    ['double-quoted', 'when: "lead.country == \\"DE\\" && lead.nope == 1"'],
    ['literal block', 'when: |\n      lead.country == "DE" &&\n        lead.nope == 1'],
    ['folded block', 'when: >-\n      lead.country == "DE" &&\n      lead.nope == 1'],
  ])('points a caret at the fault inside a %s scalar', (_style, when) => {
    const source = replaced('when: lead.country == "DE"', when);
    const [fault] = faultsOf(source);
    const column = (fault?.column ?? 0) - 1;
    expect(fault?.message).toBe('unknown field `lead.nope`');
    expect(fault?.excerpt?.slice(column)).toMatch(/^nope == 1/);
    expect(source.split('\n')[(fault?.line ?? 0) - 1]).toBe(fault?.excerpt);
  });
});
