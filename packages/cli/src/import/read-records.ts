/**
 * The records of a CSV file with their lines, in portions, as fast as they are taken. One bad record costs one record: where a
 * quote is opened and never closed, the parser would swallow the rest of the file, so reading begins anew after that line.
 */
import { type CsvError, type Info, parse } from 'csv-parse';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { openText, type TextOptions } from './open-text.ts';

export interface CsvRecord {
  /** In the file, from 1: where the record begins. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why the record could not be read as one; its cells are then the line as it stands. */
  readonly fault: string | null;
}

export interface ReadOptions extends TextOptions {
  readonly delimiter: string;
  readonly quote: string | null;
  readonly skipLines: number;
}

/** Longer than any lead may be: beyond it a quote was not closed. */
const MAX_RECORD_BYTES = 262_144;
/** Each needs the file to be read again from its beginning. */
const MOST_OPEN_QUOTES = 100;
const LINE_FEED = 0x0a;
const OPEN_QUOTE = 'a quote is opened and not closed: double quotes within a value, or close it';

interface Position {
  /** Of the text, without its byte order mark. */
  readonly bytes: number;
  /** Lines before it. */
  readonly lines: number;
}

/** Empty lines are no records. Rejects with a CliError for a file that cannot be read. */
export async function* readRecords(file: string, options: ReadOptions): AsyncGenerator<readonly CsvRecord[]> {
  let from: Position = await skipLines(file, { options, from: { bytes: 0, lines: 0 }, count: options.skipLines });
  for (let openQuotes = 0; ; openQuotes++) {
    const stop: { at: Position | null } = { at: null };
    yield* readFrom(file, { options, from, stop });
    if (stop.at === null) return;
    if (openQuotes === MOST_OPEN_QUOTES) throw tooManyOpenQuotes(file);
    const next = await skipLines(file, { options, from: stop.at, count: 1 });
    yield [{ line: next.lines, cells: [next.text], fault: OPEN_QUOTE }];
    from = next;
  }
}

interface Stretch {
  readonly options: ReadOptions;
  readonly from: Position;
  /** Filled where the parser could not go on: the end of the last record. */
  readonly stop: { at: Position | null };
}

async function* readFrom(file: string, { options, from, stop }: Stretch): AsyncGenerator<readonly CsvRecord[]> {
  let records: CsvRecord[] = [];
  let end = from;
  const parser = parse({
    delimiter: options.delimiter,
    quote: options.quote,
    escape: options.quote,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    // Nothing is handed on by the stream, so it never has to wait; what was read stands here after each write.
    on_record: (cells: string[], info: Info) => {
      end = { bytes: from.bytes + info.bytes, lines: from.lines + info.lines };
      records.push({ line: end.lines - lineBreaksIn(cells), cells, fault: null });
      return null;
    },
  });
  const failed: Promise<Error> = new Promise((resolve) => parser.once('error', resolve));
  for await (const chunk of textFrom(file, options, from.bytes)) {
    const fault = await Promise.race([failed, new Promise<null>((resolve) => parser.write(chunk, () => resolve(null)))]);
    yield records;
    records = [];
    if (fault !== null) return noteStop(fault, end, stop);
  }
  parser.end();
  parser.resume();
  const fault = await Promise.race([failed, new Promise<null>((resolve) => parser.once('end', () => resolve(null)))]);
  yield records;
  if (fault !== null) noteStop(fault, end, stop);
}

const STOPPED_BY_QUOTES: ReadonlySet<CsvError['code']> = new Set(['CSV_MAX_RECORD_SIZE', 'CSV_QUOTE_NOT_CLOSED']);

function noteStop(fault: Error, end: Position, stop: Stretch['stop']): void {
  const isKnown = 'code' in fault && [...STOPPED_BY_QUOTES].some((code) => code === fault.code);
  if (!isKnown) throw fault;
  stop.at = end;
}

function lineBreaksIn(cells: readonly string[]): number {
  let breaks = 0;
  for (const cell of cells) {
    if (cell.includes('\n')) breaks += cell.split('\n').length - 1;
  }
  return breaks;
}

async function* textFrom(file: string, options: TextOptions, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of openText(file, options)) {
    if (left >= chunk.length) left -= chunk.length;
    else {
      yield left === 0 ? chunk : chunk.subarray(left);
      left = 0;
    }
  }
}

interface Skip {
  readonly options: TextOptions;
  readonly from: Position;
  readonly count: number;
}

/** After so many lines that are not empty; `text` is the last of them. */
async function skipLines(file: string, { options, from, count }: Skip): Promise<Position & { readonly text: string }> {
  let [bytes, lines, skipped, text, line] = [from.bytes, from.lines, 0, '', Buffer.alloc(0)];
  if (count === 0) return { ...from, text };
  for await (const chunk of textFrom(file, options, from.bytes)) {
    for (let at = 0; at < chunk.length; ) {
      const feed = chunk.indexOf(LINE_FEED, at);
      const next = feed < 0 ? chunk.length : feed + 1;
      line = Buffer.concat([line, chunk.subarray(at, next)]);
      bytes += next - at;
      at = next;
      if (feed < 0) break;
      lines += 1;
      text = line.toString('utf8').trimEnd();
      line = Buffer.alloc(0);
      if (text !== '') skipped += 1;
      if (skipped === count) return { bytes, lines, text };
    }
  }
  // The last line has no line feed.
  return { bytes, lines: line.length > 0 ? lines + 1 : lines, text: line.length > 0 ? line.toString('utf8') : text };
}

function tooManyOpenQuotes(file: string): CliError {
  const message = `${file}: more than ${MOST_OPEN_QUOTES} quotes are opened and not closed. If the file has no quotes at all, say so in the mapping (file: {quote: none}).`;
  return new CliError('LR_CLI_REFUSED', message, { exitCode: EXIT.NEGATIVE });
}
