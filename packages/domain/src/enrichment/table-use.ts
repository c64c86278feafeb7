/** A table and its columns as a section names them, with suggestions for names that are not there. */
import { didYouMean } from '../rule-set/did-you-mean.ts';
import { type Fields, fieldsOf, type Place, type RuleSetDocument, report, textOf } from '../rule-set/document.ts';
import type { ReferenceTable, ReferenceTables } from '../rule-set/reference-table.ts';

/** A table and the column that holds the value. */
export interface TableUse {
  readonly table: ReferenceTable;
  readonly column: string;
  readonly place: Place;
}

export function readTableUse(document: RuleSetDocument, place: Place | null, tables: ReferenceTables): TableUse | null {
  if (place === null) return null;
  const fields = fieldsOf(document, place, { required: ['table', 'column'] });
  if (fields === null) return null;
  const table = tableAt(document, fields, tables);
  const column = table === null ? null : columnAt(document, fields, { table, key: 'column' });
  return table === null || column === null ? null : { table, column, place };
}

/** null for a table that is not there, and for one whose own faults have been told. */
export function tableAt(document: RuleSetDocument, fields: Fields, tables: ReferenceTables): ReferenceTable | null {
  const place = fields.get('table');
  const name = textOf(document, place);
  if (name === null || place === null) return null;
  const table = tables.get(name);
  const known = [...tables.keys()];
  if (table === undefined) report(document, place, { message: `there is no table "${name}"${didYouMean(name, known)}`, known });
  return table === undefined || table.isBroken ? null : table;
}

export function columnAt(
  document: RuleSetDocument,
  fields: Fields,
  wanted: { readonly table: ReferenceTable; readonly key: string },
): string | null {
  const place = fields.get(wanted.key);
  const name = textOf(document, place);
  if (name === null || place === null) return null;
  if (wanted.table.columns.includes(name)) return name;
  reportColumn(document, place, { table: wanted.table, column: name });
  return null;
}

/** There is no such column. */
export function reportColumn(
  document: RuleSetDocument,
  place: Place,
  { table, column }: { readonly table: ReferenceTable; readonly column: string },
): void {
  const { name, columns } = table;
  const message = `table "${name}" has no column "${column}"; it has ${columns.join(', ')}${didYouMean(column, columns)}`;
  report(document, place, { message, known: columns });
}
