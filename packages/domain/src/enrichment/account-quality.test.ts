/**
 * How well company names are matched, on a labelled set: the S&P 500 of the sample with errors as people make them, a fourth of it left out of
 * the table and asked for all the same, and families of names that differ in one word. `npm run bench -- match` asks among 100,000 accounts.
 */
import { readFileSync } from 'node:fs';
import { readCompanies, tableOfCompanies } from '@lead-router/testkit/companies/company-tables.ts';
import { type LabelledQuestion, labelCompanies } from '@lead-router/testkit/companies/labelled-companies.ts';
import { measureMatches } from '@lead-router/testkit/companies/measure-matches.ts';
import { describe, expect, it } from 'vitest';

const FILE = new URL('../../../../deploy/rule-sets/departments/tables/key-accounts.csv', import.meta.url);
const companies = readCompanies(readFileSync(FILE, 'utf8'));

describe('company names with errors', () => {
  it.each([1, 2, 3])('are found in at least 95 of 100 cases, and 99 of 100 answers are right: seed %i', (seed) => {
    const { known, questions } = labelCompanies(companies, { count: 4_000, seed });
    const { precision, recall, byKind } = measureMatches(tableOfCompanies(known), questions);
    expect(precision).toBeGreaterThanOrEqual(0.99);
    expect(recall).toBeGreaterThanOrEqual(0.95);
    // Of another place, of no place, or of another trade: never somebody's account.
    for (const kind of ['OTHER_OF_FAMILY', 'BARE_FAMILY', 'OTHER_TRADE'] satisfies LabelledQuestion['kind'][])
      expect(byKind.get(kind)).toMatchObject({ mistaken: 0 });
  });

  it('are the same set for the same seed', () => {
    const make = (seed: number) => labelCompanies(companies, { count: 50, seed }).questions;
    expect(make(7)).toEqual(make(7));
    expect(make(7)).not.toEqual(make(8));
  });
});

describe('names that are near', () => {
  const known = [
    'United Airlines Holdings',
    'Bank of America',
    'Apple Inc.',
    'Oracle',
    'Raytheon Technologies',
    'Globe Life',
    'First National Bank of Ohio',
  ];
  const table = tableOfCompanies(known.map((name) => ({ accountId: name, name, aliases: [] })));
  it.each([
    ['Apple Inc., HQ', 'Apple Inc.'],
    ['OracleCorporation', 'Oracle'],
    ['Oracle Corpirationn', 'Oracle'],
    ['RaytheonTechnolgies', 'Raytheon Technologies'],
    ['Globe Lfe', 'Globe Life'],
    ['Bank of America North America', 'Bank of America'],
    ['1st Natl. Bk of Ohio', 'First National Bank of Ohio'],
    ['First National aBnk off Ohio', 'First National Bank of Ohio'],
    ['United Rentals', null],
    ['First National Bank of Idaho', null],
    ['First National Bank', null],
    ['Globe Wife', null],
    ['Apple Valley Farms', null],
    ['Bank of Armenia', null],
  ])('%s is %s', (company, accountId) => {
    expect(measureMatches(table, [{ kind: 'MISTYPED', company, accountId }]).answers).toEqual([accountId]);
  });
});
