/**
 * The `territories` section and `enrichment.territories`: areas written in the document or as rows of a table. Two areas of which neither
 * is the more specific one are a fault.
 */
import { type Fields, fieldsOf, itemsOf, type Place, type RuleSetDocument, report, textOf } from '../rule-set/document.ts';
import { type RangeColumns, rangeColumnsOf } from '../rule-set/read-ranges.ts';
import { lineInTable, type ReferenceTable, type ReferenceTables, reportInTable } from '../rule-set/reference-table.ts';
import type { TableRow } from '../rule-set/table-rows.ts';
import { columnAt, reportColumn, type TableUse, tableAt } from './table-use.ts';
import { areasOf, type PlacedArea, type Written, type WrittenArea } from './territory-areas.ts';
import { createTerritoryBook, type FindTerritory } from './territory-book.ts';

export interface Territories {
  readonly find: FindTerritory;
  /** All that there are. */
  readonly names: readonly string[];
}

const AREA_KEYS = { required: ['territory'], optional: ['countries', 'states', 'zips', 'industries', 'sizes'] } as const;
const AREA_COLUMNS = { required: ['table', 'territory'], optional: ['country', 'state', 'zip', 'industry', 'size'] } as const;

/** null when nothing says where territories are. `short` is `enrichment.territories`. */
export function readTerritories(
  document: RuleSetDocument,
  place: Place | null,
  known: { readonly tables: ReferenceTables; readonly short: TableUse | null },
): Territories | null {
  const fields = place === null ? null : fieldsOf(document, place, { optional: ['areas', 'fromTable'] });
  const written = [
    ...(known.short === null ? [] : shortAreas(document, known.short)),
    ...itemsOf(document, fields?.get('areas') ?? null).flatMap((item) => areaIn(document, item)),
    ...tableAreas(document, fields?.get('fromTable') ?? null, known.tables),
  ];
  if (place === null && known.short === null) return null;
  const areas = written.flatMap(areasOf);
  const { find, ties } = createTerritoryBook<PlacedArea>(areas);
  const told = new Set<WrittenArea>();
  for (const { first, second } of ties) {
    if (told.has(second.written)) continue;
    told.add(second.written);
    second.written.whole.fault(
      `territory "${second.territory}" (${second.label}) and "${first.territory}" (${first.label}, ${first.written.line}) are equally ` +
        'specific, and a lead can be in both: make one of them narrower, or add an area for what they share',
    );
  }
  return { find, names: [...new Set(areas.map(({ territory }) => territory))].sort() };
}

function areaIn(document: RuleSetDocument, item: Place): readonly WrittenArea[] {
  const fields = fieldsOf(document, item, AREA_KEYS);
  const territory = textOf(document, fields?.get('territory') ?? null)?.trim() ?? '';
  if (fields === null || territory === '') return [];
  const list = (key: string): readonly Written[] => listOf(document, fields, key);
  const { line } = document.lines.linePos(item.node?.range?.[0] ?? 0);
  const area = { countries: list('countries'), states: list('states'), zips: list('zips'), industries: list('industries') };
  const whole: Written = { text: territory, fault: (message) => report(document, item, { message }) };
  if (area.states.length > 0 && area.zips.length > 0)
    whole.fault('an area is either "states" or "zips": write one area for each ("countries" beside them says whose they are)');
  return [{ ...area, territory, sizes: list('sizes'), source: 'territories', whole, line: `line ${line}` }];
}

function listOf(document: RuleSetDocument, fields: Fields, key: string): readonly Written[] {
  return itemsOf(document, fields.get(key)).flatMap((item) => {
    const text = textOf(document, item)?.trim() ?? '';
    const fault: Written['fault'] = (message, known) => report(document, item, { message, ...(known && { known }) });
    if (text !== '') return [{ text, fault }];
    fault('nothing is written here');
    return [];
  });
}

/** One row an area; several values in a cell are separated by semicolons. Of zip, state and country the first that is filled is the place. */
function tableAreas(document: RuleSetDocument, place: Place | null, tables: ReferenceTables): readonly WrittenArea[] {
  const fields = place === null ? null : fieldsOf(document, place, AREA_COLUMNS);
  const table = fields === null ? null : tableAt(document, fields, tables);
  if (fields === null || table === null) return [];
  const column = (key: string): string | null => columnAt(document, fields, { table, key });
  const territory = column('territory');
  const columns = { country: column('country'), state: column('state'), industry: column('industry'), size: column('size') };
  const zip = zipColumns(document, fields, table);
  if (territory === null) return [];
  return [...table.rows.values()].flatMap((row): readonly WrittenArea[] => {
    const cells = (name: string | null): readonly Written[] => cellsOf(document, { table, row, column: name });
    const zips = zip === null ? [] : zipCells(document, { table, row, column: zip.from }, zip);
    return rowArea(
      document,
      { table, row, column: territory },
      {
        countries: cells(columns.country),
        states: zips.length > 0 ? [] : cells(columns.state),
        zips,
        industries: cells(columns.industry),
        sizes: cells(columns.size),
      },
    );
  });
}

/** One column, or two of them for the ends of ranges: `from..to`. */
function zipColumns(document: RuleSetDocument, fields: Fields, table: ReferenceTable): RangeColumns | null {
  const place = fields.get('zip');
  const name = textOf(document, place);
  if (name === null || place === null) return null;
  const columns = rangeColumnsOf(name);
  const unknown = [columns.from, columns.to].find((column) => !table.columns.includes(column));
  if (unknown !== undefined) reportColumn(document, place, { table, column: unknown });
  return unknown === undefined ? columns : null;
}

function zipCells(document: RuleSetDocument, cell: Cell, { from, to }: RangeColumns): readonly Written[] {
  const [first, ...others] = cellsOf(document, cell);
  if (from === to || first === undefined) return first === undefined ? [] : [first, ...others];
  return [{ ...first, text: `${first.text}..${cell.row[to] ?? ''}` }];
}

/** The key says the place: `945`, `94501..94599`, `CA`, `US-CA` or `DE-*`. */
function shortAreas(document: RuleSetDocument, { table, column }: TableUse): readonly WrittenArea[] {
  return [...table.rows.values()].flatMap((row): readonly WrittenArea[] => {
    const places = cellsOf(document, { table, row, column: table.key });
    const isCountry = ({ text }: Written): boolean => text.endsWith('-*');
    const isZip = ({ text }: Written): boolean => /\d/.test(text);
    return rowArea(
      document,
      { table, row, column },
      {
        countries: places.filter(isCountry).map((cell) => ({ ...cell, text: cell.text.slice(0, -2) })),
        states: places.filter((cell) => !isCountry(cell) && !isZip(cell)),
        zips: places.filter(isZip),
        industries: [],
        sizes: [],
      },
    );
  });
}

interface Cell {
  readonly table: ReferenceTable;
  readonly row: TableRow;
  readonly column: string | null;
}

function rowArea(
  document: RuleSetDocument,
  { table, row, column }: Cell,
  parts: Pick<WrittenArea, 'countries' | 'states' | 'zips' | 'industries' | 'sizes'>,
): readonly WrittenArea[] {
  const territory = row[column ?? ''] ?? '';
  const fault = (message: string): void => reportInTable(document, table, { row, message, column: column ?? undefined });
  if (territory === '') {
    fault(`column "${column}" is empty: which territory is this?`);
    return [];
  }
  return [
    { ...parts, territory, source: `table ${table.name}`, whole: { text: territory, fault }, line: lineInTable(document, table, row) },
  ];
}

function cellsOf(document: RuleSetDocument, { table, row, column }: Cell): readonly Written[] {
  if (column === null) return [];
  return (row[column] ?? '').split(';').flatMap((part) => {
    const text = part.trim();
    return text === '' ? [] : [{ text, fault: (message: string) => reportInTable(document, table, { row, message, column }) }];
  });
}
