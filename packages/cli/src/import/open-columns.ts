/** The beginning of a file: its delimiter where the mapping does not say it, and the names of its columns. */
import { CliError, EXIT } from '../connect/cli-error.ts';
import { type FileLayout, REJECT_COLUMNS } from './mapping.ts';
import { openText } from './open-text.ts';
import { type CsvRecord, type ReadOptions, readRecords } from './read-records.ts';

export interface OpenedColumns {
  readonly columns: readonly string[];
  /** The records after the header are to be read; false: the first record is one already. */
  readonly hasHeader: boolean;
  readonly options: ReadOptions;
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
const HEAD_BYTES = 65_536;

/** Rejects with a CliError for a file that cannot be read or is empty. */
export async function openColumns(file: string, layout: FileLayout): Promise<OpenedColumns> {
  const options = await readOptions(file, layout);
  const [first] = await firstRecords(file, { options, most: 1 });
  if (first === undefined) {
    throw new CliError('LR_CLI_USAGE', `${file} is empty: there is nothing to import.`, { exitCode: EXIT.USAGE });
  }
  if (layout.columns !== null) return { columns: layout.columns, hasHeader: false, options };
  return { columns: first.cells.map((cell) => cell.trim()), hasHeader: true, options };
}

/** As the mapping says; but the rejects of a file with lines before its header begin with the header at once. */
async function readOptions(file: string, layout: FileLayout): Promise<ReadOptions> {
  const { encoding, quote, skipLines } = layout;
  const optionsFrom = async (from: number): Promise<ReadOptions> => {
    const delimiter = layout.delimiter ?? (await guessDelimiter(file, { encoding, skipLines: from }));
    return { delimiter, quote, encoding, skipLines: from };
  };
  if (skipLines > 0) {
    const options = await optionsFrom(0);
    const [first] = await firstRecords(file, { options, most: 1 });
    const last = first?.cells.slice(-REJECT_COLUMNS.length).map((cell) => cell.trim());
    if (last?.join() === REJECT_COLUMNS.join()) return options;
  }
  return optionsFrom(skipLines);
}

/** At most `most`. */
export async function firstRecords(
  file: string,
  { options, most }: { readonly options: ReadOptions; readonly most: number },
): Promise<readonly CsvRecord[]> {
  const found: CsvRecord[] = [];
  for await (const records of readRecords(file, options)) {
    found.push(...records.slice(0, most - found.length));
    if (found.length >= most) break;
  }
  return found;
}

/** The one that the first line has most of; a comma where it has none. */
async function guessDelimiter(file: string, { encoding, skipLines }: Pick<FileLayout, 'encoding' | 'skipLines'>): Promise<string> {
  let head = '';
  for await (const chunk of openText(file, { encoding })) {
    head += chunk.toString('utf8');
    if (head.length >= HEAD_BYTES) break;
  }
  const lines = head.split(/\r\n?|\n/).filter((line) => line.trim() !== '');
  const header = (lines[skipLines] ?? '').replaceAll(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((delimiter) => header.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',';
}
