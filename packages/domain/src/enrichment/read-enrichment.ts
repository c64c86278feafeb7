/** The `enrichment` section: which tables feed which values. */
import { didYouMean } from '../rule-set/did-you-mean.ts';
import { type Fields, fieldsOf, type Place, type RuleSetDocument, report, textOf } from '../rule-set/document.ts';
import { type ReferenceTable, type ReferenceTables, tableKey } from '../rule-set/reference-table.ts';
import { type AccountMatcher, createAccountBook } from './account-matcher.ts';
import { findCountry } from './find-country.ts';
import { type Government, governmentOf } from './government-domains.ts';
import type { EnrichmentSources } from './lead-enricher.ts';
import { createTopicMatcher } from './topic-matcher.ts';

const NOTHING: EnrichmentSources = {
  defaultCountry: null,
  government: null,
  matchAccount: null,
  territories: null,
  topics: null,
  industries: null,
};

/** A table and the column that holds the value. */
interface TableUse {
  readonly table: ReferenceTable;
  readonly column: string;
  readonly place: Place;
}

export function readEnrichment(document: RuleSetDocument, place: Place | null, tables: ReferenceTables): EnrichmentSources {
  if (place === null) return NOTHING;
  const fields = fieldsOf(document, place, {
    optional: ['defaultCountry', 'government', 'accounts', 'territories', 'topics', 'industries'],
  });
  if (fields === null) return NOTHING;
  const use = (key: string): TableUse | null => readUse(document, fields.get(key), tables);
  const territories = use('territories');
  const topics = use('topics');
  const industries = use('industries');
  return {
    defaultCountry: readDefaultCountry(document, fields.get('defaultCountry')),
    government: readGovernmentTable(document, use('government')),
    matchAccount: readAccounts(document, fields.get('accounts'), tables),
    territories: territories === null ? null : { table: territories.table.name, byRegion: valuesByKey(document, territories) },
    topics: topics === null ? null : { table: topics.table.name, match: createTopicMatcher(readKeywords(document, topics)) },
    industries: industries === null ? null : { table: industries.table.name, byName: valuesByKey(document, industries) },
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

function readAccounts(document: RuleSetDocument, place: Place | null, tables: ReferenceTables): AccountMatcher | null {
  if (place === null) return null;
  const fields = fieldsOf(document, place, { required: ['table', 'name'], optional: ['aliases', 'domain', 'industry'] });
  const table = fields === null ? null : tableAt(document, fields, tables);
  if (fields === null || table === null) return null;
  const name = columnAt(document, fields, { table, key: 'name' });
  if (name === null) return null;
  const [aliases, domain, industry] = ['aliases', 'domain', 'industry'].map((key) => columnAt(document, fields, { table, key }));
  const book = createAccountBook(table, { name, aliases: aliases ?? null, domain: domain ?? null, industry: industry ?? null });
  for (const pair of book.ambiguous) {
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

function readKeywords(document: RuleSetDocument, use: TableUse): readonly { readonly keyword: string; readonly topic: string }[] {
  return [...valuesByKey(document, use)].map(([keyword, topic]) => {
    if (!/[\p{L}\p{N}]/u.test(keyword))
      report(document, use.place, { message: `table "${use.table.name}": keyword "${keyword}" has no letter or digit` });
    return { keyword, topic };
  });
}
