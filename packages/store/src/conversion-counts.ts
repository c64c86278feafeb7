/**
 * The counts of conversions: read without a lock, and added to by the last statement of a batch that has heard of outcomes. So the rows are
 * locked for as long as a commit takes, by batches that bring outcomes of leads given by margin, and by no others; sorted, and after all the
 * other locks, so two batches never wait for each other here (docs/adr/0021).
 */
import type { OutcomeCounts } from '@lead-router/domain/margin/conversion.ts';
import type { CountedOutcomes } from '@lead-router/domain/margin/conversion-book.ts';
import { type Column, encodeColumns, numberColumn, textArray, textColumn } from './column-encoding.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import { statement } from './statement.ts';

const READ = statement(
  'conversions-read',
  'SELECT cell, outcomes, conversions FROM conversions WHERE cell = ANY ($1::text[]) ORDER BY cell',
);

const ADD = statement(
  'conversions-add',
  `INSERT INTO conversions (cell, outcomes, conversions)
   SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
   ON CONFLICT (cell) DO UPDATE SET
     outcomes = conversions.outcomes + excluded.outcomes, conversions = conversions.conversions + excluded.conversions`,
);

const COLUMNS: readonly Column<CountedOutcomes>[] = [
  textColumn((counted) => counted.key),
  numberColumn((counted) => counted.outcomes),
  numberColumn((counted) => counted.conversions),
];

interface ConversionRow extends OutcomeCounts {
  readonly cell: string;
}

/** Cells that have no outcomes are left out. No statement where none is asked for. */
export const readConversions = async (
  transaction: SqlTransaction,
  cells: readonly string[] | undefined,
): Promise<ReadonlyMap<string, OutcomeCounts>> => {
  if (cells === undefined || cells.length === 0) return new Map();
  const rows = await transaction.run<ConversionRow>(READ, [textArray(cells)]);
  return new Map(rows.map(({ cell, outcomes, conversions }) => [cell, { outcomes, conversions }]));
};

/** No statement where there are none. */
export const addOutcomes = async (transaction: SqlTransaction, outcomes: readonly CountedOutcomes[] | undefined): Promise<void> => {
  if (outcomes === undefined || outcomes.length === 0) return;
  await transaction.run(ADD, encodeColumns(COLUMNS, [...outcomes].sort(byKey)));
};

/** By code units, as the collation of the column. */
const byKey = (a: CountedOutcomes, b: CountedOutcomes): number => (a.key < b.key ? -1 : 1);
