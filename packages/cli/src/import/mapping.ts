/** What an import knows of a file: how it is written, and which of its columns become which field of a lead. */
import type { RuleSetFault } from '@lead-router/domain/rule-set.ts';
import type { DateReader } from './date-format.ts';

export interface FileLayout {
  /** null: found out from the file's first lines. */
  readonly delimiter: string | null;
  /** null: no quotes at all. */
  readonly quote: string | null;
  /** As the Encoding Standard names it; a byte order mark in the file goes before it. */
  readonly encoding: string;
  /** Names of the columns of a file without a header; null: its first line has them. */
  readonly columns: readonly string[] | null;
  /** Lines before the header. */
  readonly skipLines: number;
  /** In lower case: what the file writes where it has nothing. The empty cell always is nothing. */
  readonly emptyValues: ReadonlySet<string>;
}

/** What a value becomes that is in no value map. */
export type Otherwise = 'reject' | 'keep' | 'empty';

export interface ValueMap {
  /** By value in lower case; null for nothing. */
  readonly values: ReadonlyMap<string, string | null>;
  readonly otherwise: Otherwise;
}

export interface NumberStyle {
  /** `.` or `,`. */
  readonly decimal: string;
  /** Characters between groups of digits; they are left out. */
  readonly thousands: string;
}

export interface FieldMapping {
  /** Dotted path of a submission, `fulfilments[0].item`, `attributes.job`. */
  readonly path: string;
  /** Names of columns; `'*'` for all of them; empty for a constant. */
  readonly columns: readonly string[] | '*';
  /** Between the values of several columns; empty ones are left out. */
  readonly join: string;
  /** Where the columns have nothing; the value itself when there are no columns. */
  readonly constant: string | null;
  readonly valueMap: ValueMap | null;
  readonly date: DateReader | null;
  readonly number: NumberStyle | null;
  /** For lists: what stands between their items. */
  readonly split: string | null;
  /** A digest instead of the value: a reference where the file has none. */
  readonly digest: boolean;
}

export interface Mapping {
  readonly layout: FileLayout;
  readonly fields: readonly FieldMapping[];
  /** Columns that are left out on purpose. */
  readonly ignore: ReadonlySet<string>;
}

export type MappingResult =
  | { readonly ok: true; readonly mapping: Mapping }
  | { readonly ok: false; readonly faults: readonly RuleSetFault[] };

/** Columns of a rejects file; a file that was mended and is read again may still have them. */
export const REJECT_COLUMNS = ['reject_line', 'reject_reason'] as const;

export const DEFAULT_LAYOUT: FileLayout = {
  delimiter: null,
  quote: '"',
  encoding: 'utf-8',
  columns: null,
  skipLines: 0,
  emptyValues: new Set(),
};
