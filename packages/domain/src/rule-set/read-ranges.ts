/** The rows of a range table: their ends read, in order, and no two of them overlapping. */
import type { RuleSetDocument } from './document.ts';
import { type FindRow, findNumberRange, findTextRange, numberIn, type RangeOf, tableKey, textEnd } from './table-index.ts';
import { lineOfRow, reportRow, type SourceRow, type TableRow } from './table-rows.ts';

/** Two columns, or one whose cells say `from..to`. */
export interface RangeColumns {
  readonly from: string;
  readonly to: string;
}

/** Where the rows of a range table begin and end: between two neighbours all keys find the same. Those of texts as they stand in their order. */
export type RangeBounds =
  | { readonly compare: 'numbers'; readonly ends: readonly number[] }
  | { readonly compare: 'text'; readonly ends: readonly string[] };

export interface ReadRanges {
  readonly find: FindRow;
  readonly bounds: RangeBounds;
}

interface WrittenRange extends RangeOf<string> {
  readonly source: SourceRow;
}

interface ReadRange<Bound> extends RangeOf<Bound> {
  readonly source: SourceRow;
  readonly row: TableRow;
}

/** The two columns of `from..to`, or the one column twice. */
export function rangeColumnsOf(key: string): RangeColumns {
  const [from = key, to = from] = key.split('..').map((part) => part.trim());
  return { from, to };
}

/** Of a cell: `90001..96199`, or one value that is both ends. */
export function splitRange(text: string): RangeOf<string> {
  const dots = text.indexOf('..');
  if (dots < 0) return { from: textOrNull(text), to: textOrNull(text) };
  return { from: textOrNull(text.slice(0, dots)), to: textOrNull(text.slice(dots + 2)) };
}

/**
 * `compare: null` takes the ends as numbers when all of them are some and none is written with a leading zero, as a postal code is.
 */
export function readRanges(
  document: RuleSetDocument,
  rows: readonly SourceRow[],
  { columns, compare }: { readonly columns: RangeColumns; readonly compare: 'numbers' | 'text' | null },
): ReadRanges {
  const written = rows.flatMap((source) => {
    const range = rangeIn(source.row, columns);
    if (range.from !== null || range.to !== null) return [{ ...range, source }];
    reportRow(document, source, { message: 'a range without ends would hold everything', column: columns.from });
    return [];
  });
  const isNumeric = compare === null ? written.every(({ from, to }) => isPlainNumber(from) && isPlainNumber(to)) : compare === 'numbers';
  if (isNumeric) return numberRanges(document, written, columns);
  const isMixed = compare === null && written.some(({ from, to }) => isPlainNumber(from) && isPlainNumber(to));
  return textRanges(document, written, { columns, note: isMixed ? '; compared as texts, as not all ends are plain numbers' : '' });
}

function rangeIn(row: TableRow, { from, to }: RangeColumns): RangeOf<string> {
  return from === to ? splitRange(row[from] ?? '') : { from: textOrNull(row[from] ?? ''), to: textOrNull(row[to] ?? '') };
}

function textOrNull(text: string): string | null {
  const key = tableKey(text);
  return key === '' ? null : key;
}

function isPlainNumber(text: string | null): boolean {
  return text === null || (numberIn(text) !== null && !/^-?0\d/.test(text));
}

function numberRanges(document: RuleSetDocument, written: readonly WrittenRange[], columns: RangeColumns): ReadRanges {
  const ranges = written.flatMap(({ source, ...ends }): readonly ReadRange<number>[] => {
    const from = ends.from === null ? null : numberIn(ends.from);
    const to = ends.to === null ? null : numberIn(ends.to);
    const isWrong = (from === null && ends.from !== null) || (to === null && ends.to !== null);
    if (isWrong) {
      const wrong = from === null && ends.from !== null ? { text: ends.from, column: columns.from } : { text: ends.to, column: columns.to };
      reportRow(document, source, { message: `"${wrong.text}" is not a number`, column: wrong.column });
      return [];
    }
    return [{ from, to, source, row: source.row }];
  });
  const least = Number.NEGATIVE_INFINITY;
  const sorted = inOrder(document, ranges, {
    startOf: ({ from }) => from ?? least,
    isEmpty: ({ from, to }) => from !== null && to !== null && from > to,
    overlaps: (before, next) => before.to === null || (next.from ?? least) <= before.to,
    column: columns.from,
  });
  return {
    find: findNumberRange(sorted),
    bounds: { compare: 'numbers', ends: sorted.flatMap(({ from, to }) => [from, to]).filter((end) => end !== null) },
  };
}

function textRanges(
  document: RuleSetDocument,
  written: readonly WrittenRange[],
  { columns, note }: { readonly columns: RangeColumns; readonly note: string },
): ReadRanges {
  const ranges = written.map((range): ReadRange<string> => ({ ...range, row: range.source.row }));
  const sorted = inOrder(document, ranges, {
    startOf: ({ from }) => from ?? '',
    isEmpty: ({ from, to }) => from !== null && to !== null && from >= textEnd(to),
    overlaps: (before, next) => before.to === null || (next.from ?? '') < textEnd(before.to),
    column: columns.from,
    note,
  });
  const ends = sorted.flatMap(({ from, to }) => [from, to === null ? null : textEnd(to)]).filter((end) => end !== null);
  return { find: findTextRange(sorted), bounds: { compare: 'text', ends } };
}

interface RangeOrder<Bound> {
  startOf(range: RangeOf<Bound>): Bound;
  isEmpty(range: RangeOf<Bound>): boolean;
  /** `next` does not begin before `before`. */
  overlaps(before: RangeOf<Bound>, next: RangeOf<Bound>): boolean;
  readonly column: string;
  /** Ends what is said of ranges that end before they begin. */
  readonly note?: string;
}

/** Sorted by their starts; ranges that end before they begin or overlap are faults. */
function inOrder<Bound extends string | number>(
  document: RuleSetDocument,
  ranges: readonly ReadRange<Bound>[],
  order: RangeOrder<Bound>,
): readonly ReadRange<Bound>[] {
  const right = ranges.filter((range) => {
    if (!order.isEmpty(range)) return true;
    reportRow(document, range.source, {
      message: `the range ends at ${range.to}, before it begins at ${range.from}${order.note ?? ''}`,
      column: order.column,
    });
    return false;
  });
  const sorted = [...right].sort((a, b) => compareBounds(order.startOf(a), order.startOf(b)));
  let before: ReadRange<Bound> | null = null;
  for (const range of sorted) {
    if (before !== null && order.overlaps(before, range)) {
      const first = `${tell(before)} of ${lineOfRow(document, before.source)}`;
      reportRow(document, range.source, { message: `${tell(range)} overlaps ${first}: which row counts?`, column: order.column });
    }
    // The one that reaches furthest is the one to look out for.
    if (before === null || range.to === null || (before.to !== null && range.to >= before.to)) before = range;
  }
  return sorted;
}

function compareBounds(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function tell({ from, to }: RangeOf<string | number>): string {
  return from === to ? `${from}` : `${from ?? ''}..${to ?? ''}`;
}
