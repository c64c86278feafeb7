/**
 * A territory-and-account rule set of any size for `npm run bench -- rules`, as data, so that each engine gets it in its own words; and leads
 * for it. Deterministic. Countries, states, industries and so on grow with the number of rules, and no field alone picks out a few rules but the account.
 */
import type { Facts } from '@lead-router/domain/facts.ts';
import { factsFor } from '../support/example-leads.ts';

export type TermField =
  | 'country'
  | 'region'
  | 'industry'
  | 'sizeBand'
  | 'postalCode'
  | 'employeeCount'
  | 'accountId'
  | 'topics'
  | 'grade'
  | 'score'
  | 'language'
  | 'timeFrame'
  | 'emailDomain';

export type Term =
  | { readonly kind: 'equals' | 'startsWith' | 'endsWith' | 'holds'; readonly field: TermField; readonly value: string }
  | { readonly kind: 'oneOf'; readonly field: TermField; readonly values: readonly string[] }
  | { readonly kind: 'atLeast'; readonly field: TermField; readonly value: number };

/** All four must be met; the first such rule takes the lead. */
export type TerritoryRule = readonly [Term, Term, Term, Term];

const SIZE_BANDS = ['MICRO', 'SMALL', 'MEDIUM', 'LARGE', 'ENTERPRISE'];
const GRADES = ['HOT', 'HIGH_POTENTIAL', 'LOW_POTENTIAL'] as const;
const TIME_FRAMES = ['WITHIN_3_MONTHS', 'MONTHS_4_TO_6', 'MONTHS_7_TO_12', 'LATER'] as const;
/** Half of the rules are territories, a fifth postal codes, a fifth accounts, a tenth mail domains. */
const KINDS = ['state', 'postal', 'state', 'account', 'state', 'postal', 'state', 'account', 'state', 'domain'] as const;

export function territoryRules(count: number): readonly TerritoryRule[] {
  const side = Math.max(2, Math.ceil(Math.cbrt(count / 4)));
  return Array.from({ length: count }, (_, index) => ruleOf(scattered(index, count), side));
}

/** A permutation, so that neighbours in the list have nothing in common. */
function scattered(index: number, count: number): number {
  return (index * 7_919) % count;
}

function ruleOf(number: number, side: number): TerritoryRule {
  const kind = KINDS[number % KINDS.length];
  const [a, b, c, d] = [number % side, Math.floor(number / side) % side, Math.floor(number / side ** 2) % side, number % 3];
  const country: Term = { kind: 'equals', field: 'country', value: `C${a}` };
  switch (kind) {
    case 'account':
      return [
        { kind: 'equals', field: 'accountId', value: `account-${number}` },
        { kind: 'holds', field: 'topics', value: `topic-${d}` },
        { kind: 'oneOf', field: 'grade', values: GRADES.slice(0, 2) },
        { kind: 'atLeast', field: 'score', value: 10 * d },
      ];
    case 'domain':
      return [
        { kind: 'endsWith', field: 'emailDomain', value: `.d${number}.org` },
        { kind: 'oneOf', field: 'timeFrame', values: TIME_FRAMES.slice(d, d + 2) },
        { kind: 'equals', field: 'language', value: `L${b % 5}` },
        { kind: 'atLeast', field: 'score', value: 5 * d },
      ];
    case 'postal':
      return [
        country,
        { kind: 'startsWith', field: 'postalCode', value: String(1_000 + ((b * side + c) % 9_000)) },
        { kind: 'oneOf', field: 'industry', values: [`I${b}`, `I${(b + 1) % side}`] },
        { kind: 'atLeast', field: 'employeeCount', value: 50 * d },
      ];
    default:
      return [
        country,
        { kind: 'equals', field: 'region', value: `S${a}-${b}` },
        { kind: 'equals', field: 'industry', value: `I${c}` },
        d === 0
          ? { kind: 'atLeast', field: 'employeeCount', value: 100 }
          : { kind: 'oneOf', field: 'sizeBand', values: SIZE_BANDS.slice(2 * d - 2, 2 * d) },
      ];
  }
}

/** Any number of the first ones match all over the rules alike; each tenth matches none. */
export function territoryLeads(rules: readonly TerritoryRule[], count: number): readonly Facts[] {
  return Array.from({ length: count }, (_, index) => {
    const place = Math.floor(((index * 0.6180339887498949) % 1) * rules.length);
    const rule = rules[place];
    if (rule === undefined) throw new Error('there are no rules to make leads for');
    const known = index % 10 === 9 ? { country: `C${index % 7}`, region: 'nowhere', employeeCount: index % 500 } : meeting(rule, index);
    return asDecoded(factsFor({ vendor: 'vendor-a', score: 3, ...known }));
  });
}

/** Every text of its own, as a lead has them that was read from a topic. */
function asDecoded(facts: Facts): Facts {
  const decoded = (text: string): string => Buffer.from(text).toString();
  return factsFor(
    Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        name,
        typeof value === 'string' ? decoded(value) : Array.isArray(value) ? value.map(String).map(decoded) : value,
      ]),
    ),
  );
}

/** What a rule asks for, and beside it what a lead usually says too. */
function meeting(rule: TerritoryRule, index: number): Partial<Facts> {
  const known: Partial<Record<keyof Facts, Facts[keyof Facts]>> = {
    country: `C${index % 5}`,
    region: `S${index % 5}-${index % 7}`,
    industry: `I${index % 11}`,
    sizeBand: SIZE_BANDS[index % SIZE_BANDS.length] ?? null,
    employeeCount: (index * 37) % 400,
    postalCode: String(10_000 + (index % 90_000)),
    emailDomain: `mail.firm-${index % 1_000}.com`,
    language: `L${index % 5}`,
  };
  for (const term of rule) known[term.field] = valueMeeting(term, index);
  return factsFor(Object.fromEntries(Object.entries(known)));
}

function valueMeeting(term: Term, index: number): string | number | readonly string[] {
  switch (term.kind) {
    case 'equals':
      return term.value;
    case 'oneOf':
      return term.values[index % term.values.length] ?? '';
    case 'startsWith':
      return `${term.value}${index % 10}`;
    case 'endsWith':
      return `mail${term.value}`;
    case 'holds':
      return ['pricing', term.value];
    case 'atLeast':
      return term.value + (index % 20);
  }
}
