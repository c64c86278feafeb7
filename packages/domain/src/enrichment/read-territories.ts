/**
 * The `territories` section and `enrichment.territories`: areas written in the document or as rows of a table, each place, industry and
 * size of them checked. Two areas of which neither is the more specific one are a fault.
 */
import { didYouMean } from '../rule-set/did-you-mean.ts';
import { type Fields, fieldsOf, itemsOf, type Place, type RuleSetDocument, report, textOf } from '../rule-set/document.ts';
import { type RangeColumns, rangeColumnsOf, splitRange } from '../rule-set/read-ranges.ts';
import { lineInTable, type ReferenceTable, type ReferenceTables, reportInTable } from '../rule-set/reference-table.ts';
import { textEnd } from '../rule-set/table-index.ts';
import type { TableRow } from '../rule-set/table-rows.ts';
import { SIZE_BANDS, type SizeBand } from './company-size.ts';
import { findCountry } from './find-country.ts';
import { columnAt, reportColumn, type TableUse, tableAt } from './table-use.ts';
import { type AreaPlace, createTerritoryBook, type FindTerritory, postalText, type TerritoryArea } from './territory-book.ts';
import { findRegion } from './us-regions.ts';

export interface Territories {
  readonly find: FindTerritory;
  /** All that there are. */
  readonly names: readonly string[];
}

export const AREA_KEYS = { required: ['territory'], optional: ['countries', 'states', 'zips', 'industries', 'sizes'] } as const;
export const AREA_COLUMNS = { required: ['table', 'territory'], optional: ['country', 'state', 'zip', 'industry', 'size'] } as const;

/** A text of the document or of a cell, with the way to say what is wrong with it. */
interface Written {
  readonly text: string;
  fault(message: string, known?: readonly string[]): void;
}

/** One item of the section or one row of a table. */
interface WrittenArea {
  readonly territory: string;
  readonly countries: readonly Written[];
  readonly states: readonly Written[];
  readonly zips: readonly Written[];
  readonly industries: readonly Written[];
  readonly sizes: readonly Written[];
  readonly source: string;
  /** About the whole. */
  readonly whole: Written;
  readonly line: string;
}

interface PlacedArea extends TerritoryArea {
  readonly written: WrittenArea;
}

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

/** Each place with each industry and size. */
function areasOf(written: WrittenArea): readonly PlacedArea[] {
  const countries = written.countries.flatMap(countryOf);
  const places = placesOf(written, countries);
  const industries = written.industries.length === 0 ? [null] : written.industries.map(({ text }) => text);
  const sizes = written.sizes.length === 0 ? [null] : written.sizes.flatMap(sizeOf);
  if (places.length * industries.length * sizes.length > MAX_COMBINATIONS) {
    written.whole.fault(`more than ${MAX_COMBINATIONS} combinations of place, industry and size: make several areas`);
    return [];
  }
  return places.flatMap(({ place, label }) =>
    industries.flatMap((industry) =>
      sizes.map(
        (size): PlacedArea => ({
          territory: written.territory,
          place,
          industry: industry?.toLowerCase() ?? null,
          size,
          label: [label, ...(industry === null ? [] : [industry]), ...(size === null ? [] : [size])].join(', '),
          source: written.source,
          written,
        }),
      ),
    ),
  );
}

const MAX_COMBINATIONS = 100_000;

interface NamedPlace {
  readonly place: AreaPlace;
  readonly label: string;
}

function placesOf({ countries: said, states, zips, whole }: WrittenArea, countries: readonly string[]): readonly NamedPlace[] {
  const [only = 'US'] = countries;
  if (states.length + zips.length > 0) {
    if (said.length > 1) whole.fault('of which of these countries are the states or zip codes? One area has one country with them');
    return [...zips.flatMap((zip) => zipOf(zip, only)), ...states.flatMap((state) => stateOf(state, only))];
  }
  if (said.length === 0) return [{ place: { kind: 'anywhere' }, label: 'anywhere' }];
  return countries.map((country) => ({ place: { kind: 'country', country }, label: `${country}-*` }));
}

function countryOf({ text, fault }: Written): readonly string[] {
  const country = findCountry(text);
  if (country !== null) return [country];
  fault(`"${text}" is not a country: write its code of ISO 3166-1, such as DE`);
  return [];
}

/** Regions of leads are known as codes in the USA and Canada only. */
function stateOf({ text, fault }: Written, country: string): readonly NamedPlace[] {
  const [, of = country, name = ''] = /^(?:([A-Za-z]{2})-)?(.+)$/.exec(text) ?? [];
  const owner = of.toUpperCase();
  const state = owner === 'US' || owner === 'CA' ? findRegion(name, owner) : null;
  if (state !== null) return [{ place: { kind: 'state', country: owner, state }, label: `${owner}-${state}` }];
  fault(
    owner === 'US' || owner === 'CA'
      ? `"${text}" is no state or province of ${owner}`
      : `"${text}": states are known of US and CA; for ${owner} use zip codes, or the whole country`,
  );
  return [];
}

/** `945`, `94501..94599`, `GB-SW1`. */
function zipOf({ text, fault }: Written, country: string): readonly NamedPlace[] {
  const [, of = country, codes = ''] = /^(?:([A-Za-z]{2})-)?(.+)$/.exec(text) ?? [];
  const owner = of.toUpperCase();
  const range = splitRange(codes);
  const from = range.from === null ? '' : postalText(range.from);
  const to = range.to === null ? '' : postalText(range.to);
  const isZip = (code: string): boolean => (owner === 'US' ? /^\d{1,5}$/.test(code) : /^[A-Z0-9]{1,10}$/.test(code));
  if (findCountry(owner) === owner && isZip(from) && isZip(to) && from < textEnd(to)) {
    const label = `${owner}-${from === to ? from : `${from}..${to}`}`;
    return [{ place: { kind: 'zip', country: owner, from, end: textEnd(to) }, label }];
  }
  fault(`"${text}" is no zip code, beginning of one or range: write 94501, 945, 94501..94599 or GB-SW1`);
  return [];
}

function sizeOf({ text, fault }: Written): readonly SizeBand[] {
  const size = SIZE_BANDS.find((band) => band === text.toUpperCase());
  if (size !== undefined) return [size];
  fault(`"${text}" is not one of ${SIZE_BANDS.join(', ')}${didYouMean(text, SIZE_BANDS)}`, SIZE_BANDS);
  return [];
}
