/** The examples that rule sets carry: those of both deployed ones hold and show each rule and grade; one that does not says what came and why. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SUBMISSION_PATHS } from '../../../contracts/src/parse-submission.ts';
import { compileRuleSet } from '../compile-rule-set.ts';
import type { RuleSetResult } from '../rule-set.ts';
import { EXAMPLE_LEAD_PATHS } from './read-example-lead.ts';
import { exampleFaults, runExamples } from './run-examples.ts';
import { tableFilesOf } from './table-files.ts';

const FOLDER = new URL('../../../../deploy/rule-sets/', import.meta.url);

function deployed(name: string): Extract<RuleSetResult, { readonly ok: true }> {
  const folder = new URL(`${name}/`, FOLDER);
  const source = readFileSync(new URL('rules.yaml', folder), 'utf8');
  return compile(source, new Map(tableFilesOf(source).map((file) => [file, readFileSync(new URL(file, folder), 'utf8')])));
}

function compile(source: string, tables: ReadonlyMap<string, string> = new Map()): Extract<RuleSetResult, { readonly ok: true }> {
  const result = compileRuleSet({ source, tables, hash: () => 'digest' });
  if (!result.ok) throw new Error(result.faults.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return result;
}

describe.each(['departments', 'telecom'])('the rule set %s', (name) => {
  const { ruleSet, examples, lint } = deployed(name);
  const results = runExamples(ruleSet, examples);

  it('does what its examples say', () => {
    expect(exampleFaults(results).map(({ message }) => message)).toEqual([]);
  });

  it('has an example for each rule that can match, and for each way to a grade', () => {
    const shown = new Set(results.map(({ came }) => came.rule));
    // It waits for accounts without a rep: `accepted` says so.
    const missing = ruleSet.rules.map(({ ruleId }) => ruleId).filter((ruleId) => !shown.has(ruleId));
    expect(missing).toEqual(['key-account-qualified']);
    const grades = new Set(examples.filter(({ of }) => of.kind === 'GRADE').map(({ of }) => of.name));
    expect(grades.size).toBe(name === 'departments' ? 8 : 4);
  });

  it('has nothing that the check warns of', () => {
    expect(lint(Date.UTC(2026, 10, 23)).map(({ message }) => message)).toEqual([]);
  });
});

const SMALL = `name: small
scoring:
  lines: [{ name: buys soon, when: lead.timeFrame == "WITHIN_3_MONTHS", points: 30 }]
  grades:
    - { grade: HOT, name: thirty points, minScore: 30 }
    - { grade: LOW_POTENTIAL, name: the rest, examples: [{ given: { qualification: { timeFrame: LATER } } }] }
rules:
  - id: german
    when: lead.country == "DE"
    to: team
    examples:
      - { name: in German, given: { location: { country: Deutschland } }, expect: { facts: { country: DE } } }
      - { name: not answered, given: { person: { firstName: Jo } } }
  - { id: hot, when: lead.grade == "HOT", to: team }
lastResort: team
destinations: [{ id: sales, kind: SALES }]
pools: [{ id: team, destination: sales, acceptWithin: 1d, agents: [{ id: ann }] }]
examples:
  - { name: all wrong, given: { qualification: { timeFrame: WITHIN_3_MONTHS } }, expect: { rule: german, grade: LOW_POTENTIAL, score: { max: 20 } } }
`;

describe('an example that does not hold', () => {
  it('says what came instead and why, at its place', () => {
    const { ruleSet, examples } = compile(SMALL);
    expect(exampleFaults(runExamples(ruleSet, examples))).toMatchObject([
      {
        ...{ path: 'rules[0].examples[1]', line: 13, column: 9 },
        message:
          'example "not answered" does not hold: rule is last-resort, not german; rule "german" was not met: country is not known; rule "last-resort" matched: no rule before it matched',
      },
      {
        ...{ path: 'examples[0]', line: 19 },
        message:
          'example "all wrong" does not hold: rule is hot, not german; grade is HOT, not LOW_POTENTIAL; score is 30, not at most 20; rule "german" was not met: country is not known; rule "hot" matched: grade is "HOT"; graded HOT ("thirty points") with a score of 30: buys soon +30',
      },
    ]);
  });

  it.each([
    ['name: all wrong', 'nam: all wrong', 'unknown key "nam"'],
    ['rule: german', 'rule: germane', 'there is no rule "germane"'],
    ['facts: { country: DE }', 'facts: { county: DE }', 'no fact "county"'],
    ['timeFrame: LATER', 'timeFrame: SOON', '"SOON" is not one of'],
    ['score: { max: 20 }', 'score: { min: 30, max: 20 }', 'min 30 is above max 20'],
    ['firstName: Jo', 'firstNam: Jo', 'unknown key "firstNam"'],
  ])('is refused for %s as %s', (from, to, message) => {
    const result = compileRuleSet({ source: SMALL.replace(from, to), tables: new Map(), hash: () => 'digest' });
    expect(result.ok ? [] : result.faults.map((fault) => fault.message)).toEqual([expect.stringContaining(message)]);
  });
});

it('tells what is wrong with examples along with all other faults', () => {
  const source = SMALL.replace('lead.country == "DE"', 'lead.county == "DE"')
    .replace('minScore: 30 }', 'minScore: thirty }')
    .replace('facts: { country: DE }', 'pool: teem')
    .replace('timeFrame: LATER', 'timeFrame: SOON')
    .replace('rule: german, grade', 'rule: germane, grade');
  const result = compileRuleSet({ source, tables: new Map(), hash: () => 'digest' });
  expect(result.ok ? [] : result.faults.map(({ message }) => message).sort()).toEqual([
    expect.stringContaining('"SOON" is not one of'),
    expect.stringContaining('expected a whole number'),
    expect.stringContaining('grade HOT needs "minScore"'),
    expect.stringContaining('there is no pool "teem": did you mean "team"?'),
    expect.stringContaining('there is no rule "germane": did you mean "german"?'),
    expect.stringContaining('unknown field `lead.county`'),
  ]);
});

it('gives leads the fields of the API, but for times and what comes of fulfilment', () => {
  const apart = ['createdAt', 'consent.givenAt', 'fulfilments[].item', 'fulfilments[].receivedAt'];
  expect([...EXAMPLE_LEAD_PATHS].sort()).toEqual(SUBMISSION_PATHS.filter((path) => !apart.includes(path)).sort());
});
