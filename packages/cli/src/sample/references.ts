/** The real references under the sample: companies, government domains, states. Read once, from data/ beside this file. */
import { readFileSync } from 'node:fs';
import { parseCsv } from '@lead-router/domain/rule-set/parse-csv.ts';
import { itemAt } from './seeded-random.ts';

export interface ReferenceCompany {
  readonly name: string;
  readonly industry: string;
  /** Headquarters; null outside the United States. */
  readonly city: string | null;
  readonly region: string | null;
}

export interface GovernmentBody {
  readonly domain: string;
  readonly level: string;
  readonly organization: string;
  readonly city: string;
  readonly region: string;
}

export interface State {
  readonly region: string;
  readonly name: string;
  /** First three digits, both ends included. */
  readonly zipPrefixes: readonly (readonly [from: number, to: number])[];
  readonly areaCodes: readonly string[];
  readonly cities: readonly string[];
}

const read = (file: string): readonly (readonly string[])[] =>
  parseCsv(readFileSync(new URL(`data/${file}`, import.meta.url), 'utf8'))
    .slice(1)
    .map(({ cells }) => cells);

export const companies: readonly ReferenceCompany[] = read('companies.csv').map((cells) => ({
  name: itemAt(cells, 0),
  industry: itemAt(cells, 1),
  city: cells[2] || null,
  region: cells[3] || null,
}));

const government = read('government-domains.csv').map((cells) => ({
  domain: itemAt(cells, 0),
  level: itemAt(cells, 1),
  organization: itemAt(cells, 2),
  city: itemAt(cells, 3),
  region: itemAt(cells, 4),
}));

/** By level: FEDERAL, STATE, LOCAL. */
export const governmentBodies: Readonly<Record<'FEDERAL' | 'STATE' | 'LOCAL', readonly GovernmentBody[]>> = {
  FEDERAL: government.filter(({ level }) => level === 'FEDERAL'),
  STATE: government.filter(({ level }) => level === 'STATE'),
  LOCAL: government.filter(({ level }) => level === 'LOCAL'),
};

export const states: readonly State[] = read('states.csv').map((cells) => ({
  region: itemAt(cells, 0),
  name: itemAt(cells, 1),
  zipPrefixes: itemAt(cells, 2).split(' ').map(prefixRange),
  areaCodes: itemAt(cells, 3).split(' '),
  cities: itemAt(cells, 4).split(';'),
}));

function prefixRange(text: string): readonly [number, number] {
  const [from = '', to = from] = text.split('-');
  return [Number(from), Number(to)];
}
