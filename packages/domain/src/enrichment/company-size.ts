/** Size bands by employees, and segments: which kind of customer an organisation is. */
import type { Enrichment } from '../lead.ts';

export type SizeBand = NonNullable<Enrichment['sizeBand']>;
export type Segment = NonNullable<Enrichment['segment']>;

/** Fewest employees of each band; bands by the powers of ten, as most vendors' forms have them. */
const BANDS: readonly (readonly [number, SizeBand])[] = [
  [10_000, 'ENTERPRISE'],
  [1_000, 'LARGE'],
  [100, 'MEDIUM'],
  [10, 'SMALL'],
  [0, 'MICRO'],
];

/** As they are called, the largest first. */
export const SIZE_BANDS: readonly SizeBand[] = BANDS.map(([, band]) => band);

/** Mean yearly revenue an employee of US firms, in dollars (US Census Bureau, SUSB 2022: 50 trillion over 136 million, rounded down for small firms). */
const REVENUE_AN_EMPLOYEE = 250_000;

/** Yearly revenue of the thousandth company of the Fortune list of 2024, in US dollars, rounded. */
export const FORTUNE_1000_REVENUE = 2_000_000_000;

/** Most employees of a small business, unless the rule set says otherwise: US agencies' sizes differ by industry from 100 up. */
export const SMALL_BUSINESS_EMPLOYEES = 99;

/** `employees` is 0 or more. */
export function sizeBandOf(employees: number): SizeBand {
  for (const [least, band] of BANDS) if (employees >= least) return band;
  return 'MICRO';
}

/** A rough guess for a company of which only the revenue is known. */
export function employeesByRevenue(annualRevenue: number): number {
  return Math.round(annualRevenue / REVENUE_AN_EMPLOYEE);
}

/** Segments that need no declaration. */
export const KNOWN_SEGMENTS: readonly Segment[] = ['FORTUNE_1000', 'GOVERNMENT', 'EDUCATION', 'SMALL_BUSINESS'];

const SEGMENT_WORDS: ReadonlyMap<string, Segment> = new Map([
  ['fortune 1000', 'FORTUNE_1000'],
  ['fortune_1000', 'FORTUNE_1000'],
  ['fortune 500', 'FORTUNE_1000'],
  ['government', 'GOVERNMENT'],
  ['education', 'EDUCATION'],
  ['small business', 'SMALL_BUSINESS'],
  ['small_business', 'SMALL_BUSINESS'],
]);

/** Of a cell in a table, in any case: one of `declared`, or of those that need no declaration; null for other words. */
export function segmentOf(text: string, declared: readonly string[]): Segment | null {
  const word = text.trim().toLowerCase();
  return declared.find((name) => name.toLowerCase() === word) ?? SEGMENT_WORDS.get(word) ?? null;
}
