/**
 * One SQL statement with the name under which each connection prepares it once. Two statements must not share a name.
 */

/** How values are sent: arrays have been encoded before (`column-encoding.ts`), times are milliseconds handled in the SQL. */
export type SqlValue = string | number | boolean | Buffer | null;

export interface Statement {
  readonly name: string;
  readonly text: string;
}

export const statement = (name: string, text: string): Statement => ({ name, text });
