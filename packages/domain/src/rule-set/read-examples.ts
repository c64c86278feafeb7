/** The examples of a rule set: those of its rules and grades, which know what they expect, and those of the whole document. */
import { FACT_FIELDS, FACT_NAMES, isFactName } from '../cel/fact-fields.ts';
import type { Destination, Pool } from '../rule-set.ts';
import { GRADE_RANK } from '../rule-set.ts';
import type { Scorecard } from '../scoring/score-lead.ts';
import { didYouMean } from './did-you-mean.ts';
import { entriesOf, fieldsOf, isMapping, itemsOf, numberOf, oneOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';
import type { Expected, RuleSetExample } from './example.ts';
import { readExampleLead } from './read-example-lead.ts';

const EXPECT_KEYS = ['rule', 'pool', 'destination', 'grade', 'score', 'segment', 'territory', 'facts'];
const POINTS = { min: -1_000_000, max: 1_000_000, integer: true } as const;
const GRADES = Object.keys(GRADE_RANK);

/** What examples may name, and whose they are: in the order of the document, which has no faults in these sections. */
export interface ExampleScope {
  readonly ruleIds: readonly string[];
  /** The last resort among them. */
  readonly expectable: ReadonlySet<string>;
  readonly pools: ReadonlyMap<string, Pool>;
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly scorecard: Scorecard;
}

type Whose = RuleSetExample['of'] & { readonly implied: Partial<Expected> };

export function readExamples(
  document: RuleSetDocument,
  places: { readonly rules: Place | null; readonly grades: Place | null; readonly examples: Place | null },
  scope: ExampleScope,
): readonly RuleSetExample[] {
  const { grades, lastGrade } = scope.scorecard;
  const ofRules = itemsOf(document, places.rules).flatMap((item, index) => {
    const rule = scope.ruleIds[index] ?? '';
    return readList(document, examplesIn(document, item), { whose: { kind: 'RULE', name: rule, implied: { rule } }, scope });
  });
  const ofGrades = itemsOf(document, places.grades).flatMap((item, index) => {
    const { grade, name } = grades[index] ?? lastGrade;
    const whose: Whose = { kind: 'GRADE', name, implied: { grade, gradeReason: name } };
    return readList(document, examplesIn(document, item), { whose, scope });
  });
  const whose: Whose = { kind: 'DOCUMENT', name: '', implied: {} };
  return [...ofRules, ...ofGrades, ...readList(document, places.examples, { whose, scope })];
}

function examplesIn(document: RuleSetDocument, item: Place): Place | null {
  if (!isMapping(document, item)) return null;
  return entriesOf(document, item)?.find(({ key }) => key === 'examples')?.value ?? null;
}

interface Reading {
  readonly whose: Whose;
  readonly scope: ExampleScope;
}

function readList(document: RuleSetDocument, place: Place | null, reading: Reading): readonly RuleSetExample[] {
  return itemsOf(document, place).flatMap((item) => readExample(document, item, reading) ?? []);
}

function readExample(document: RuleSetDocument, place: Place, { whose, scope }: Reading): RuleSetExample | null {
  const { kind, name: owner, implied } = whose;
  const required = kind === 'DOCUMENT' ? ['given', 'expect'] : ['given'];
  const fields = fieldsOf(document, place, { required, optional: ['name', 'given', 'expect'] });
  const givenPlace = fields?.get('given') ?? null;
  const given = givenPlace === null ? null : readExampleLead(document, givenPlace);
  if (fields === null || given === null) return null;
  const expectPlace = fields.get('expect');
  const said = expectPlace === null ? { facts: new Map<string, string>() } : readExpected(document, expectPlace, scope);
  const name = textOf(document, fields.get('name')) ?? (owner === '' ? place.path : owner);
  return { name, of: { kind, name: owner }, given, expect: expectation(implied, said), place: placeOf(document, place) };
}

/** An example that expects another grade than that of its step shows what the step is not for. */
function expectation({ gradeReason, ...implied }: Partial<Expected>, said: Expected): Expected {
  const isAnother = said.grade !== undefined && said.grade !== implied.grade;
  return { ...implied, ...(gradeReason === undefined || isAnother ? {} : { gradeReason }), ...said };
}

function readExpected(document: RuleSetDocument, place: Place, scope: ExampleScope): Expected {
  const fields = fieldsOf(document, place, { optional: EXPECT_KEYS });
  const name = (key: string, known: Iterable<string>): string | null => {
    const at = fields?.get(key) ?? null;
    const text = textOf(document, at);
    const all = [...known];
    if (at === null || text === null || all.includes(text)) return text;
    report(document, at, { message: `there is no ${key} "${text}"${didYouMean(text, all)}` });
    return null;
  };
  const rule = name('rule', scope.expectable);
  const pool = name('pool', scope.pools.keys());
  const destination = name('destination', scope.destinations.keys());
  const grade = oneOf(document, fields?.get('grade') ?? null, GRADES.filter(isGrade));
  const score = readScore(document, fields?.get('score') ?? null);
  const facts = readFacts(document, fields?.get('facts') ?? null);
  for (const key of ['segment', 'territory']) {
    const text = textOf(document, fields?.get(key) ?? null);
    if (text !== null) facts.set(key, text);
  }
  return {
    ...(rule === null ? {} : { rule }),
    ...(pool === null ? {} : { pool }),
    ...(destination === null ? {} : { destination }),
    ...(grade === null ? {} : { grade }),
    ...(score === null ? {} : { score }),
    facts,
  };
}

function isGrade(text: string): text is keyof typeof GRADE_RANK {
  return Object.hasOwn(GRADE_RANK, text);
}

/** `65`, or `{ min: 50, max: 70 }`. */
function readScore(document: RuleSetDocument, place: Place | null): NonNullable<Expected['score']> | null {
  if (place === null) return null;
  if (!isMapping(document, place)) {
    const exact = numberOf(document, place, POINTS);
    return exact === null ? null : { min: exact, max: exact };
  }
  const fields = fieldsOf(document, place, { optional: ['min', 'max'] });
  const min = numberOf(document, fields?.get('min') ?? null, POINTS);
  const max = numberOf(document, fields?.get('max') ?? null, POINTS);
  if (min !== null && max !== null && min > max) report(document, place, { message: `min ${min} is above max ${max}` });
  return { min, max };
}

function readFacts(document: RuleSetDocument, place: Place | null): Map<string, string> {
  const facts = new Map<string, string>();
  if (place === null) return facts;
  for (const { key, keyNode, value } of entriesOf(document, place) ?? []) {
    const at = { path: value.path, node: keyNode };
    if (!isFactName(key)) report(document, at, { message: `a lead has no fact "${key}"${didYouMean(key, FACT_NAMES)}` });
    else if (FACT_FIELDS[key].type === 'map<string, string>') report(document, at, { message: `"${key}" cannot be expected here` });
    else facts.set(key, factText(document, value));
  }
  return facts;
}

/** A list's items are joined as `factWords` joins them; nothing written is "not known". */
function factText(document: RuleSetDocument, place: Place): string {
  if (place.node === null) return '';
  if (place.node.toJSON() === null) return '';
  const items = Array.isArray(place.node.toJSON()) ? itemsOf(document, place) : [place];
  return items.map((item) => textOf(document, item) ?? '').join(', ');
}

function placeOf(document: RuleSetDocument, place: Place): RuleSetExample['place'] {
  const faults: RuleSetExample['place'][] = [];
  report({ ...document, faults }, place, { message: '' });
  return faults[0] ?? { path: place.path, file: null, line: null, column: null, message: '', excerpt: null };
}
