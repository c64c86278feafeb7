/** The prover and look-ups: what it says of conditions on tables of every kind, held to asking every key of a small alphabet. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsFor } from '../../../../../test/support/example-leads.ts';
import type { Facts } from '../../facts.ts';
import { compiled } from './lint.test-support.ts';

/** On a machine that others use as well. */
const LONG_MS = 60_000;

const deadRules = (conditions: readonly string[], tables: string): ReadonlySet<number> => {
  const findings = compiled({ conditions, parts: [`tables: ${tables}`] }).lint(0);
  const dead = findings.filter(({ kind }) => kind === 'UNREACHABLE_RULE' || kind === 'IMPOSSIBLE_CONDITION');
  return new Set(dead.map(({ path }) => Number(/^rules\[(\d+)\]/.exec(path)?.[1])));
};

describe('what is claimed of rules that look up in tables', () => {
  const LETTERS = ['1', '2', 'a', 'A', 'b', '.', '@', ' '];
  const words = (length: number): readonly string[] =>
    length === 0 ? [''] : words(length - 1).flatMap((word) => LETTERS.map((letter) => word + letter));
  const TEXTS = [
    ...words(0),
    ...words(1),
    ...words(2),
    ...words(3),
    ...words(4).filter((word) => /[.@]/.test(word)),
    '0',
    '1.5',
    '12.0',
    'b@a.b',
    '*.a',
    'x.a.b',
  ];
  const NUMBERS = [null, 0, 1, 2, 3, 11, 12, 13, 21, 22, 100];
  const LEADS: readonly Facts[] = [
    ...[null, ...TEXTS].map((postalCode) => factsFor({ postalCode, employeeCount: null, country: 'US' })),
    ...NUMBERS.flatMap((employeeCount) =>
      [null, 'a', '1', ' A', 'b.a', '12', '2b'].flatMap((postalCode) =>
        ['US', null].map((country) => factsFor({ postalCode, employeeCount, country })),
      ),
    ),
  ];

  const key = fc.constantFrom('1', '2', '12', 'a', 'A', 'ab', 'a.b', 'b', '1a', ' b', 'a1');
  const cell = fc.constantFrom('x', 'y', '', '1', 'a');
  const rowsOf = (keys: fc.Arbitrary<string>) =>
    fc.uniqueArray(fc.record({ key: keys, cell }), { maxLength: 4, selector: (row) => row.key.trim().toLowerCase() });
  const tableOf = (match: string, more = '') =>
    rowsOf(key).map((rows) => `{ key: key, match: ${match}${more}, rows: ${JSON.stringify([...rows, { key: 'zz', cell: 'z' }])} }`);
  /** Ranges that do not overlap: pairs of neighbours among some ends. */
  const rangesOf = (ends: readonly string[], compare: string) =>
    fc.tuple(fc.subarray([...ends], { minLength: 2 }), fc.array(cell, { minLength: 3, maxLength: 3 })).map(([some, cells]) => {
      const rows = cells.flatMap((value, index) => {
        const [from, to] = [some[index * 2], some[index * 2 + 1]];
        return from === undefined || to === undefined ? [] : [{ from, to, cell: value }];
      });
      return `{ key: from..to, match: range, compare: ${compare}, rows: ${JSON.stringify(rows)} }`;
    });
  const tables = fc
    .record({
      exact: tableOf('exact'),
      prefix: tableOf('prefix'),
      other: tableOf('prefix'),
      suffix: tableOf('suffix'),
      texts: rangesOf(['1', '21', '22', 'aa', 'ab', 'b'], 'text'),
      numbers: rangesOf(['0', '1', '2', '11.5', '12', '21'], 'numbers'),
    })
    .map(
      (each) =>
        `{ ${Object.entries(each)
          .map(([name, text]) => `${name}: ${text}`)
          .join(', ')} }`,
    );

  const table = fc.constantFrom('exact', 'prefix', 'other', 'suffix', 'texts', 'numbers');
  const value = fc.constantFrom('x', 'y', 'z', '1', 'w');
  const text = fc.constantFrom('1', '2', '12', 'a', 'A', 'AB', 'ab', 'a.b', '.', '@', 'b', ' ', '');
  const affix = fc.constantFrom('1', '12', 'a', 'A', 'ab', 'aB', '.b', 'b', '@', '', ' a');
  const asked = fc.tuple(
    table,
    fc.constantFrom('lead.postalCode', 'lead.postalCode', 'lead.employeeCount', 'lookup("exact", lead.postalCode, "cell")'),
  );
  const order = fc.constantFrom('<', '<=', '>', '>=');
  const test = fc.oneof(
    { arbitrary: fc.tuple(asked, value).map(([[name, of], word]) => `lookup("${name}", ${of}, "cell") == "${word}"`), weight: 6 },
    { arbitrary: asked.map(([name, of]) => `inTable("${name}", ${of})`), weight: 3 },
    fc.tuple(asked, value).map(([[name, of], word]) => `lookup("${name}", ${of}, "cell") in ["${word}", "x"]`),
    fc.tuple(asked, value).map(([[name, of], word]) => `lookup("${name}", ${of}, "cell") != "${word}"`),
    fc.tuple(asked, order, value).map(([[name, of], op, word]) => `lookup("${name}", ${of}, "cell") ${op} "${word}"`),
    fc.tuple(asked, value).map(([[name, of], word]) => `lookup("${name}", ${of}, "cell").startsWith("${word}")`),
    { arbitrary: text.map((word) => `lead.postalCode == "${word}"`), weight: 2 },
    text.map((word) => `lead.postalCode != "${word}"`),
    fc.subarray(['1', 'a', 'A', '12', ' a']).map((some) => `lead.postalCode in ${JSON.stringify(some)}`),
    fc.tuple(order, text).map(([op, word]) => `lead.postalCode ${op} "${word}"`),
    { arbitrary: affix.map((part) => `lead.postalCode.startsWith("${part}")`), weight: 2 },
    { arbitrary: affix.map((part) => `lead.postalCode.endsWith("${part}")`), weight: 2 },
    fc
      .tuple(fc.constantFrom('==', '!=', '<', '<=', '>', '>='), fc.constantFrom('1', '2', '11.5', '12', '21'))
      .map(([op, n]) => `lead.employeeCount ${op} ${n}`),
    fc.constantFrom('has(lead.postalCode)', 'has(lead.employeeCount)', 'lead.country == "US"'),
  );
  const condition = fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      { arbitrary: test, weight: 3 },
      fc.tuple(tie('any'), fc.constantFrom('&&', '&&', '||'), tie('any')).map(([left, op, right]) => `(${left} ${op} ${right})`),
      tie('any').map((inner) => `!(${inner})`),
    ),
  })).any;

  it(
    'is never wrong',
    () => {
      let claims = 0;
      fc.assert(
        fc.property(tables, fc.array(condition, { minLength: 1, maxLength: 6 }), (some, conditions) => {
          const made = compiled({ conditions, parts: [`tables: ${some}`] });
          const firing = new Set(LEADS.map((facts) => made.ruleSet.matchRule(facts).index));
          const dead = deadRules(conditions, some);
          claims += dead.size;
          expect([...dead].filter((index) => firing.has(index))).toEqual([]);
        }),
        { numRuns: 500 },
      );
      // Otherwise this would hold of a prover that says nothing.
      expect(claims).toBeGreaterThan(100);
    },
    LONG_MS,
  );
});

const TABLES = `{
  coasts: { key: zip, match: prefix, rows: [{ zip: 9, coast: west }, { zip: 97, coast: north-west }, { zip: 1, coast: east }] },
  customers: { key: domain, match: suffix, rows: [{ domain: acme.com, rep: ann }, { domain: eu.acme.com, rep: bob }] },
  accounts: { key: domain, rows: [{ domain: acme.com, tier: gold }, { domain: globex.com, tier: silver }] },
  bands: { key: from..to, match: range, compare: numbers, rows: [{ from: 1, to: 49, band: small }, { from: 50, to: 499, band: middle }, { from: 500, band: large }] },
  metros: { key: zips, match: range, compare: text, rows: [{ zips: 94501..94599, metro: bay }, { zips: 10001..10499, metro: new york }] },
  reps: { key: rep, rows: [{ rep: ann, team: north }, { rep: bob, team: south }] }
}`;
const coast = (word: string): string => `lookup("coasts", lead.postalCode, "coast") == "${word}"`;
const band = (word: string): string => `lookup("bands", lead.employeeCount, "band") == "${word}"`;
const metro = (word: string): string => `lookup("metros", lead.postalCode, "metro") == "${word}"`;
const rep = (word: string): string => `lookup("customers", lead.emailDomain, "rep") == "${word}"`;
const team = (word: string): string => `lookup("reps", lookup("customers", lead.emailDomain, "rep"), "team") == "${word}"`;

describe('the prover knows of look-ups', () => {
  it.each([
    ['which words rows have', [], coast('wets')],
    ['which words rows have, of a computed key', [], 'lookup("coasts", lead.postalCode + "0", "coast") == "wets"'],
    ['that a key finds one row', [], `${coast('west')} && ${coast('east')}`],
    ['where the ranges of numbers end', [], `${band('small')} && lead.employeeCount > 49`],
    ['that ranges without a gap leave none out', [band('small'), band('middle'), band('large')], 'lead.employeeCount >= 1'],
    ['that a key of the table is in it', ['inTable("bands", lead.employeeCount)'], 'lead.employeeCount == 700'],
    ['that what a row says is in the table', ['inTable("coasts", lead.postalCode)'], coast('north-west')],
    ['that a longer beginning goes first', [], `${coast('west')} && lead.postalCode.startsWith("97")`],
    ['what all that begin so find', [coast('east')], 'lead.postalCode.startsWith("10")'],
    ['what a whole key finds', [coast('west')], 'lead.postalCode == "94501"'],
    ['what each of several keys finds', [coast('west')], 'lead.postalCode in ["94501", "90210"]'],
    ['beginnings beside ranges of texts', [coast('west')], metro('bay')],
    ['beginnings of ranges of texts', [metro('bay')], 'lead.postalCode.startsWith("9455")'],
    ['which domain is the nearest', [], `${rep('ann')} && lead.emailDomain == "mail.eu.acme.com"`],
    ['what the domains below one find', [rep('ann'), rep('bob')], 'lead.emailDomain.endsWith(".acme.com")'],
    ['domains beside whole keys', [rep('ann')], 'lookup("accounts", lead.emailDomain, "tier") == "gold"'],
    ['what a look-up of a look-up finds', [rep('bob')], team('south')],
    ['all that such a one can find', [team('north'), team('south')], 'inTable("customers", lead.emailDomain)'],
    ['that words have an order', ['lead.postalCode >= "10000"'], 'lead.postalCode >= "10001" && lead.postalCode < "2"'],
    ['beginnings in the order of words', ['lead.postalCode >= "94"'], 'lead.postalCode.startsWith("945")'],
  ])('%s', (_what, before, last) => {
    expect(deadRules([...before, last], TABLES)).toEqual(new Set([before.length]));
  });

  it.each([
    ['a key with a longer beginning', [coast('west')], 'lead.postalCode.startsWith("9")'],
    ['a gap between ranges', [metro('bay'), metro('new york')], 'lead.postalCode >= "1" && lead.postalCode < "95"'],
    ['what no range reaches', [band('small'), band('middle'), band('large')], 'has(lead.employeeCount)'],
    ['a number between two ranges', ['lead.budget >= 0'], `lead.employeeCount < 1`],
    ['another writing of a key', ['lead.emailDomain == "acme.com"'], rep('ann')],
    ['capitals at the end', [rep('ann'), rep('bob')], 'lead.emailDomain.endsWith("acme.com")'],
    ['a key that is not a number', ['has(lead.employeeCount)'], 'inTable("bands", lead.postalCode)'],
    ['an end that is below a nearer one', [rep('ann')], 'lead.emailDomain.endsWith(".acme.com")'],
  ])('and does not forget %s', (_what, before, last) => {
    expect(deadRules([...before, last], TABLES)).toEqual(new Set());
  });

  it('says which word no row has, only as a warning', () => {
    const findings = compiled({ conditions: [coast('wets'), `${band('small')} || ${band('smal')}`], parts: [`tables: ${TABLES}`] }).lint(0);
    expect(findings.map(({ severity, kind, message }) => `${severity} ${kind}: ${message}`)).toEqual([
      'WARNING IMPOSSIBLE_CONDITION: rule "r0" can never match as the tables stand: `lookup("coasts", lead.postalCode, "coast") == "wets"` is true of no lead, as no row of table "coasts" has "wets" as its "coast": did you mean "west"?; correct the condition, or take it out',
      'WARNING IMPOSSIBLE_PART: rule "r1": the alternative `lookup("bands", lead.employeeCount, "band") == "smal"` can never be true where it is asked: no row of table "bands" has "smal" as its "band": did you mean "small"?; correct it, or take it out',
    ]);
  });
});
