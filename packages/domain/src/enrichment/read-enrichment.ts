/** The `enrichment` section: which tables feed which values. */
import { booleanOf, fieldsOf, numberOf, oneOf, type Place, type RuleSetDocument, report, textOf } from '../rule-set/document.ts';
import { lineInTable, type ReferenceTable, type ReferenceTables, reportInTable } from '../rule-set/reference-table.ts';
import type { TableRow } from '../rule-set/table-rows.ts';
import { type AccountMatcher, createAccountBook } from './account-matcher.ts';
import { SMALL_BUSINESS_EMPLOYEES } from './company-size.ts';
import { findCountry } from './find-country.ts';
import type { EnrichmentSources } from './findings.ts';
import { type Government, governmentOf } from './government-domains.ts';
import { openLanguageDetector } from './language-detector.ts';
import { createNameReader } from './organisation-words.ts';
import { hasWord, readProductSection, readTopicSection } from './read-keywords.ts';
import { readTerritories } from './read-territories.ts';
import { columnAt, readTableUse, type TableUse, tableAt } from './table-use.ts';
import { createTopicMatcher, type TopicKeyword } from './topic-matcher.ts';

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

/** What other sections say that enrichment finds by. */
export interface EnrichmentSections {
  readonly tables: ReferenceTables;
  readonly territories: Place | null;
  readonly topics: Place | null;
  readonly products: Place | null;
  /** Declared segments. */
  readonly segments: readonly string[];
}

export interface ReadEnrichment {
  /** Without the segments: their conditions are read when all names are known. */
  readonly sources: Omit<EnrichmentSources, 'findSegment'>;
  /** What there is to be found; null where nothing says it, so that nothing is. */
  readonly names: {
    readonly territories: readonly string[] | null;
    readonly topics: readonly string[] | null;
    readonly products: readonly string[];
  };
}

export function readEnrichment(document: RuleSetDocument, place: Place | null, sections: EnrichmentSections): ReadEnrichment {
  const { tables } = sections;
  const fields = place === null ? null : fieldsOf(document, place, { optional: KEYS });
  const at = (key: string): Place | null => fields?.get(key) ?? null;
  const use = (key: string): TableUse | null => readTableUse(document, at(key), tables);
  const industries = use('industries');
  const territories = readTerritories(document, sections.territories, { tables, short: use('territories') });
  const topics = [...readKeywords(document, use('topics')), ...readTopicSection(document, sections.topics)];
  const products = readProductSection(document, sections.products);
  const sources: ReadEnrichment['sources'] = {
    defaultCountry: readDefaultCountry(document, at('defaultCountry')),
    government: readGovernmentTable(document, use('government')),
    readName: readNameKeywords(document, use('governmentKeywords')),
    matchAccount: readAccounts(document, at('accounts'), sections),
    findTerritory: territories?.find ?? null,
    matchTopics: topics.length === 0 ? null : createTopicMatcher(topics),
    matchProducts: products.length === 0 ? null : createTopicMatcher(products),
    industries: industries === null ? null : readIndustries(document, industries),
    detectLanguage: booleanOf(document, at('detectLanguage')) === true ? openLanguageDetector() : null,
    smallBusinessEmployees:
      numberOf(document, at('smallBusinessEmployees'), { min: 0, max: 1_000_000, integer: true }) ?? SMALL_BUSINESS_EMPLOYEES,
  };
  const namesIn = (keywords: readonly TopicKeyword[]): readonly string[] => [...new Set(keywords.map(({ topic }) => topic))].sort();
  return {
    sources,
    names: { territories: territories?.names ?? null, topics: topics.length === 0 ? null : namesIn(topics), products: namesIn(products) },
  };
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
  if (use.table.match !== 'suffix') requireExact(document, use.place, use.table);
  const levels = new Map<string, Government>();
  for (const [domain, row] of use.table.rows) {
    const level = levelIn(document, use, row);
    if (level !== null) levels.set(domain, level);
  }
  return { table: use.table.name, levels };
}

function levelIn(document: RuleSetDocument, { table, column }: TableUse, row: TableRow): Government | null {
  const type = row[column] ?? '';
  const level = governmentOf(type);
  if (level === null)
    reportInTable(document, table, { row, column, message: `"${type}" is no level of government: use Federal, State or Local` });
  return level;
}

function readNameKeywords(document: RuleSetDocument, use: TableUse | null): EnrichmentSources['readName'] {
  if (use === null) return createNameReader([]);
  const keywords = readKeywords(document, use).flatMap(({ keyword, row }) => {
    const level = levelIn(document, use, row);
    return level === null ? [] : [{ keyword, topic: level }];
  });
  return createNameReader(keywords);
}

function readAccounts(
  document: RuleSetDocument,
  place: Place | null,
  { tables, segments }: Pick<EnrichmentSections, 'tables' | 'segments'>,
): AccountMatcher | null {
  if (place === null) return null;
  const fields = fieldsOf(document, place, {
    required: ['table', 'name'],
    optional: ['aliases', 'domain', 'industry', 'segment', 'employees', 'fuzzy', 'sharedNames'],
  });
  const table = fields === null ? null : tableAt(document, fields, tables);
  if (fields === null || table === null) return null;
  requireExact(document, fields.get('table') ?? place, table);
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
  const book = createAccountBook(table, { columns, isFuzzy: booleanOf(document, fields.get('fuzzy')) !== false, segments });
  for (const fault of book.faults) reportInTable(document, table, fault);
  const mayShare = oneOf(document, fields.get('sharedNames'), ['fault', 'ignore']) === 'ignore';
  for (const pair of mayShare ? [] : book.ambiguous) {
    const [first, second] = [pair.first, pair.second].map((accountId) => table.find(accountId));
    const where = first === undefined ? '' : ` (${lineInTable(document, table, first)})`;
    const message = `account ${pair.second} cannot be told from ${pair.first}${where} by "${pair.key}"`;
    if (second === undefined) report(document, place, { message });
    else reportInTable(document, table, { row: second, message });
  }
  return book.match;
}

/** By the table's own match: a prefix table has `bank` for banks and banking. */
function readIndustries(document: RuleSetDocument, { table, column }: TableUse): NonNullable<EnrichmentSources['industries']> {
  for (const row of table.rows.values()) requireValue(document, { table, column, row });
  return { table: table.name, industryOf: (said) => table.find(said)?.[column] };
}

interface KeywordRow extends TopicKeyword {
  readonly row: TableRow;
}

/** Each key a keyword, each value what it stands for. */
function readKeywords(document: RuleSetDocument, use: TableUse | null): readonly KeywordRow[] {
  if (use === null) return [];
  const { table, column, place } = use;
  requireExact(document, place, table);
  const source = `table ${table.name}`;
  return [...table.rows].map(([keyword, row]) => {
    if (!hasWord(keyword))
      reportInTable(document, table, { row, message: `keyword "${keyword}" has no letter or digit`, column: table.key });
    return { keyword, topic: requireValue(document, { table, column, row }), source, row };
  });
}

function requireValue(document: RuleSetDocument, { table, column, row }: Omit<TableUse, 'place'> & { readonly row: TableRow }): string {
  const value = row[column] ?? '';
  if (value === '') reportInTable(document, table, { row, message: `column "${column}" is empty`, column });
  return value;
}

/** A table that is read as a whole, and not asked. */
function requireExact(document: RuleSetDocument, place: Place, table: ReferenceTable): void {
  if (table.match === 'exact') return;
  report(document, place, {
    message: `table "${table.name}" has match: ${table.match}; here each key is taken as written: leave "match" out`,
  });
}
