/**
 * Reference tables: rows looked up by key, so that ten thousand accounts are not ten thousand rules.
 * Keys are compared without regard to case and outer spaces.
 */
import { didYouMean } from './did-you-mean.ts';
import { entriesOf, fieldsOf, isMapping, itemsOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';
import { parseCsv } from './parse-csv.ts';

export type TableRow = Readonly<Record<string, string>>;

export interface ReferenceTable {
  readonly name: string;
  readonly key: string;
  readonly columns: readonly string[];
  /** Under `tableKey(key)`, in the order of the source. */
  readonly rows: ReadonlyMap<string, TableRow>;
  readonly place: Place;
}

export type ReferenceTables = ReadonlyMap<string, ReferenceTable>;

interface SourceRow {
  readonly row: TableRow;
  /** Where it stands, for faults. */
  readonly where: string;
  readonly place: Place;
}

export function tableKey(text: string): string {
  return text.trim().toLowerCase();
}

/** The `tables` section. `files` holds the CSV texts by the name that the document uses. */
export function readTables(document: RuleSetDocument, place: Place | null, files: ReadonlyMap<string, string>): ReferenceTables {
  const tables = new Map<string, ReferenceTable>();
  if (place === null) return tables;
  for (const entry of entriesOf(document, place) ?? []) {
    const table = readTable(document, entry.value, { name: entry.key, files });
    if (table !== null) tables.set(entry.key, table);
  }
  return tables;
}

function readTable(
  document: RuleSetDocument,
  place: Place,
  given: { readonly name: string; readonly files: ReadonlyMap<string, string> },
): ReferenceTable | null {
  const fields = fieldsOf(document, place, { required: ['key'], optional: ['csv', 'rows', 'description'] });
  const key = textOf(document, fields?.get('key') ?? null);
  if (fields === null || key === null) return null;
  const csv = fields.get('csv');
  const rows = fields.get('rows');
  if ((csv === null) === (rows === null)) {
    report(document, place, { message: 'a table has either "csv" (a file name) or "rows" (inline)' });
    return null;
  }
  const read = csv === null ? readInlineRows(document, rows) : readCsvRows(document, csv, given.files);
  if (read === null) return null;
  if (!read.columns.includes(key)) {
    const keyPlace = fields.get('key') ?? place;
    report(document, keyPlace, { message: `the key column "${key}" is not in the table${didYouMean(key, read.columns)}` });
    return null;
  }
  return { name: given.name, key, columns: read.columns, rows: byKey(document, read.rows, key), place };
}

interface ReadRows {
  readonly columns: readonly string[];
  readonly rows: readonly SourceRow[];
}

function readCsvRows(document: RuleSetDocument, place: Place, files: ReadonlyMap<string, string>): ReadRows | null {
  const name = textOf(document, place);
  if (name === null) return null;
  const text = files.get(name);
  if (text === undefined) {
    report(document, place, { message: `file "${name}" is not there${didYouMean(name, [...files.keys()])}` });
    return null;
  }
  const [header, ...records] = parseCsv(text);
  if (header === undefined) {
    report(document, place, { message: `file "${name}" is empty: its first line names the columns` });
    return null;
  }
  const columns = header.cells.map((cell) => cell.trim());
  if (new Set(columns).size !== columns.length)
    report(document, place, { message: `file "${name}": a column name stands twice in line 1` });
  const rows: SourceRow[] = [];
  for (const record of records) {
    const where = `file "${name}" line ${record.line}`;
    if (record.cells.length !== columns.length) {
      report(document, place, { message: `${where}: ${record.cells.length} cells where the header has ${columns.length}` });
      continue;
    }
    rows.push({ row: Object.fromEntries(columns.map((column, index) => [column, (record.cells[index] ?? '').trim()])), where, place });
  }
  return { columns, rows };
}

function readInlineRows(document: RuleSetDocument, place: Place | null): ReadRows {
  const columns = new Set<string>();
  const rows: SourceRow[] = [];
  for (const item of itemsOf(document, place)) {
    if (!isMapping(document, item)) {
      report(document, item, { message: 'a row is a mapping: { column: value }' });
      continue;
    }
    const cells = (entriesOf(document, item) ?? []).map((cell): [string, string] => [cell.key, cellText(document, cell.value)]);
    for (const [column] of cells) columns.add(column);
    rows.push({ row: Object.fromEntries(cells), where: item.path, place: item });
  }
  const all = [...columns];
  const filled = rows.map((source) => ({ ...source, row: Object.fromEntries(all.map((column) => [column, source.row[column] ?? ''])) }));
  return { columns: all, rows: filled };
}

function cellText(document: RuleSetDocument, place: Place): string {
  return place.node === null ? '' : (textOf(document, place) ?? '').trim();
}

function byKey(document: RuleSetDocument, rows: readonly SourceRow[], key: string): ReadonlyMap<string, TableRow> {
  const found = new Map<string, TableRow>();
  for (const source of rows) {
    const value = tableKey(source.row[key] ?? '');
    if (value === '') report(document, source.place, { message: `${source.where}: the key column "${key}" is empty` });
    else if (found.has(value)) report(document, source.place, { message: `${source.where}: key "${value}" stands twice in the table` });
    else found.set(value, source.row);
  }
  return found;
}
