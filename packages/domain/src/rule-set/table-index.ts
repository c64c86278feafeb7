/**
 * How a row of a reference table is found: by the whole key, by what the key begins with, by the domain it belongs to, or by the range
 * it lies in. By hash or binary search, so that the size of a table costs a lead nothing.
 */
import type { TableRow } from './table-rows.ts';

export const TABLE_MATCHES = ['exact', 'prefix', 'suffix', 'range'] as const;
export type TableMatch = (typeof TABLE_MATCHES)[number];

/** undefined when no row answers to the key. */
export type FindRow = (key: string | number) => TableRow | undefined;

/** Inclusive at both ends; null for an end that is open. */
export interface RangeOf<Bound> {
  readonly from: Bound | null;
  readonly to: Bound | null;
}

/** Keys are compared without regard to case and outer spaces. */
export function tableKey(text: string): string {
  return text.trim().toLowerCase();
}

/** The key under which a row of a suffix table stands: `.CA.gov` and `*.ca.gov` are `ca.gov`. */
export function suffixKey(text: string): string {
  return tableKey(text).replace(/^(?:\*?\.|@)/, '');
}

export function findExact(rows: ReadonlyMap<string, TableRow>): FindRow {
  return (key) => rows.get(tableKey(String(key)));
}

/** The longest key that what is asked for begins with. One look-up for each length that there is. */
export function findPrefix(rows: ReadonlyMap<string, TableRow>): FindRow {
  const lengths = [...new Set([...rows.keys()].map((key) => key.length))].sort((a, b) => b - a);
  return (key) => {
    const text = tableKey(String(key));
    for (const length of lengths) {
      const row = length > text.length ? undefined : rows.get(text.slice(0, length));
      if (row !== undefined) return row;
    }
    return undefined;
  };
}

/** The domain itself or the nearest one above it: `mail.sos.ca.gov` finds `ca.gov`. */
export function findSuffix(rows: ReadonlyMap<string, TableRow>): FindRow {
  return (key) => {
    let rest = suffixKey(String(key));
    for (;;) {
      const row = rows.get(rest);
      if (row !== undefined) return row;
      const dot = rest.indexOf('.');
      if (dot < 0) return undefined;
      rest = rest.slice(dot + 1);
    }
  };
}

/** `ranges` do not overlap and are in ascending order. */
export function findNumberRange(ranges: readonly (RangeOf<number> & { readonly row: TableRow })[]): FindRow {
  const starts = ranges.map(({ from }) => from ?? Number.NEGATIVE_INFINITY);
  return (key) => {
    const value = typeof key === 'number' ? key : numberIn(key);
    const found = value === null ? undefined : ranges[lastUpTo(starts, value)];
    return found === undefined || value === null || (found.to !== null && value > found.to) ? undefined : found.row;
  };
}

/** The same by the order of texts. What begins with the upper end lies within. */
export function findTextRange(ranges: readonly (RangeOf<string> & { readonly row: TableRow })[]): FindRow {
  const starts = ranges.map(({ from }) => from ?? '');
  return (key) => {
    const text = tableKey(String(key));
    const found = ranges[lastUpTo(starts, text)];
    return found === undefined || (found.to !== null && text >= textEnd(found.to)) ? undefined : found.row;
  };
}

/** The first text after all that begin with `upper`. */
export function textEnd(upper: string): string {
  return `${upper}\uffff`;
}

/** null for anything but a decimal number. */
export function numberIn(text: string): number | null {
  return /^\s*-?\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : null;
}

/** Place of the last start that is not above the value; -1 when all are. */
export function lastUpTo<Bound extends string | number>(starts: readonly Bound[], value: Bound): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
