/**
 * Random rule sets and facts for holding the index to plain evaluation: few values of few fields, so that rules overlap, contradict and hide
 * each other; facts that are missing, lists, prefixes, ranges, negations, disjunctions, look-ups, ternaries.
 */
import fc from 'fast-check';
import { factsFor } from '../../../../test/support/example-leads.ts';
import type { Facts } from '../facts.ts';

const COUNTRIES = ['US', 'DE', 'FR'];
const REGIONS = ['CA', 'NV', 'BY', 'NW'];
const INDUSTRIES = ['IT', 'Steel', 'Retail'];
const POSTAL_CODES = ['10115', '10999', '80331', '8', '94103', ''];
const DOMAINS = ['ibm.com', 'nasa.gov', 'uk.ibm.com', 'gov', 'a.edu'];
const TOPICS = ['pricing', 'demo', 'support'];

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null, freq: 4 });
const oneOf = (values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const quoted = (values: readonly string[]): fc.Arbitrary<string> => oneOf(values).map((value) => JSON.stringify(value));

export const randomFacts: fc.Arbitrary<Facts> = fc
  .record({
    country: maybe(oneOf([...COUNTRIES, 'IT'])),
    region: maybe(oneOf([...REGIONS, 'XX'])),
    industry: maybe(oneOf(INDUSTRIES)),
    postalCode: maybe(oneOf([...POSTAL_CODES, '101', '9', '80331-1'])),
    emailDomain: maybe(oneOf([...DOMAINS, 'mail.nasa.gov', 'GOV', 'bm.com'])),
    accountId: maybe(oneOf(['a1', 'a2', 'a3', ' A1 '])),
    employeeCount: maybe(fc.constantFrom(-1, 0, 1, 9, 10, 11, 49.5, 50, 1e300)),
    budget: maybe(fc.constantFrom(0, 10, 20.5, 1_000)),
    score: fc.constantFrom(-5, 0, 10, 50),
    topics: fc.array(oneOf([...TOPICS, 'other']), { maxLength: 4 }),
    consentEmail: maybe(fc.boolean()),
    emailIsFree: fc.boolean(),
    attributes: fc.dictionary(oneOf(['plan', 'size']), oneOf(['gold', 'free']), { maxKeys: 2 }),
  })
  .map(factsFor);

const number = fc.constantFrom('-1', '0', '1', '9', '10', '10.5', '50', '1000');
const atom: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: quoted(COUNTRIES).map((value) => `lead.country == ${value}`), weight: 4 },
  { arbitrary: quoted(REGIONS).map((value) => `lead.region == ${value}`), weight: 3 },
  { arbitrary: quoted(INDUSTRIES).map((value) => `${value} == lead.industry`), weight: 3 },
  { arbitrary: fc.subarray(REGIONS, { minLength: 1 }).map((values) => `lead.region in ${JSON.stringify(values)}`), weight: 2 },
  quoted(INDUSTRIES).map((value) => `lead.industry != ${value}`),
  { arbitrary: quoted(POSTAL_CODES).map((value) => `lead.postalCode.startsWith(${value})`), weight: 3 },
  { arbitrary: quoted(DOMAINS).map((value) => `lead.emailDomain.endsWith(${value})`), weight: 3 },
  quoted(DOMAINS).map((value) => `lead.emailDomain.contains(${value})`),
  fc
    .tuple(fc.constantFrom('employeeCount', 'budget', 'score'), fc.constantFrom('<', '<=', '>', '>=', '=='), number)
    .map(([name, op, value]) => `lead.${name} ${op} ${value}`),
  fc
    .tuple(number, fc.constantFrom('<', '<='), number)
    .map(([low, op, high]) => `lead.employeeCount >= ${low} && lead.employeeCount ${op} ${high}`),
  quoted(POSTAL_CODES).map((value) => `lead.postalCode >= ${value} && lead.postalCode < "94103"`),
  { arbitrary: quoted(TOPICS).map((value) => `${value} in lead.topics`), weight: 2 },
  quoted(TOPICS).map((value) => `lead.topics.exists(t, t == ${value})`),
  fc.constantFrom('size(lead.topics) == 2', 'lead.topics.size() >= 1', 'true', 'false'),
  fc.constantFrom('has(lead.country)', 'has(lead.attributes.plan)', 'lead.emailIsFree', 'lead.consentEmail', 'lead.consentEmail == false'),
  fc.constantFrom('lead.attributes.plan == "gold"', '"size" in lead.attributes', 'lead.attributes["size"].startsWith("f")'),
  { arbitrary: fc.constantFrom('east', 'west').map((value) => `lookup("accounts", lead.accountId, "area") == "${value}"`), weight: 2 },
  fc.constantFrom('east', 'west').map((value) => `lookup("accounts", lead.accountId, "area") in ["${value}", "north"]`),
  {
    arbitrary: fc.constantFrom('inTable("accounts", lead.accountId)', 'inTable("accounts", lookup("accounts", lead.accountId, "parent"))'),
    weight: 2,
  },
);

const nested = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    { arbitrary: atom, weight: 4 },
    { arbitrary: fc.array(tie('any'), { minLength: 2, maxLength: 4 }).map((parts) => `(${parts.join(' && ')})`), weight: 3 },
    { arbitrary: fc.array(tie('any'), { minLength: 2, maxLength: 3 }).map((parts) => `(${parts.join(' || ')})`), weight: 2 },
    tie('any').map((inner) => `!(${inner})`),
    fc.tuple(tie('any'), tie('any'), tie('any')).map(([ask, yes, no]) => `(${ask} ? ${yes} : ${no})`),
  ),
})).any;

/** As people write territories: each field weak by itself. */
const territory = fc
  .tuple(
    quoted(COUNTRIES).map((value) => `lead.country == ${value}`),
    fc.option(quoted(REGIONS).map((value) => `lead.region == ${value}`)),
    fc.option(fc.subarray(INDUSTRIES, { minLength: 1 }).map((values) => `lead.industry in ${JSON.stringify(values)}`)),
    fc.option(atom),
  )
  .map((terms) => terms.filter((term) => term !== null).join(' && '));

/** The atoms above ask this table. */
export const RANDOM_RULES_TABLE = 'account,area,parent\na1,east,a2\na2,west,\na4,north,a1\n';

/** Conditions of one rule set, in order. */
export const randomConditions: fc.Arbitrary<readonly string[]> = fc.oneof(
  fc.array(nested, { maxLength: 12 }),
  fc.array(fc.oneof({ arbitrary: territory, weight: 5 }, nested), { minLength: 10, maxLength: 60 }),
);
