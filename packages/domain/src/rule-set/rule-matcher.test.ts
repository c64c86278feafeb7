/**
 * The index finds what asking every rule in its order finds. `MATCHER_PAIRS=100000` tries so many pairs of a rule set and a lead; by default
 * few enough for a few seconds (docs/bench.md).
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsFor } from '../../../../test/support/example-leads.ts';
import { createCelEnvironment } from '../cel/cel-environment.ts';
import { checkCondition } from '../cel/check-condition.ts';
import { compileCondition } from '../cel/compile-condition.ts';
import type { Met } from '../cel/compile-met.ts';
import type { Facts } from '../facts.ts';
import { RANDOM_RULES_TABLE, randomConditions, randomFacts } from './random-conditions.test-support.ts';
import { createRuleMatcher } from './rule-matcher.ts';
import { readTestTables } from './tables.test-support.ts';

const PAIRS = Number(process.env.MATCHER_PAIRS ?? 4_000);
const LEADS_PER_RULE_SET = 10;
/** Every so many rule sets, cel-js itself is asked beside the closures. */
const CEL_SHARE = 8;
const TIMEOUT_MS = 20_000 + PAIRS * 5;

const { tables } = readTestTables('accounts: { csv: accounts.csv, key: account }', { 'accounts.csv': RANDOM_RULES_TABLE });

describe('createRuleMatcher', () => {
  it('finds the first rule that plain evaluation finds', { timeout: TIMEOUT_MS }, () => {
    let [pairs, matched, asked] = [0, 0, 0];
    const leads = fc.array(randomFacts, { minLength: LEADS_PER_RULE_SET, maxLength: LEADS_PER_RULE_SET });
    fc.assert(
      fc.property(randomConditions, leads, (sources, many) => {
        const environment = createCelEnvironment(tables);
        for (const source of sources) expect(checkCondition(source, environment, [])).not.toHaveProperty('faults');
        const conditions = sources.map((source) => compileCondition(source, environment));
        const match = createRuleMatcher(conditions);
        const isShare = pairs % (LEADS_PER_RULE_SET * CEL_SHARE) === 0;
        const interpreted = isShare ? sources.map((source) => environment.parse(source)) : [];
        for (const one of many) {
          const first = placeOf(
            conditions.findIndex((condition) => condition.truth(one) === true),
            sources.length,
          );
          expect(match(one)).toBe(first);
          if (isShare)
            expect(
              placeOf(
                interpreted.findIndex((parsed) => environment.evaluate(parsed, one) === true),
                sources.length,
              ),
            ).toBe(first);
          pairs += 1;
          if (first < sources.length) matched += 1;
          if (isShare) asked += 1;
        }
      }),
      { numRuns: Math.ceil(PAIRS / LEADS_PER_RULE_SET) },
    );
    process.stdout.write(`${pairs} pairs of a rule set and a lead, ${matched} with a match, ${asked} held against cel-js itself\n`);
    expect(matched).toBeGreaterThan(pairs / 4);
  });

  it.each<[string, { readonly known: Partial<Facts>; readonly at: number }, readonly string[]]>([
    ['no rules', { known: {}, at: 0 }, []],
    ['the last of many alike', { known: { country: 'C199' }, at: 199 }, [...many(200, (n) => `lead.country == "C${n}"`), 'true']],
    ['none but the rest', { known: { country: null }, at: 200 }, [...many(200, (n) => `lead.country == "C${n}"`), 'true']],
    [
      'a rule before, found by another field',
      { known: { country: 'C3', region: 'BY' }, at: 0 },
      ['lead.region == "BY"', ...many(50, (n) => `lead.country == "C${n}"`)],
    ],
    ['the shorter prefix', { known: { postalCode: '39001' }, at: 2 }, many(40, (n) => `lead.postalCode.startsWith("${n + 1}")`)],
    ['a suffix', { known: { emailDomain: 'mail.d17.org' }, at: 17 }, many(40, (n) => `lead.emailDomain.endsWith(".d${n}.org")`)],
    [
      'a suffix among those that begin alike',
      { known: { emailDomain: 'x.org' }, at: 40 },
      [...many(40, (n) => `lead.emailDomain.endsWith(".d${n}.org")`), 'lead.emailDomain.endsWith("org")'],
    ],
    [
      'an empty prefix',
      { known: { postalCode: '12345' }, at: 12 },
      [...many(12, (n) => `lead.postalCode.startsWith("9${n}")`), 'lead.postalCode.startsWith("")'],
    ],
    [
      'a longer prefix beside the empty one',
      { known: { postalCode: '39001' }, at: 0 },
      ['lead.postalCode.startsWith("39")', ...many(12, (n) => `lead.postalCode.startsWith("8${n}")`), 'lead.postalCode.startsWith("")'],
    ],
    ['a range by one end', { known: { score: 305 }, at: 30 }, many(60, (n) => `lead.score >= ${(60 - n) * 10}`)],
    [
      'a range between two texts',
      { known: { postalCode: '30' }, at: 20 },
      many(60, (n) => `lead.postalCode >= "${n + 10}" && lead.postalCode < "${n + 11}"`),
    ],
    ['no number', { known: { budget: Number.NaN }, at: 20 }, many(20, (n) => `lead.budget < ${n}`)],
    ['minus zero', { known: { budget: -0 }, at: 0 }, many(20, (n) => `lead.budget == ${n}`)],
    [
      'a look-up',
      { known: { accountId: 'A2' }, at: 9 },
      many(20, (n) => `lookup("accounts", lead.accountId, "area") == "${n === 9 ? 'west' : n}"`),
    ],
    [
      'a rule of many terms',
      { known: { attributes: attributes(7) }, at: 7 },
      many(20, (n) => many(40, (term) => `lead.attributes.a${n}_${term} == "x"`).join(' && ')),
    ],
  ])('finds %s', (_name, { known, at }, sources) => {
    const environment = createCelEnvironment(tables);
    expect(createRuleMatcher(sources.map((source) => compileCondition(source, environment)))(factsFor(known))).toBe(at);
  });

  it('does not ask the rules that cannot match', () => {
    const environment = createCelEnvironment(tables);
    let asked = 0;
    const conditions = many(
      1_000,
      (n) => `lead.country == "C${n % 10}" && lead.region == "R${n % 100}" && lead.industry == "I${n}" && lead.score != 1`,
    ).map((source) => compileCondition(source, environment));
    const countedMet = (isMet: Met): Met => {
      return (facts) => {
        asked += 1;
        return isMet(facts);
      };
    };
    const counted = conditions.map((condition) => ({
      ...condition,
      branches: () => condition.branches().map((branch) => branch.map(({ test, isMet }) => ({ test, isMet: countedMet(isMet) }))),
    }));
    expect(createRuleMatcher(counted)(factsFor({ country: 'C7', region: 'R37', industry: 'I437' }))).toBe(437);
    // One rule is left by its industry: its other three terms are asked, and no rule else.
    expect(asked).toBe(3);
  });
});

function placeOf(found: number, none: number): number {
  return found < 0 ? none : found;
}

function many(count: number, write: (number: number) => string): readonly string[] {
  return Array.from({ length: count }, (_, number) => write(number));
}

function attributes(rule: number): Readonly<Record<string, string>> {
  return Object.fromEntries(many(40, (term) => `a${rule}_${term}`).map((name) => [name, 'x']));
}
