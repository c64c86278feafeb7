/** What each fact can be: whether it is always known, and which values it can have. What is left out here can be anything. */
import { FACT_FIELDS, type FactName } from '../../cel/fact-fields.ts';
import { FIXED_WORDS } from '../../cel/fact-words.ts';
import type { Facts } from '../../facts.ts';
import type { Grade } from '../../lead.ts';
import type { Domain, Term } from './formula.ts';

/** What is known of facts in one rule set. */
export interface FactDomains {
  /** The grades that its scorecard gives. */
  readonly grades: readonly Grade[];
  /** Bounds of the score. */
  readonly score: { readonly min: number; readonly max: number };
}

type AlwaysKnown = { readonly [Name in FactName]: null extends Facts[Name] ? never : Name }[FactName];

const ALWAYS_KNOWN: ReadonlySet<FactName> = new Set<AlwaysKnown>([
  'vendor',
  'emailIsFree',
  'hasValidEmail',
  'hasValidPhone',
  'emailIsDisposable',
  'emailIsRole',
  'authority',
  'timeFrame',
  'productInterest',
  'topics',
  'attributes',
  'score',
  'grade',
  'engagementScore',
  'engagementCount',
  'isQualified',
]);

/** Those whose words are a closed type of the lead's; a grade is one of those that the scorecard gives. */
const CLOSED: ReadonlySet<FactName> = new Set<FactName>(['authority', 'timeFrame', 'government', 'sizeBand']);

const ANY_NUMBER = { type: 'number', isWhole: false, min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY } as const;
/** As leads are read: money and counts are not negative. */
const NUMBERS: ReadonlyMap<FactName, Domain> = new Map<FactName, Domain>([
  ['budget', { ...ANY_NUMBER, min: 0 }],
  ['annualRevenue', { ...ANY_NUMBER, min: 0 }],
  ['employeeCount', { ...ANY_NUMBER, isWhole: true, min: 0 }],
  ['engagementCount', { ...ANY_NUMBER, isWhole: true, min: 0 }],
  ['accountConfidence', { ...ANY_NUMBER, min: 0, max: 1 }],
]);

/** null for facts that are lists or mappings: what is asked of them are terms of their own. */
export function factTerm(name: FactName, domains: FactDomains): Term | null {
  const domain = domainOf(name, domains);
  return domain === null ? null : { key: name, domain, canBeUnknown: !ALWAYS_KNOWN.has(name) };
}

function domainOf(name: FactName, { grades, score }: FactDomains): Domain | null {
  switch (FACT_FIELDS[name].type) {
    case 'bool':
      return { type: 'truth' };
    case 'string':
      return { type: 'text', words: name === 'grade' ? grades : CLOSED.has(name) ? (FIXED_WORDS[name] ?? null) : null };
    case 'double':
      return name === 'score' ? { type: 'number', isWhole: true, ...score } : (NUMBERS.get(name) ?? ANY_NUMBER);
    case 'list<string>':
    case 'map<string, string>':
      return null;
  }
}
