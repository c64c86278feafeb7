/** The prover against every lead there is, in a world small enough to ask them all: it is right, and on its fragment it misses nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsFor } from '../../../../../test/support/example-leads.ts';
import type { Facts } from '../../facts.ts';
import { compiled } from './lint.test-support.ts';

/** On a machine that others use as well. */
const LONG_MS = 60_000;

const COUNTRIES = [null, 'US', 'DE', 'FR'];
const BUDGETS = [null, 0, 1, 1.5, 2, 3];
/** Two writings of one key, one that is named and one that is not; another row; no row. */
const ACCOUNTS = [null, 'IBM', 'ibm', 'ACME', 'Umbrella'];
const TOPICS = [[], ['a'], ['b'], ['a', 'b']];
const GRADES = ['HOT', 'NEED_NURTURING'] as const;

const EVERYBODY: readonly Facts[] = COUNTRIES.flatMap((country) =>
  BUDGETS.flatMap((budget) =>
    ACCOUNTS.flatMap((accountId) =>
      TOPICS.flatMap((topics) =>
        GRADES.flatMap((grade) =>
          [true, false].map((isQualified) => factsFor({ country, budget, accountId, topics, grade, isQualified, score: 0 })),
        ),
      ),
    ),
  ),
);

const number = fc.constantFrom('1', '2');
const comparison = fc.tuple(fc.constantFrom('==', '!=', '<', '<=', '>', '>='), number, fc.boolean());
const atom = fc.oneof(
  fc.tuple(fc.constantFrom('==', '!='), fc.constantFrom('US', 'DE')).map(([op, text]) => `lead.country ${op} "${text}"`),
  fc.constantFrom('lead.country in ["US", "DE"]', 'lead.country in ["DE"]', '"US" == lead.country', 'has(lead.country)'),
  comparison.map(([op, value, isTurned]) => (isTurned ? `${value} ${op} lead.budget` : `lead.budget ${op} ${value}`)),
  fc.constantFrom('has(lead.budget)', 'lead.budget in [1.0, 2.0]'),
  fc.constantFrom('lead.isQualified', 'lead.isQualified == false', 'lead.grade == "HOT"', 'lead.grade != "HOT"'),
  fc.constantFrom('"a" in lead.topics', '"b" in lead.topics'),
  fc.constantFrom('inTable("accounts", lead.accountId)', 'lead.accountId == "IBM"', 'has(lead.accountId)'),
  fc.constantFrom('alice', 'bob', 'nobody').map((rep) => `lookup("accounts", lead.accountId, "rep") == "${rep}"`),
  fc.constantFrom('true', 'false'),
);
const condition = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    atom,
    fc.tuple(tie('condition'), fc.constantFrom('&&', '||'), tie('condition')).map(([left, op, right]) => `(${left} ${op} ${right})`),
    tie('condition').map((inner) => `!(${inner})`),
    fc.tuple(tie('condition'), tie('condition'), tie('condition')).map(([ask, yes, no]) => `(${ask} ? ${yes} : ${no})`),
  ),
})).condition;

const table = 'tables: { accounts: { key: id, rows: [{ id: IBM, rep: alice }, { id: acme, rep: bob }] } }';
const grades = 'scoring: { grades: [{ grade: HOT, when: lead.isQualified }, { grade: NEED_NURTURING }] }';

const ruleSetOf = (conditions: readonly string[]) => compiled({ conditions, parts: [table, grades] });

function deadRules({ lint }: ReturnType<typeof ruleSetOf>): ReadonlySet<number> {
  const findings = lint(0);
  const dead = findings.filter(({ kind }) => kind === 'UNREACHABLE_RULE' || kind === 'IMPOSSIBLE_CONDITION');
  return new Set(dead.map(({ path }) => Number(/^rules\[(\d+)\]/.exec(path)?.[1])));
}

describe('the prover', () => {
  it(
    'says that a rule never fires of those that fire for nobody, and of no other',
    () => {
      fc.assert(
        fc.property(fc.array(condition, { minLength: 1, maxLength: 7 }), (conditions) => {
          const made = ruleSetOf(conditions);
          const firing = new Set(EVERYBODY.map((facts) => made.ruleSet.matchRule(facts).index));
          const silent = conditions.map((_one, index) => index).filter((index) => !firing.has(index));
          expect([...deadRules(made)].sort((a, b) => a - b)).toEqual(silent);
        }),
        { numRuns: 400 },
      );
    },
    LONG_MS,
  );

  it(
    'raises no false alarm where conditions say more than it can follow',
    () => {
      const opaque = fc.constantFrom(
        'lead.country.startsWith("U")',
        'lead.country.endsWith("E")',
        'lead.country.contains("S")',
        'lead.country.matches("^D")',
        'lead.budget * 2.0 > 3.0',
        'size(lead.topics) > 1',
        'lead.topics.exists(topic, topic == "a")',
        'lead.country == lead.accountId',
        'lead.country < "F"',
        'lead.accountId.startsWith("I")',
      );
      const mixed = fc.tuple(opaque, fc.constantFrom('&&', '||'), condition).map(([left, op, right]) => `${left} ${op} ${right}`);
      fc.assert(
        fc.property(fc.array(fc.oneof(opaque, mixed, condition), { minLength: 1, maxLength: 7 }), (conditions) => {
          const made = ruleSetOf(conditions);
          const firing = new Set(EVERYBODY.map((facts) => made.ruleSet.matchRule(facts).index));
          for (const index of deadRules(made)) expect(firing).not.toContain(index);
        }),
        { numRuns: 300 },
      );
    },
    LONG_MS,
  );

  it.each([
    ['lead.region.startsWith("US-C")', ['lead.region.startsWith("US-")']],
    ['lead.region == "US-CA"', ['lead.region.startsWith("US-")']],
    ['lead.emailDomain == "nasa.gov"', ['lead.emailDomain.endsWith(".gov")']],
    ['size(lead.productInterest) > 2', ['size(lead.productInterest) >= 3']],
    ['lead.attributes.plan == "pro"', ['"plan" in lead.attributes']],
    ['lead.budget * 2.0 > 3.0 && lead.isQualified', ['lead.budget * 2.0 > 3.0']],
    ['lead.accountId == "ibm"', ['lookup("accounts", lead.accountId, "rep") == "alice"']],
    ['lead.isQualified', ['has(lead.budget) && lead.isQualified', '!has(lead.budget)']],
  ])('proves that %s never fires behind %s', (last, before) => {
    expect(deadRules(ruleSetOf([...before, last]))).toEqual(new Set([before.length]));
  });

  it.each([
    ['lead.region == "US"', ['lead.region.startsWith("US-")']],
    ['lead.isQualified', ['lead.country == "US"', 'lead.country != "US"']],
    ['!(lead.budget > 5)', ['lead.budget > 5', 'lead.budget < 5']],
    ['size(lead.productInterest) > 2', ['size(lead.productInterest) > 3']],
    ['lead.employeeCount > 2', ['lead.budget > 2']],
  ])('does not say so of %s behind %s', (last, before) => {
    expect(deadRules(ruleSetOf([...before, last]))).toEqual(new Set());
  });
});
