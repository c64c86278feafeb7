/**
 * The lines that could not be imported, as a CSV file like the one they come from, with line number and reason behind them: it is
 * mended and imported again with the same mapping. Written anew by each run; holds what the input holds, so only its owner may read it.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { REJECT_COLUMNS } from './mapping.ts';
import type { CsvRecord } from './read-records.ts';

export interface RejectsFile {
  write(record: CsvRecord, reasons: readonly string[]): Promise<void>;
  /** Removes a file without any reject. */
  close(): Promise<void>;
}

export interface RejectsOptions {
  readonly path: string;
  readonly columns: readonly string[];
  readonly hasHeader: boolean;
  readonly delimiter: string;
  readonly quote: string | null;
}

/** UTF-8, whatever the input is in: the mark says so to whoever reads it. */
const BYTE_ORDER_MARK = '\ufeff';
const OWNER_ONLY = 0o600;

export async function openRejects(options: RejectsOptions): Promise<RejectsFile> {
  const { path, columns, hasHeader } = options;
  let file: FileHandle | null = null;
  await rm(path, { force: true });
  return {
    async write({ line, cells }, reasons) {
      if (file === null) {
        file = await open(path, 'w', OWNER_ONLY);
        await file.write(`${BYTE_ORDER_MARK}${hasHeader ? rowOf([...columns, ...REJECT_COLUMNS], options) : ''}`);
      }
      // One that is no record stands in the first cell, as it is.
      const padded = columns.map((_, index) => cells[index] ?? '');
      const beyond = cells.slice(columns.length);
      await file.write(
        rowOf([...padded, String(line), [...reasons, ...beyond.map((cell) => `one cell more: ${cell}`)].join('; ')], options),
      );
    },
    async close() {
      await file?.close();
    },
  };
}

function rowOf(cells: readonly string[], { delimiter, quote }: RejectsOptions): string {
  return `${cells.map((cell) => quoted(cell, { delimiter, quote })).join(delimiter)}\n`;
}

function quoted(cell: string, { delimiter, quote }: Pick<RejectsOptions, 'delimiter' | 'quote'>): string {
  if (quote === null) return cell.replaceAll(delimiter, ' ').replaceAll(/[\r\n]+/g, ' ');
  const needsQuotes = cell.includes(delimiter) || cell.includes(quote) || /[\r\n]/.test(cell);
  return needsQuotes ? `${quote}${cell.replaceAll(quote, quote + quote)}${quote}` : cell;
}
