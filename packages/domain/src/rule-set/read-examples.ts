/** The examples of a rule set: those of its rules and grades, which know what they expect, and those of the whole document. */
import { FACT_FIELDS, FACT_NAMES, isFactName } from '../cel/fact-fields.ts';
import { GRADE_RANK } from '../rule-set.ts';
import type { Scorecard } from '../scoring/score-lead.ts';
import { didYouMean } from './did-you-mean.ts';
import {
  entriesOf,
  fieldsOf,
  isList,
  isMapping,
  itemsOf,
  numberOf,
  oneOf,
  type Place,
  type RuleSetDocument,
  report,
  textOf,
} from './document.ts';
import type { Expected, RuleSetExample } from './example.ts';
import { readExampleLead } from './read-example-lead.ts';
import { LAST_RESORT_ID } from './read-rules.ts';

const EXPECT_KEYS = ['rule', 'pool', 'destination', 'grade', 'score', 'segment', 'territory', 'facts'];
const POINTS = { min: -1_000_000, max: 1_000_000, integer: true } as const;
const GRADES = Object.keys(GRADE_RANK);

/** The sections that examples stand in or name. */
export interface ExamplePlaces {
  readonly rules: Place | null;
  readonly grades: Place | null;
  readonly pools: Place | null;
  readonly destinations: Place | null;
  readonly examples: Place | null;
}

/** What examples may name, as it is written: whatever faults it has, it is there. */
interface WrittenIds {
  /** In the order of the document; '' where there is none. */
  readonly rules: readonly string[];
  readonly pools: readonly string[];
  readonly destinations: readonly string[];
}

type Whose = RuleSetExample['of'] & { readonly implied: Partial<Expected> };

/** `scorecard` null: it has faults, so that nobody runs the examples, but theirs are told as well. */
export function readExamples(document: RuleSetDocument, places: ExamplePlaces, scorecard: Scorecard | null): readonly RuleSetExample[] {
  const written: WrittenIds = {
    rules: idsWritten(document, places.rules),
    pools: idsWritten(document, places.pools),
    destinations: idsWritten(document, places.destinations),
  };
  const ofRules = listOf(document, places.rules).flatMap((item, index) => {
    const rule = written.rules[index] ?? '';
    return readList(document, examplesIn(document, item), { whose: { kind: 'RULE', name: rule, implied: { rule } }, written });
  });
  const ofGrades = listOf(document, places.grades).flatMap((item, index) => {
    const step = scorecard === null ? null : (scorecard.grades[index] ?? scorecard.lastGrade);
    const implied = step === null ? {} : { grade: step.grade, gradeReason: step.name };
    return readList(document, examplesIn(document, item), { whose: { kind: 'GRADE', name: step?.name ?? '', implied }, written });
  });
  const whose: Whose = { kind: 'DOCUMENT', name: '', implied: {} };
  return [...ofRules, ...ofGrades, ...readList(document, places.examples, { whose, written })];
}

/** What is no list is told where its section is read. */
function listOf(document: RuleSetDocument, place: Place | null): readonly Place[] {
  return place !== null && isList(document, place) ? itemsOf(document, place) : [];
}

function idsWritten(document: RuleSetDocument, place: Place | null): readonly string[] {
  return listOf(document, place).map((item) => {
    const id = isMapping(document, item) ? entriesOf(document, item)?.find(({ key }) => key === 'id')?.value : undefined;
    return textOf({ ...document, faults: [] }, id ?? null) ?? '';
  });
}

function examplesIn(document: RuleSetDocument, item: Place): Place | null {
  if (!isMapping(document, item)) return null;
  return entriesOf(document, item)?.find(({ key }) => key === 'examples')?.value ?? null;
}

interface Reading {
  readonly whose: Whose;
  readonly written: WrittenIds;
}

function readList(document: RuleSetDocument, place: Place | null, reading: Reading): readonly RuleSetExample[] {
  return itemsOf(document, place).flatMap((item) => readExample(document, item, reading) ?? []);
}

function readExample(document: RuleSetDocument, place: Place, { whose, written }: Reading): RuleSetExample | null {
  const { kind, name: owner, implied } = whose;
  const required = kind === 'DOCUMENT' ? ['given', 'expect'] : ['given'];
  const fields = fieldsOf(document, place, { required, optional: ['name', 'given', 'expect'] });
  const givenPlace = fields?.get('given') ?? null;
  const given = givenPlace === null ? null : readExampleLead(document, givenPlace);
  if (fields === null || given === null) return null;
  const expectPlace = fields.get('expect');
  const said = expectPlace === null ? { facts: new Map<string, string>() } : readExpected(document, expectPlace, written);
  const name = textOf(document, fields.get('name')) ?? (owner === '' ? place.path : owner);
  return { name, of: { kind, name: owner }, given, expect: expectation(implied, said), place: placeOf(document, place) };
}

/** An example that expects another grade than that of its step shows what the step is not for. */
function expectation({ gradeReason, ...implied }: Partial<Expected>, said: Expected): Expected {
  const isAnother = said.grade !== undefined && said.grade !== implied.grade;
  return { ...implied, ...(gradeReason === undefined || isAnother ? {} : { gradeReason }), ...said };
}

function readExpected(document: RuleSetDocument, place: Place, written: WrittenIds): Expected {
  const fields = fieldsOf(document, place, { optional: EXPECT_KEYS });
  const name = (key: string, known: readonly string[]): string | null => {
    const at = fields?.get(key) ?? null;
    const text = textOf(document, at);
    if (at === null || text === null || known.includes(text)) return text;
    report(document, at, { message: `there is no ${key} "${text}"${didYouMean(text, known)}` });
    return null;
  };
  const rule = name('rule', [...written.rules, LAST_RESORT_ID]);
  const pool = name('pool', written.pools);
  const destination = name('destination', written.destinations);
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
