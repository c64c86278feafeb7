/** The `enrichment` section: which tables feed which values. */
import { didYouMean } from '../rule-set/did-you-mean.ts';
import {
  booleanOf,
  type Fields,
  fieldsOf,
  numberOf,
  oneOf,
  type Place,
  type RuleSetDocument,
  report,
  textOf,
} from '../rule-set/document.ts';
import { type ReferenceTable, type ReferenceTables, tableKey } from '../rule-set/reference-table.ts';
import { type AccountMatcher, createAccountBook } from './account-matcher.ts';
import { SMALL_BUSINESS_EMPLOYEES } from './company-size.ts';
import { findCountry } from './find-country.ts';
import type { EnrichmentSources } from './findings.ts';
import { type Government, governmentOf } from './government-domains.ts';
import { openLanguageDetector } from './language-detector.ts';
import { createNameReader } from './organisation-words.ts';
import { createTopicMatcher, type TopicKeyword } from './topic-matcher.ts';

const NOTHING: EnrichmentSources = {
  defaultCountry: null,
  government: null,
  readName: createNameReader([]),
  matchAccount: null,
  territories: null,
  topics: null,
  industries: null,
  detectLanguage: null,
  smallBusinessEmployees: SMALL_BUSINESS_EMPLOYEES,
};

const KEYS = [
  'defaultCountry',
  'government',
  'governmentKeywords',
  'accounts',
  'territories',
  'topics',
  'industries',
  'detectLanguage',
  'smallBusinessEmployees',
];

/** A table and the column that holds the value. */
interface TableUse {
  readonly table: ReferenceTable;
  readonly column: string;
  readonly place: Place;
}

export function readEnrichment(document: RuleSetDocument, place: Place | null, tables: ReferenceTables): EnrichmentSources {
  if (place === null) return NOTHING;
  const fields = fieldsOf(document, place, { optional: KEYS });
  if (fields === null) return NOTHING;
  const use = (key: string): TableUse | null => readUse(document, fields.get(key), tables);
  const territories = use('territories');
  const topics = use('topics');
  const industries = use('industries');
  return {
    defaultCountry: readDefaultCountry(document, fields.get('defaultCountry')),
    government: readGovernmentTable(document, use('government')),
    readName: readNameKeywords(document, use('governmentKeywords')),
    matchAccount: readAccounts(document, fields.get('accounts'), tables),
    territories:
      territories === null ? null : { table: territories.table.name, byRegion: byWholeRegion(valuesByKey(document, territories)) },
    topics: topics === null ? null : { table: topics.table.name, match: createTopicMatcher(readKeywords(document, topics)) },
    industries: industries === null ? null : { table: industries.table.name, byName: valuesByKey(document, industries) },
    detectLanguage: booleanOf(document, fields.get('detectLanguage')) === true ? openLanguageDetector() : null,
    smallBusinessEmployees:
      numberOf(document, fields.get('smallBusinessEmployees'), { min: 0, max: 1_000_000, integer: true }) ?? SMALL_BUSINESS_EMPLOYEES,
  };
}

function readUse(document: RuleSetDocument, place: Place | null, tables: ReferenceTables): TableUse | null {
  if (place === null) return null;
  const fields = fieldsOf(document, place, { required: ['table', 'column'] });
  if (fields === null) return null;
  const table = tableAt(document, fields, tables);
  const column = table === null ? null : columnAt(document, fields, { table, key: 'column' });
  return table === null || column === null ? null : { table, column, place };
}

function tableAt(document: RuleSetDocument, fields: Fields, tables: ReferenceTables): ReferenceTable | null {
  const place = fields.get('table');
  const name = textOf(document, place);
  if (name === null || place === null) return null;
  const table = tables.get(name);
  if (table === undefined) report(document, place, { message: `there is no table "${name}"${didYouMean(name, [...tables.keys()])}` });
  return table ?? null;
}

function columnAt(
  document: RuleSetDocument,
  fields: Fields,
  wanted: { readonly table: ReferenceTable; readonly key: string },
): string | null {
  const place = fields.get(wanted.key);
  const name = textOf(document, place);
  if (name === null || place === null) return null;
  const { columns } = wanted.table;
  if (columns.includes(name)) return name;
  report(document, place, {
    message: `table "${wanted.table.name}" has no column "${name}"${didYouMean(name, columns)}; it has ${columns.join(', ')}`,
  });
  return null;
}

function readDefaultCountry(document: RuleSetDocument, place: Place | null): string | null {
  const text = textOf(document, place);
  if (text === null || place === null) return null;
  const country = /^[A-Z]{2}$/.test(text) ? findCountry(text) : null;
  if (country === null) report(document, place, { message: `"${text}" is not a country code of ISO 3166-1 such as US` });
  return country;
}

function readGovernmentTable(document: RuleSetDocument, use: TableUse | null): EnrichmentSources['government'] {
  if (use === null) return null;
  const levels = new Map<string, Government>();
  for (const [domain, row] of use.table.rows) {
    const type = row[use.column] ?? '';
    const level = governmentOf(type);
    if (level === null)
      report(document, use.place, {
        message: `table "${use.table.name}", ${domain}: "${type}" is no level of government: use Federal, State or Local`,
      });
    else levels.set(domain, level);
  }
  return { table: use.table.name, levels };
}

function readNameKeywords(document: RuleSetDocument, use: TableUse | null): EnrichmentSources['readName'] {
  if (use === null) return NOTHING.readName;
  const keywords = readKeywords(document, use).flatMap(({ keyword, topic }) => {
    const level = governmentOf(topic);
    if (level !== null) return [{ keyword, topic: level }];
    report(document, use.place, {
      message: `table "${use.table.name}", ${keyword}: "${topic}" is no level of government: use Federal, State or Local`,
    });
    return [];
  });
  return createNameReader(keywords);
}

function readAccounts(document: RuleSetDocument, place: Place | null, tables: ReferenceTables): AccountMatcher | null {
  if (place === null) return null;
  const fields = fieldsOf(document, place, {
    required: ['table', 'name'],
    optional: ['aliases', 'domain', 'industry', 'segment', 'employees', 'fuzzy', 'sharedNames'],
  });
  const table = fields === null ? null : tableAt(document, fields, tables);
  if (fields === null || table === null) return null;
  const name = columnAt(document, fields, { table, key: 'name' });
  if (name === null) return null;
  const column = (key: string): string | null => columnAt(document, fields, { table, key });
  const columns = {
    name,
    aliases: column('aliases'),
    domain: column('domain'),
    industry: column('industry'),
    segment: column('segment'),
    employees: column('employees'),
  };
  const book = createAccountBook(table, { columns, isFuzzy: booleanOf(document, fields.get('fuzzy')) !== false });
  for (const message of book.faults) report(document, place, { message: `table "${table.name}", ${message}` });
  const mayShare = oneOf(document, fields.get('sharedNames'), ['fault', 'ignore']) === 'ignore';
  for (const pair of mayShare ? [] : book.ambiguous) {
    report(document, place, {
      message: `table "${table.name}": accounts ${pair.first} and ${pair.second} cannot be told apart by "${pair.key}"`,
    });
  }
  return book.match;
}

function valuesByKey(document: RuleSetDocument, use: TableUse): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [key, row] of use.table.rows) {
    const value = row[use.column] ?? '';
    if (value === '') report(document, use.place, { message: `table "${use.table.name}", ${key}: column "${use.column}" is empty` });
    else values.set(tableKey(key), value);
  }
  return values;
}

/** `ca` and `945` are American: `US-CA`, `US-945`. Where both are written, the longer writing counts. */
function byWholeRegion(values: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const upper = [...values].map(([key, value]): [string, string] => [key.toUpperCase(), value]);
  const isShort = ([key]: readonly [string, string]): boolean => /^(?:[A-Z]{2}|\d{3})$/.test(key);
  const short = upper.filter(isShort).map(([key, value]): [string, string] => [`US-${key}`, value]);
  return new Map([...short, ...upper.filter((entry) => !isShort(entry))]);
}

function readKeywords(document: RuleSetDocument, use: TableUse): readonly TopicKeyword[] {
  return [...valuesByKey(document, use)].map(([keyword, topic]) => {
    if (!/[\p{L}\p{N}]/u.test(keyword))
      report(document, use.place, { message: `table "${use.table.name}": keyword "${keyword}" has no letter or digit` });
    return { keyword, topic };
  });
}
