/** Sectors, names that tell an organisation's kind, sizes and segments. */
import { describe, expect, it } from 'vitest';
import { leadFor } from '../../../../test/support/example-leads.ts';
import type { Company } from '../lead.ts';
import { type KnownOfCompany, readCompany } from './company-findings.ts';
import { sizeBandOf } from './company-size.ts';
import type { EnrichmentSources } from './findings.ts';
import { findSector } from './naics-sectors.ts';
import { createNameReader } from './organisation-words.ts';

const SOURCES: EnrichmentSources = {
  defaultCountry: 'US',
  government: null,
  readName: createNameReader([]),
  matchAccount: null,
  findTerritory: null,
  matchTopics: null,
  matchProducts: null,
  findSegment: null,
  industries: null,
  detectLanguage: null,
  smallBusinessEmployees: 99,
};
const UNKNOWN: KnownOfCompany = { emailDomain: null, companyDomain: null, country: null };

function findings(company: Partial<Company>, known: Partial<KnownOfCompany> = {}) {
  const { company: nothing } = leadFor();
  return readCompany(SOURCES, leadFor({ company: { ...nothing, ...company } }), { ...UNKNOWN, ...known });
}

describe('findSector', () => {
  it.each([
    ['Banking', 'Finance and Insurance'],
    ['Financials', 'Finance and Insurance'],
    ['522110', 'Finance and Insurance'],
    ['32', 'Manufacturing'],
    ['31-33', 'Manufacturing'],
    ['Health insurance', 'Finance and Insurance'],
    ['Health Care', 'Health Care and Social Assistance'],
    ['computer software', 'Information'],
    ['IT', 'Information'],
    ['Public Administration', 'Public Administration'],
    ['food manufacturing', 'Manufacturing'],
    ['higher education', 'Educational Services'],
    ['Information Technology', 'Information'],
    ['Consumer Staples', 'Manufacturing'],
    ['beekeeping', null],
    ['99', null],
    ['', null],
  ])('%s is %s', (said, title) => {
    expect(findSector(said)?.sector.title ?? null).toBe(title);
  });
});

describe('a name', () => {
  const read = createNameReader([{ keyword: 'bundesamt', topic: 'FEDERAL' }]);
  it.each([
    ['U.S. Department of Energy', 'FEDERAL'],
    ['US Army Corps of Engineers', 'FEDERAL'],
    ['Bundesamt f\u00fcr Statistik', 'FEDERAL'],
    ['State of New York', 'STATE'],
    ['Texas Department of Public Safety', 'STATE'],
    ['Commonwealth of Massachusetts', 'STATE'],
    ['City of Austin', 'LOCAL'],
    ['Polk County Sheriff\u2019s Office', 'LOCAL'],
    ['State Farm', null],
    ['State Street Corporation', null],
    ['City National Bank', null],
    ['Federal Express', null],
    ['City of Industry Steel, Inc.', null],
    ['City of Hope', null],
    ['', null],
  ])('%s is of government %s', (name, level) => {
    expect(read(name).government?.level ?? null).toBe(level);
  });

  it.each([
    ['Ohio State University', true],
    ['Springfield School District', true],
    ['University Motors LLC', false],
    ['Acme Schools Supply', false],
  ])('%s is a school: %s', (name, isSchool) => {
    expect(read(name).education !== null).toBe(isSchool);
  });
});

describe('size and segment', () => {
  it.each([
    [0, 'MICRO'],
    [9, 'MICRO'],
    [10, 'SMALL'],
    [99, 'SMALL'],
    [100, 'MEDIUM'],
    [1_000, 'LARGE'],
    [10_000, 'ENTERPRISE'],
  ])('%d employees are %s', (employees, band) => {
    expect(sizeBandOf(employees)).toBe(band);
  });

  it('guesses the size by revenue with little confidence', () => {
    expect(findings({ annualRevenue: 50_000_000 }).sizeBand).toEqual({ value: 'MEDIUM', source: 'annual revenue', confidence: 0.5 });
    expect(findings({ annualRevenue: 50_000_000, employeeCount: 5 }).sizeBand).toMatchObject({ value: 'MICRO', confidence: 1 });
    expect(findings({}).sizeBand).toBeNull();
  });

  it.each([
    [{ name: 'City of Austin', employeeCount: 50 }, {}, 'GOVERNMENT'],
    [{ name: 'Some College' }, {}, 'EDUCATION'],
    [{ website: 'www.cs.ox.ac.uk' }, {}, 'EDUCATION'],
    [{ name: 'Acme' }, { companyDomain: 'mit.edu' }, 'EDUCATION'],
    [{ annualRevenue: 3e9 }, { country: 'US' }, 'FORTUNE_1000'],
    [{ annualRevenue: 3e9 }, { country: 'DE' }, null],
    [{ employeeCount: 99 }, {}, 'SMALL_BUSINESS'],
    [{ employeeCount: 100 }, {}, null],
    [{}, {}, null],
  ] as const)('%o with %o is %s', (company, known, segment) => {
    expect(findings(company, known).segment?.value ?? null).toBe(segment);
  });
});
