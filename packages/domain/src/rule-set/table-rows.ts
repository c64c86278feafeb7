/** Rows of a reference table as they are written, in a CSV file or in the document, each with its place for faults. */
import { didYouMean } from './did-you-mean.ts';
import { entriesOf, isMapping, itemsOf, lineAround, type Place, type RuleSetDocument, report, textOf } from './document.ts';
import { cellOffset, parseCsv } from './parse-csv.ts';

export type TableRow = Readonly<Record<string, string>>;

interface CsvFile {
  readonly name: string;
  readonly text: string;
  readonly columns: readonly string[];
}

export interface SourceRow {
  readonly row: TableRow;
  /** In the document: the row itself, or the name of its file. */
  readonly place: Place;
  /** In the file, from 1; null for rows in the document. */
  readonly inFile: { readonly file: CsvFile; readonly line: number; readonly offset: number } | null;
}

export interface ReadRows {
  readonly columns: readonly string[];
  readonly rows: readonly SourceRow[];
}

/** A fault of a row, at its cell when `column` is given. */
export function reportRow(
  document: RuleSetDocument,
  { place, inFile }: SourceRow,
  what: { readonly message: string; readonly column?: string | undefined },
): void {
  const { message } = what;
  if (inFile === null) {
    const cell = what.column === undefined ? undefined : entriesOf(document, place)?.find(({ key }) => key === what.column)?.value;
    report(document, cell === undefined || cell.node === null ? place : cell, { message });
    return;
  }
  const { file, line, offset } = inFile;
  const index = what.column === undefined ? 0 : Math.max(0, file.columns.indexOf(what.column));
  const at = cellOffset(file.text, offset, index);
  // A quoted cell before this one may have line breaks: then the record's first line is told.
  const start = file.text.slice(offset, at).includes('\n') ? offset : at;
  const excerpt = lineAround(file.text, start);
  const column = start - (file.text.lastIndexOf('\n', Math.max(0, start - 1)) + 1) + 1;
  report(document, place, { message, inFile: { file: file.name, line, column: start === 0 ? 1 : column, excerpt } });
}

/** `line 7`, in whichever file the row is. */
export function lineOfRow(document: RuleSetDocument, { place, inFile }: SourceRow): string {
  const line = inFile?.line ?? document.lines.linePos(place.node?.range?.[0] ?? 0).line;
  return `line ${line}`;
}

export function readCsvRows(document: RuleSetDocument, place: Place, files: ReadonlyMap<string, string>): ReadRows | null {
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
  const file: CsvFile = { name, text, columns };
  const placed = (record: typeof header, row: TableRow): SourceRow => ({
    row,
    place,
    inFile: { file, line: record.line, offset: record.offset },
  });
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  const separator = columns.length === 1 ? /[;\t|]/.exec(header.cells[0] ?? '')?.[0] : undefined;
  if (separator !== undefined) {
    const message = `one column only: separate cells by commas, not by ${JSON.stringify(separator)}`;
    reportRow(document, placed(header, {}), { message });
    return null;
  }
  if (twice !== undefined) reportRow(document, placed(header, {}), { message: `column "${twice}" stands twice`, column: twice });
  const rows: SourceRow[] = [];
  for (const record of records) {
    const row = Object.fromEntries(columns.map((column, index) => [column, (record.cells[index] ?? '').trim()]));
    if (hasOpenQuote(text, record)) reportRow(document, placed(record, row), { message: 'a quote that opens in this row is never closed' });
    else if (record.cells.length === columns.length) rows.push(placed(record, row));
    else reportRow(document, placed(record, row), { message: `${record.cells.length} cells where the header has ${columns.length}` });
  }
  return { columns, rows };
}

/** It takes the rest of the file for a cell's text. */
function hasOpenQuote(text: string, { cells, offset }: { readonly cells: readonly string[]; readonly offset: number }): boolean {
  const start = cellOffset(text, offset, cells.length - 1);
  return text[start] === '"' && (text.slice(start).replaceAll('""', '').match(/"/g) ?? []).length === 1 && /\n./.test(cells.at(-1) ?? '');
}

export function readInlineRows(document: RuleSetDocument, place: Place | null): ReadRows {
  const columns = new Set<string>();
  const rows: SourceRow[] = [];
  for (const item of itemsOf(document, place)) {
    if (!isMapping(document, item)) {
      report(document, item, { message: 'a row is a mapping: { column: value }' });
      continue;
    }
    const cells = (entriesOf(document, item) ?? []).map((cell): [string, string] => [cell.key, cellText(document, cell.value)]);
    for (const [column] of cells) columns.add(column);
    rows.push({ row: Object.fromEntries(cells), place: item, inFile: null });
  }
  const all = [...columns];
  const filled = rows.map((source) => ({ ...source, row: Object.fromEntries(all.map((column) => [column, source.row[column] ?? ''])) }));
  return { columns: all, rows: filled };
}

function cellText(document: RuleSetDocument, place: Place): string {
  return place.node === null ? '' : (textOf(document, place) ?? '').trim();
}
