/** What `rules check` finds beside faults: one case each, with the words and the place; and nothing of what works. */
import { describe, expect, it } from 'vitest';
import type { RuleSetFinding } from './findings.ts';
import { compiled } from './lint.test-support.ts';

/** A Monday. */
const NOW = Date.UTC(2026, 10, 23, 12);

type Given = Partial<Parameters<typeof compiled>[0]>;

const lint = ({ conditions = ['lead.isQualified'], ...rest }: Given): readonly RuleSetFinding[] =>
  compiled({ conditions, ...rest }).lint(NOW);
const kinds = (given: Given): readonly string[] => lint(given).map(({ kind, severity }) => `${severity} ${kind}`);

const scorecard = (grades: string, lines = ''): Given => ({ parts: [`scoring: { lines: [${lines}], grades: [${grades}] }`] });

describe('rules', () => {
  it('names the rule that takes all, with its line', () => {
    expect(lint({ conditions: ['lead.budget > 5', 'lead.budget > 10 && lead.isQualified'] })).toMatchObject([
      {
        kind: 'UNREACHABLE_RULE',
        severity: 'ERROR',
        about: 'r1',
        path: 'rules[1].when',
        line: 4,
        column: 21,
        message:
          'rule "r1" can never match: rule "r0" (line 3) before it matches whenever it would; put it before that one, or take it out',
      },
    ]);
  });

  it('names as few as it takes', () => {
    const conditions = ['lead.vendor == "a"', 'has(lead.country)', 'lead.vendor != "a"', '!has(lead.country)', 'lead.isQualified'];
    expect(lint({ conditions }).at(-1)).toMatchObject({
      about: 'r4',
      message: expect.stringContaining('rules "r0" (line 3), "r2" (line 5)'),
    });
  });

  it('says which parts exclude each other, at the last of them', () => {
    expect(lint({ conditions: ['lead.budget > 10 && lead.isQualified && lead.budget < 5'] })).toMatchObject([
      {
        ...{ kind: 'IMPOSSIBLE_CONDITION', severity: 'ERROR', line: 3, column: 22 + 'lead.budget > 10 && lead.isQualified && '.length },
        message: expect.stringContaining('rule "r0" can never match: `lead.budget > 10` and `lead.budget < 5` exclude each other;'),
      },
    ]);
  });

  it('knows that what is not known is no difference', () => {
    expect(kinds({ conditions: ['lead.country == "DE"', 'lead.country != "DE"', 'lead.isQualified'] })).toEqual([]);
    expect(kinds({ conditions: ['!(lead.country == "DE") && !has(lead.country)'] })).toEqual(['ERROR IMPOSSIBLE_CONDITION']);
  });

  it('warns of an alternative that adds nothing', () => {
    expect(lint({ conditions: ['lead.isQualified && (lead.budget > 1 || !lead.isQualified)'] })).toMatchObject([
      {
        kind: 'IMPOSSIBLE_PART',
        severity: 'WARNING',
        message: expect.stringContaining('the alternative `!lead.isQualified` can never be true'),
      },
    ]);
  });

  it('only warns where rows of a table to come may change it', () => {
    const tables = 'tables: { accounts: { key: id, rows: [{ id: IBM, rep: alice }] } }';
    const alice = 'lookup("accounts", lead.accountId, "rep") == "alice"';
    expect(lint({ conditions: [alice, 'inTable("accounts", lead.accountId)'], parts: [tables] })).toMatchObject([
      { kind: 'UNREACHABLE_RULE', severity: 'WARNING', message: expect.stringContaining('can never match as the tables stand: rule "r0"') },
    ]);
    expect(kinds({ conditions: [alice, `${alice} && lead.isQualified`], parts: [tables] })).toEqual(['ERROR UNREACHABLE_RULE']);
  });

  it('lets rules stand behind a pool that hands leads on at its cap', () => {
    const chiefs = '{ id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }';
    const pools = (atCap: string) => [
      `pools: [{ id: team, destination: sales, caps: { open: 5 }${atCap}, agents: [{ id: ann }] }, ${chiefs}]`,
      'lastResort: chiefs',
    ];
    const conditions = ['lead.isQualified', 'lead.isQualified'];
    expect(kinds({ conditions, parts: pools('') })).toEqual(['ERROR UNREACHABLE_RULE']);
    expect(kinds({ conditions, parts: pools(', atCap: next-rule') })).toEqual([]);
  });

  it('tells grades that are not given, and those that no rule asks for', () => {
    const grades = '{ grade: HOT, when: lead.isQualified }, { grade: NEED_NURTURING }';
    expect(lint({ conditions: ['lead.grade in ["HOT", "HIGH_POTENTIAL"]'], ...scorecard(grades) })).toMatchObject([
      { kind: 'GRADE_WITHOUT_RULE', severity: 'WARNING', about: 'NEED_NURTURING' },
      { kind: 'GRADE_NEVER_GIVEN', severity: 'WARNING', message: expect.stringContaining('no lead gets the grade HIGH_POTENTIAL') },
    ]);
    expect(kinds({ conditions: ['lead.grade == "PARTNER_OPPORTUNITY"', 'true'], ...scorecard(grades) })).toEqual([
      'ERROR GRADE_NEVER_GIVEN',
    ]);
  });
});

describe('scoring', () => {
  const lines = [
    '{ name: soon, when: \'lead.timeFrame == "WITHIN_3_MONTHS"\', points: 30 }',
    '{ name: later, when: \'lead.timeFrame == "LATER"\', points: 20 }',
    '{ name: decides, when: \'lead.authority == "DECIDES"\', points: 20 }',
    '{ name: clicks, when: lead.engagementScore > 5, points: 10, part: engagement }',
  ].join(', ');

  it('tells a threshold above what lines that exclude each other can give', () => {
    expect(kinds(scorecard('{ grade: HOT, minScore: 60 }, { grade: LOW_POTENTIAL }', lines))).toEqual([]);
    expect(lint(scorecard('{ grade: HOT, minScore: 61 }, { grade: LOW_POTENTIAL }', lines))).toMatchObject([
      {
        kind: 'UNREACHABLE_SCORE',
        severity: 'ERROR',
        message: expect.stringContaining('minScore is 61, and the scorecard gives at most 60 points'),
      },
    ]);
    expect(lint(scorecard('{ grade: HOT, minFit: 51 }, { grade: LOW_POTENTIAL }', lines))).toMatchObject([
      { path: 'scoring.grades[0].minFit', message: expect.stringContaining('its fit part gives at most 50 points') },
    ]);
  });

  it('counts only the lines that go with the condition of the grade', () => {
    const grade = (least: number) => `{ grade: HOT, minScore: ${least}, when: 'lead.timeFrame == "LATER"' }, { grade: LOW_POTENTIAL }`;
    expect(kinds(scorecard(grade(50), lines))).toEqual([]);
    expect(kinds(scorecard(grade(51), lines))).toEqual(['ERROR UNREACHABLE_SCORE']);
  });

  it('heeds limits and parts', () => {
    const bounded = (least: number): Given => ({
      parts: [
        `scoring: { parts: { fit: { max: 40 } }, limits: { who: { max: 15 } }, lines: [${lines.replace('points: 20 }, { name: clicks', 'points: 20, limit: who }, { name: clicks')}], grades: [{ grade: HOT, minScore: ${least} }, { grade: LOW_POTENTIAL }] }`,
      ],
    });
    expect(kinds(bounded(50))).toEqual([]);
    expect(kinds(bounded(51))).toEqual(['ERROR UNREACHABLE_SCORE']);
  });

  it('tells a rule that asks for more than the scorecard gives', () => {
    expect(lint({ conditions: ['lead.score > 60'], ...scorecard('{ grade: LOW_POTENTIAL }', lines) })).toMatchObject([
      { kind: 'IMPOSSIBLE_CONDITION', message: expect.stringContaining('the scorecard gives from 0 to 60 points') },
    ]);
  });

  it('tells a grade that another takes all of, and one that never is', () => {
    const grades = '{ grade: HOT, minScore: 20 }, { grade: HIGH_POTENTIAL, minScore: 30 }, { grade: LOW_POTENTIAL }';
    expect(lint(scorecard(grades, lines))).toMatchObject([{ kind: 'UNREACHABLE_GRADE', severity: 'WARNING', path: 'scoring.grades[1]' }]);
    const never = `{ grade: HOT, when: 'lead.budget > 5 && lead.budget < 3' }, { grade: LOW_POTENTIAL }`;
    expect(kinds(scorecard(never))).toEqual(['ERROR IMPOSSIBLE_CONDITION']);
  });
});

describe('pools and destinations', () => {
  const pool = (agents: string, more = ''): Given => ({
    parts: [`pools: [{ id: team, destination: sales, acceptWithin: 1d${more}, agents: [${agents}] }]`],
  });
  const office = ', zone: America/New_York, hours: mon-fri 09:00-17:00';

  it('tells a pool that nobody is ever in, by hours of two zones or by leave', () => {
    const tokyo = '{ id: aki, zone: Asia/Tokyo, hours: mon-fri 09:00-17:00 }';
    const gone = '{ id: ben, leave: [{ from: 2020-01-01, to: 2100-01-01 }] }';
    expect(lint(pool(`${tokyo}, ${gone}`, office))).toMatchObject([
      {
        ...{ kind: 'POOL_NEVER_AVAILABLE', severity: 'ERROR', about: 'team' },
        message: expect.stringMatching(/hours of agent "aki" \(Asia\/Tokyo\) never meet those of the pool .*; agent "ben" is on leave/),
      },
    ]);
    expect(kinds(pool(`${tokyo}, { id: cem }`, office))).toEqual(['WARNING AGENT_NEVER_AVAILABLE']);
    expect(kinds(pool(`${gone}, { id: cem }`, office))).toEqual([]);
  });

  it('takes an hour that two zones share for enough', () => {
    expect(kinds(pool('{ id: liv, zone: Europe/London, hours: mon 14:00-14:30 }', office))).toEqual([]);
  });

  it('warns of a destination that nobody tells', () => {
    const silent = 'destinations: [{ id: sales, kind: SALES }]';
    expect(kinds({ parts: [silent] })).toEqual(['WARNING DESTINATION_WITHOUT_CHANNEL']);
    const mailed = 'communication: { from: desk@example.com, owners: [{ destination: sales, to: sales@example.com }] }';
    expect(kinds({ parts: [silent, mailed] })).toEqual([]);
  });
});

describe('what is accepted', () => {
  const silent = 'destinations: [{ id: sales, kind: SALES }]';
  const accepted = (about: string) => `accepted: [{ finding: DESTINATION_WITHOUT_CHANNEL, about: ${about}, because: they read the topic }]`;

  it('is not told again, and is told when it is found no more', () => {
    expect(kinds({ parts: [silent, accepted('sales')] })).toEqual([]);
    expect(kinds({ parts: [accepted('sales')] })).toEqual(['WARNING ACCEPTED_IN_VAIN']);
  });

  it('is never an error', () => {
    const parts = ['accepted: [{ finding: UNREACHABLE_RULE, about: r1, because: why not }]'];
    expect(kinds({ conditions: ['true', 'lead.isQualified'], parts })).toEqual(['ERROR UNREACHABLE_RULE', 'WARNING ACCEPTED_IN_VAIN']);
  });
});
