/** What a condition means, held against cel-js itself: closures, index and interpreter must never disagree. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsFor } from '../../../../test/support/example-leads.ts';
import type { Facts } from '../facts.ts';
import { createRuleMatcher } from '../rule-set/rule-matcher.ts';
import { readTestTables } from '../rule-set/tables.test-support.ts';
import { createCelEnvironment } from './cel-environment.ts';
import { checkCondition } from './check-condition.ts';
import { compileCondition } from './compile-condition.ts';
import type { IndexTest } from './index-test.ts';

const TABLES = readTestTables(`
codes: { key: code, rows: [{ code: a, word: DE }, { code: DE, word: "" }] }
starts: { key: start, match: prefix, rows: [{ start: a, word: a }, { start: ab, word: b }] }
bands: { key: from..to, match: range, rows: [{ from: "", to: -1, word: a }, { from: 0, to: 2.5, word: b }, { from: 3, to: "", word: DE }] }
`).tables;
const environment = createCelEnvironment(TABLES);

function truth(source: string, known: Partial<Facts>): boolean | undefined {
  return compileCondition(source, environment).truth(factsFor(known));
}

const WORDS = ['a', 'b', 'DE', 'US', '', 'ab'];
const word = fc.constantFrom(...WORDS);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 2 });
const number = fc.constantFrom(-5, -0.5, 0, 1, 2.5, 3, 1e300);
const facts: fc.Arbitrary<Facts> = fc
  .record({
    country: maybe(word),
    region: maybe(word),
    industry: maybe(word),
    budget: maybe(number),
    employeeCount: maybe(number),
    score: number,
    emailIsFree: fc.boolean(),
    consentEmail: maybe(fc.boolean()),
    topics: fc.array(word, { maxLength: 3 }),
    attributes: fc.dictionary(word, word, { maxKeys: 2 }),
  })
  .map(factsFor);

const text = fc.oneof(
  word.map((value) => JSON.stringify(value)),
  fc.constantFrom(
    'lead.country',
    'lead.region',
    'lead["industry"]',
    'lead.attributes.a',
    'lead.attributes["b"]',
    'lookup("codes", lead.country, "word")',
    'lookup("starts", lead.country, "word")',
    'lookup("bands", lead.employeeCount, "word")',
    'lead.country + "b"',
  ),
);
const numeric = fc.oneof(
  fc.constantFrom('lead.budget', 'lead.employeeCount', 'lead.score'),
  number.map((value) => (Number.isInteger(value) ? `${value}.0` : String(value)).replace('1e+300.0', '1e300')),
);
const whole = fc.oneof(fc.constantFrom('size(lead.topics)', 'lead.topics.size()'), fc.integer({ min: -3, max: 3 }).map(String));
const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
const test = fc.oneof(
  fc.tuple(text, comparison, text).map((parts) => parts.join(' ')),
  fc.tuple(numeric, comparison, fc.oneof(numeric, whole)).map((parts) => parts.join(' ')),
  fc.tuple(whole, comparison, fc.oneof(numeric, whole)).map((parts) => parts.join(' ')),
  fc.tuple(text, fc.array(word, { minLength: 1, maxLength: 3 })).map(([value, list]) => `${value} in ${JSON.stringify(list)}`),
  text.map((value) => `${value} in lead.topics`),
  text.map((value) => `${value} in lead.attributes`),
  fc
    .tuple(text, fc.constantFrom('startsWith', 'endsWith', 'contains'), text)
    .map(([value, method, part]) => `(${value}).${method}(${part})`),
  text.map((value) => `(${value}).matches("^[ab]+$")`),
  text.map((value) => `inTable("codes", ${value})`),
  numeric.map((value) => `inTable("bands", ${value})`),
  text.map((value) => `lead.topics.exists(t, t == ${value})`),
  text.map((value) => `lead.topics.all(t, t != ${value})`),
  fc.constantFrom(
    'lead.emailIsFree',
    'lead.consentEmail',
    'lead.consentEmail == false',
    'has(lead.country)',
    'has(lead.attributes.a)',
    'true',
    'false',
    'lead.budget * 2.0 > 3.0',
  ),
);
const expression = fc.letrec<{ whole: string }>((tie) => ({
  whole: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    test,
    fc.tuple(tie('whole'), fc.constantFrom('&&', '||'), tie('whole')).map(([left, op, right]) => `(${left} ${op} ${right})`),
    tie('whole').map((inner) => `!(${inner})`),
    fc.tuple(tie('whole'), tie('whole'), tie('whole')).map(([ask, yes, no]) => `(${ask} ? ${yes} : ${no})`),
  ),
})).whole;

describe('a condition', () => {
  it('has the truth that cel-js gives it, whatever the expression and the facts', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(expression, fc.array(facts, { minLength: 1, maxLength: 4 }), (source, many) => {
        const checked = checkCondition(source, environment, []);
        expect('faults' in checked ? checked.faults : []).toEqual([]);
        const condition = compileCondition(source, environment);
        const interpreted = environment.parse(source);
        for (const one of many) {
          const value = environment.evaluate(interpreted, one);
          expect(condition.truth(one)).toBe(typeof value === 'boolean' ? value : undefined);
          expect(condition.isMet(one)).toBe(value === true);
          expect(condition.truthOf(condition.ast, one)).toBe(condition.truth(one));
          const branches = condition.branches();
          expect(branches.some((branch) => branch.every((term) => term.isMet(one)))).toBe(value === true);
          for (const { test, isMet } of branches.flat()) if (test !== null) expect(passes(test, one)).toBe(isMet(one));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('is found by the index where asking one after the other finds it', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(expression, { maxLength: 80 }), fc.array(facts, { minLength: 1, maxLength: 5 }), (sources, many) => {
        const conditions = sources.map((source) => compileCondition(source, environment));
        const match = createRuleMatcher(conditions);
        for (const one of many) {
          const first = conditions.findIndex((condition) => condition.truth(one) === true);
          expect(match(one)).toBe(first < 0 ? conditions.length : first);
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each<[string, Partial<Facts>, boolean | undefined]>([
    ['lead.country == "DE"', { country: null }, undefined],
    ['lead.country != "DE"', { country: null }, undefined],
    ['!(lead.country == "DE")', { country: null }, undefined],
    ['lead.country == "DE" && false', { country: null }, false],
    ['lead.country == "DE" || true', { country: null }, true],
    ['lead.country == "DE" || lead.region == "BY"', { country: null, region: 'BY' }, true],
    ['lead.country == "DE" || lead.region == "BY"', { country: null, region: 'BE' }, undefined],
    ['has(lead.country)', { country: null }, false],
    ['!has(lead.country) || lead.country == "DE"', { country: null }, true],
    ['lead.budget < 5', { budget: null }, undefined],
    ['lead.budget < 5', { budget: 4.5 }, true],
    ['lead.consentEmail', { consentEmail: null }, undefined],
    ['lead.attributes.plan == "x"', { attributes: {} }, undefined],
    ['has(lead.attributes.plan)', { attributes: { plan: '' } }, true],
    ['"toString" in lead.attributes', { attributes: {} }, false],
    ['lead.attributes.constructor == "x"', { attributes: {} }, undefined],
    ['inTable("codes", lead.country)', { country: ' A ' }, true],
    ['inTable("codes", lead.country)', { country: null }, undefined],
    ['inTable("bands", lead.employeeCount)', { employeeCount: 2.7 }, false],
    ['lookup("bands", lead.employeeCount, "word") == "DE"', { employeeCount: 7 }, true],
    ['lookup("bands", lead.employeeCount, "word") == "DE"', { employeeCount: null }, undefined],
    ['lookup("starts", lead.country, "word") == "b"', { country: 'ABC' }, true],
    ['lookup("codes", lead.country, "word") == "DE"', { country: 'A' }, true],
    ['lookup("codes", lead.country, "word") == ""', { country: 'de' }, undefined],
    ['lookup("codes", lead.country, "word") == "DE"', { country: 'nowhere' }, undefined],
    ['"x" in lead.topics', { topics: [] }, false],
    ['lead.topics.all(t, t == "x")', { topics: [] }, true],
    ['lead.budget == 9007199254740993', { budget: 9007199254740992 }, false],
  ])('%s over %o is %s', (source, known, expected) => {
    expect(truth(source, known)).toBe(expected);
  });

  it.each([
    ['lead.country.matches("[")', 'is not a regular expression'],
    ['lead.country.matches("(a+)+$")', 'could take very long'],
    ['lead.country.matches("(a|aa)+$")', 'could take very long'],
    ['lead.country.matches("(?=a)")', 'could take very long'],
    ['lead.country.matches(lead.region)', 'a text in quotes'],
    ['lookup("codes", lead.country, "wort") == "x"', 'did you mean "word"'],
    ['inTable(lead.country, "x")', "a table's name in quotes"],
    ['lead.topics.exists(t, t == lead.contry)', 'unknown field `lead.contry`'],
    ['lead.country in ["a", 1]', 'same type'],
  ])('%s is refused: %s', (source, message) => {
    const checked = checkCondition(source, environment, []);
    expect('faults' in checked ? checked.faults.map((fault) => fault.message).join('\n') : '').toContain(message);
  });
});

/** What the index takes a test to mean, in the plainest way. */
function passes(test: IndexTest, one: Facts): boolean {
  const value = test.source.read(one);
  if (value === undefined) return false;
  switch (test.kind) {
    case 'values':
      return test.values.some((wanted) => (typeof value === 'object' ? value.some((text) => text === wanted) : value === wanted));
    case 'prefixes':
      return test.values.some((text) => typeof value === 'string' && value.startsWith(text));
    case 'suffixes':
      return test.values.some((text) => typeof value === 'string' && value.endsWith(text));
    case 'ranges':
      return test.ranges.some(({ from, to, hasFrom, hasTo }) => {
        const isAfter = from === null || value > from || (hasFrom && value === from);
        return isAfter && (to === null || value < to || (hasTo && value === to));
      });
  }
}
