/**
 * Records to columns: bulk writes send one array per column and `unnest` them. The arrays are written as Postgres array
 * literals here, because the general encoder of pg looks at the type of every single value.
 */
import type { SqlValue } from './statement.ts';

/** How one column of a record becomes an element of an array literal. */
export interface Column<Row> {
  readonly encode: (row: Row) => string;
}

/** Text of any content, UUIDs, JSON. Always quoted: then no content is read as NULL or as syntax. */
export const textColumn = <Row>(read: (row: Row) => string | null): Column<Row> => ({
  encode: (row) => {
    const value = read(row);
    return value === null ? 'NULL' : quoteElement(value);
  },
});

/** Numbers; times as milliseconds since the epoch. */
export const numberColumn = <Row>(read: (row: Row) => number | null): Column<Row> => ({
  encode: (row) => {
    const value = read(row);
    return value === null ? 'NULL' : String(value);
  },
});

export const booleanColumn = <Row>(read: (row: Row) => boolean): Column<Row> => ({ encode: (row) => (read(row) ? 't' : 'f') });

/** A text[] in each row, sent as its literal and cast in the SQL: unnest would flatten an array of arrays. */
export const textListColumn = <Row>(read: (row: Row) => readonly string[]): Column<Row> => ({
  encode: (row) => quoteElement(textArray(read(row))),
});

/**
 * One array literal per column, in the order of the columns. A column of nothing but nulls is one null: `unnest` fills up what is shorter
 * than the longest of its arrays, so at least one column must not be null. Half of a new lead's columns are.
 */
export const encodeColumns = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): SqlValue[] =>
  columns.map(({ encode }) => {
    let literal = '{';
    let separator = '';
    let isNull = rows.length > 0;
    for (const row of rows) {
      const element = encode(row);
      if (element !== 'NULL') isNull = false;
      literal += separator + element;
      separator = ',';
    }
    return isNull ? null : `${literal}}`;
  });

export const textArray = (values: readonly string[]): string => (values.length === 0 ? '{}' : `{${values.map(quoteElement).join(',')}}`);

export const numberArray = (values: readonly number[]): string => `{${values.join(',')}}`;

const NEEDS_ESCAPE = /["\\]/;

const quoteElement = (value: string): string =>
  `"${NEEDS_ESCAPE.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"') : value}"`;
