/** Faults in the words of whoever wrote the rule set, at the place where they are to be mended. */
import { expect, it } from 'vitest';
import { compileRuleSet } from '../compile-rule-set.ts';

const SMALL = `name: small
scoring: { grades: [{ grade: HOT }] }
rules: [{ id: all, when: lead.isQualified, to: team }]
lastResort: chiefs
destinations: [{ id: sales, kind: SALES }]
pools:
  - { id: team, destination: sales, agents: [{ id: ann }] }
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
`;

function told(source: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const result = compileRuleSet({ source, tables: new Map(Object.entries(files)), hash: () => 'digest' });
  return result.ok ? [] : result.faults.map(({ file, line, column, message }) => `${file ?? ''}${line}:${column} ${message}`);
}

const inTable = (csv: string, table = '{ csv: t.csv, key: id }') => told(`${SMALL}tables: { t: ${table} }\n`, { 't.csv': csv });

it.each([
  ['a tab', SMALL.replace('  - { id: team', '\t- { id: team'), '7:1 indent with spaces: YAML takes no tabs there'],
  ['a key twice', `${SMALL}name: again\n`, '9:1 key "name" stands twice in this mapping, first in line 1'],
  [
    'a key twice within',
    SMALL.replace('acceptWithin: 1d,', 'acceptWithin: 1d,\n      id: again,'),
    '9:7 key "id" stands twice in this mapping, first in line 8',
  ],
  [
    'a rule twice, the first of them with a fault of its own',
    SMALL.replace(
      'rules: [{ id: all, when: lead.isQualified, to: team }]',
      'rules:\n  - { id: all, when: lead.isQualified, to: taem }\n  - { id: all, when: "true", to: team }',
    ),
    '5:11 rule "all" stands twice, first in line 4',
  ],
  [
    'an agent twice',
    SMALL.replace('[{ id: ann }]', '[{ id: ann }, { id: ann }]'),
    '7:65 agent "ann" stands twice in this pool, first in line 7',
  ],
  ['nothing', '# to be written\n', 'null:null nothing is written here; needed: name, scoring, rules, destinations, pools, lastResort'],
  [
    'two documents',
    `${SMALL}---\n${SMALL}`,
    '9:1 a rule set is one document: take out this line and what follows, or keep that in a file of its own',
  ],
  ['an open quote', SMALL.replace('chiefs\n', '"chiefs\n'), '4:13 the quote that opens here is never closed'],
  [
    'an alias of nothing',
    SMALL.replace('to: team', 'to: *taem').replace('name: small', 'name: &team small'),
    '3:48 no anchor "&taem" stands before this alias: did you mean "team"?',
  ],
  [
    'a merge',
    SMALL.replace('{ id: ann }', '{ <<: { id: ann } }'),
    expect.stringContaining('unknown key "<<": mappings are not merged; write their keys out'),
  ],
  [
    'a key of few',
    SMALL.replace('when: lead.isQualified', 'when: "true", skills: { words: [a] }'),
    expect.stringContaining('unknown key "words"; known are required, preferred'),
  ],
  [
    'a number in quotes',
    SMALL.replace('lead.isQualified', `'lead.budget == "5"'`),
    expect.stringContaining('; a number and a text cannot be compared: numbers stand without quotes, texts within them'),
  ],
  [
    'a condition cut short',
    SMALL.replace('lead.isQualified', "'lead.budget > 5 &&'"),
    expect.stringContaining('; the condition ends where something more has to come'),
  ],
  [
    'an overflow in a circle',
    SMALL.replace('sales, agents: [{ id: ann', 'sales, overflowTo: b, agents: [{ id: ann').replace(
      '  - { id: chiefs',
      '  - { id: b, destination: sales, overflowTo: team, agents: [{ id: bo }] }\n  - { id: chiefs',
    ),
    expect.stringContaining('the overflow of "team" comes back to itself: from "team" to "b" to "team"'),
  ],
])('tells %s', (_what, source, message) => {
  expect(told(source)).toContainEqual(message);
});

it('tells what else is wrong beside a key twice and an alias of nothing', () => {
  const source = `${SMALL.replace('to: team', 'to: *taem').replace('kind: SALES', 'kind: SALE')}name: again\n`;
  expect(told(source).map((line) => line.split(' ')[0])).toEqual(['9:1', '3:48', '5:35']);
});

it.each([
  ['semicolons', 'id;rep\nx;1\n', 't.csv1:1 one column only: separate cells by commas, not by ";"'],
  ['an open quote that swallows rows', 'id,rep\nx,"1\ny,2\n', 't.csv2:1 a quote that opens in this row is never closed'],
  ['an open quote in front', 'id,rep\n"x,1\ny,2\n', 't.csv2:1 a quote that opens in this row is never closed'],
])('tells of %s in a table', (_what, csv, message) => {
  expect(inTable(csv)).toEqual([message]);
});

it('takes quotes that are closed, with line breaks and quotes within', () => {
  expect(inTable('id,rep\nx,"1\n2 ""or"" 3"\ny,"""\n"""\n')).toEqual([]);
});

it('says that ranges are compared as texts where that is a surprise', () => {
  expect(inTable('from,to\n40,50\nx,5\n', '{ csv: t.csv, key: from..to, match: range }')).toEqual([
    't.csv3:1 the range ends at 5, before it begins at x; compared as texts, as not all ends are plain numbers',
  ]);
});
