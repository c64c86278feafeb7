/**
 * Reference tables: rows looked up by key, so that ten thousand accounts are not ten thousand rules. What a table cannot say
 * clearly (a key twice, ranges that overlap) is a fault with both lines.
 */
import { didYouMean } from './did-you-mean.ts';
import { entriesOf, fieldsOf, oneOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';
import { type RangeBounds, rangeColumnsOf, readRanges } from './read-ranges.ts';
import { type FindRow, findExact, findPrefix, findSuffix, suffixKey, TABLE_MATCHES, type TableMatch, tableKey } from './table-index.ts';
import { lineOfRow, type ReadRows, readCsvRows, readInlineRows, reportRow, type SourceRow, type TableRow } from './table-rows.ts';

export interface ReferenceTable {
  readonly name: string;
  /** The column that holds the key; the first one of a range. */
  readonly key: string;
  readonly match: TableMatch;
  readonly columns: readonly string[];
  /** By the key as written, in the order of the source: for whoever reads the whole table. */
  readonly rows: ReadonlyMap<string, TableRow>;
  /** The row that answers to a key. */
  readonly find: FindRow;
  /** Of a range table. */
  readonly bounds: RangeBounds | null;
  /** Where each row stands. */
  readonly sources: ReadonlyMap<TableRow, SourceRow>;
  readonly place: Place;
  /** It has faults that leave it without columns: what asks for it is not to blame. */
  readonly isBroken: boolean;
}

export type ReferenceTables = ReadonlyMap<string, ReferenceTable>;

export const TABLE_KEYS = { required: ['key'], optional: ['csv', 'rows', 'match', 'compare', 'description'] } as const;

/** The `tables` section. `files` holds the CSV texts by the name that the document uses. */
export function readTables(document: RuleSetDocument, place: Place | null, files: ReadonlyMap<string, string>): ReferenceTables {
  const tables = new Map<string, ReferenceTable>();
  if (place === null) return tables;
  for (const entry of entriesOf(document, place) ?? []) {
    const table = readTable(document, entry.value, { name: entry.key, files });
    tables.set(entry.key, table ?? brokenTable(entry.key, entry.value));
  }
  return tables;
}

/** A fault of a table's row, at its cell when `column` is given. */
export function reportInTable(
  document: RuleSetDocument,
  table: ReferenceTable,
  what: { readonly row: TableRow; readonly message: string; readonly column?: string | undefined },
): void {
  const source = table.sources.get(what.row);
  if (source === undefined) report(document, table.place, { message: what.message });
  else reportRow(document, source, what);
}

/** `line 7`: where a row stands in its file or in the document. */
export function lineInTable(document: RuleSetDocument, table: ReferenceTable, row: TableRow): string {
  const source = table.sources.get(row);
  return source === undefined ? `table ${table.name}` : lineOfRow(document, source);
}

function brokenTable(name: string, place: Place): ReferenceTable {
  const rows = new Map<string, TableRow>();
  return {
    name,
    key: '',
    match: 'exact',
    columns: [],
    rows,
    find: () => undefined,
    bounds: null,
    sources: new Map(),
    place,
    isBroken: true,
  };
}

function readTable(
  document: RuleSetDocument,
  place: Place,
  given: { readonly name: string; readonly files: ReadonlyMap<string, string> },
): ReferenceTable | null {
  const fields = fieldsOf(document, place, TABLE_KEYS);
  const key = textOf(document, fields?.get('key') ?? null);
  if (fields === null || key === null) return null;
  const csv = fields.get('csv');
  const rows = fields.get('rows');
  if ((csv === null) === (rows === null)) {
    report(document, place, { message: 'a table has either "csv" (a file name) or "rows" (inline)' });
    return null;
  }
  const match = fields.get('match') === null ? 'exact' : oneOf(document, fields.get('match'), TABLE_MATCHES);
  const read = csv === null ? readInlineRows(document, rows) : readCsvRows(document, csv, given.files);
  if (read === null || match === null) return null;
  const columns = match === 'range' ? rangeColumnsOf(key) : { from: key, to: key };
  const unknown = [columns.from, columns.to].find((column) => !read.columns.includes(column));
  if (unknown !== undefined) {
    const message = `the key column "${unknown}" is not in the table${didYouMean(unknown, read.columns)}`;
    report(document, fields.get('key') ?? place, { message, known: read.columns });
    return null;
  }
  if (fields.get('compare') !== null && match !== 'range')
    report(document, fields.get('compare') ?? place, { message: '"compare" says how the ends of ranges are compared: for match: range' });
  const sources = new Map(read.rows.map((source) => [source.row, source]));
  const table = { name: given.name, key: columns.from, match, columns: read.columns, sources, place, isBroken: false };
  if (match === 'range') {
    const compare = oneOf(document, fields.get('compare'), ['numbers', 'text']);
    const ranges = readRanges(document, read.rows, { columns, compare });
    return { ...table, rows: new Map(read.rows.map(({ row }) => [[row[columns.from], row[columns.to]].join('..'), row])), ...ranges };
  }
  const byKey = rowsByKey(document, read, { key, match });
  return { ...table, rows: byKey, find: finders[match](byKey), bounds: null };
}

const finders: Readonly<Record<Exclude<TableMatch, 'range'>, (rows: ReadonlyMap<string, TableRow>) => FindRow>> = {
  exact: findExact,
  prefix: findPrefix,
  suffix: findSuffix,
};

function rowsByKey(
  document: RuleSetDocument,
  { rows }: ReadRows,
  { key, match }: { readonly key: string; readonly match: TableMatch },
): ReadonlyMap<string, TableRow> {
  const keyOf = match === 'suffix' ? suffixKey : tableKey;
  const found = new Map<string, TableRow>();
  const firsts = new Map<string, SourceRow>();
  for (const source of rows) {
    const value = keyOf(source.row[key] ?? '');
    const first = firsts.get(value);
    if (value === '') reportRow(document, source, { message: `the key column "${key}" is empty`, column: key });
    else if (first !== undefined) {
      reportRow(document, source, {
        message: `key "${value}" stands twice in the table, first in ${lineOfRow(document, first)}`,
        column: key,
      });
    } else {
      found.set(value, source.row);
      firsts.set(value, source);
    }
  }
  return found;
}
