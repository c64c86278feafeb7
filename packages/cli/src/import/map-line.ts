/** Cells of one line to a lead, by a mapping that was fitted to the file's columns once. Says what is wrong by field and column. */
import { hash } from 'node:crypto';
import type { LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import { parseSubmission } from '@lead-router/contracts/parse-submission.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { closestWord } from '@lead-router/domain/rule-set/did-you-mean.ts';
import { type FieldKind, kindOf, segmentsOf } from './field-kinds.ts';
import { type FieldMapping, type Mapping, REJECT_COLUMNS } from './mapping.ts';

export type MappedLine =
  | { readonly ok: true; readonly leadId: LeadId; readonly intake: LeadIntake }
  /** What to do about it; no values of the line. */
  | { readonly ok: false; readonly reasons: readonly string[] };

export interface LineMapper {
  map(cells: readonly string[]): MappedLine;
  /** Columns that no field takes and that are not ignored on purpose. */
  readonly unmapped: readonly string[];
  /** By path: in how many lines the field had something. */
  readonly filled: ReadonlyMap<string, number>;
}

interface FittedField extends FieldMapping {
  readonly kind: FieldKind;
  readonly segments: readonly (string | number)[];
  readonly places: readonly number[];
  /** For messages. */
  readonly from: string;
  /** Says something about an item of a list that only other fields can bring about. */
  readonly isCompanion: boolean;
}

export type FittedMapper = { readonly ok: true; readonly mapper: LineMapper } | { readonly ok: false; readonly faults: readonly string[] };

const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'yes', 'y', '1', 'x', 'on'].map((word) => [word, true] as const),
  ...['false', 'no', 'n', '0', 'off'].map((word) => [word, false] as const),
]);
const DIGEST_CHARACTERS = 32;
/** Between cells of a digest: stands in no file. */
const SEPARATOR = '\u001f';
const REPLACEMENT = '\ufffd';

/** @param columns names as the header has them, in the order of the cells */
export function fitMapping(mapping: Mapping, columns: readonly string[], vendor: string): FittedMapper {
  const faults: string[] = [];
  const fitted = mapping.fields.map((field) => fitField(field, columns, faults));
  const fields = [...fitted.filter(({ isCompanion }) => !isCompanion), ...fitted.filter(({ isCompanion }) => isCompanion)];
  for (const name of mapping.ignore) if (!columns.includes(name)) faults.push(`ignore: ${missingColumn(name, columns)}`);
  if (faults.length > 0) return { ok: false, faults };
  const used = new Set(fields.flatMap((field) => (field.columns === '*' ? [] : field.columns)));
  const isLoose = (name: string): boolean =>
    !used.has(name) && !mapping.ignore.has(name) && !REJECT_COLUMNS.some((reject) => reject === name);
  const filled = new Map(fields.map(({ path }) => [path, 0]));
  return {
    ok: true,
    mapper: {
      unmapped: columns.filter(isLoose),
      filled,
      map: (cells) => mapLine(cells, { fields, emptyValues: mapping.layout.emptyValues, vendor, width: columns.length, filled }),
    },
  };
}

function fitField(field: FieldMapping, columns: readonly string[], faults: string[]): FittedField {
  const names = field.columns === '*' ? columns.filter((name) => !REJECT_COLUMNS.some((reject) => reject === name)) : field.columns;
  const places = names.map((name) => {
    const place = columns.indexOf(name);
    if (place < 0) faults.push(`${field.path}: ${missingColumn(name, columns)}`);
    else if (columns.lastIndexOf(name) !== place)
      faults.push(`${field.path}: the file has several columns "${name}": name the columns yourself (file.columns, skipLines: 1)`);
    return place;
  });
  const from =
    field.columns === '*' ? ' (all columns)' : names.length === 0 ? '' : ` (column ${names.map((name) => `"${name}"`).join(', ')})`;
  const segments = segmentsOf(field.path);
  const isCompanion = places.length === 0 && typeof segments[1] === 'number';
  return { ...field, kind: kindOf(field.path), segments, places, from, isCompanion };
}

function missingColumn(name: string, columns: readonly string[]): string {
  const near = closestWord(name, columns);
  const advice = near === null ? `it has ${columns.map((column) => `"${column}"`).join(', ')}` : `did you mean "${near}"?`;
  return `the file has no column "${name}": ${advice}`;
}

interface LineRequest {
  readonly fields: readonly FittedField[];
  readonly emptyValues: ReadonlySet<string>;
  readonly vendor: string;
  /** Cells that the header promises. */
  readonly width: number;
  readonly filled: Map<string, number>;
}

function mapLine(cells: readonly string[], request: LineRequest): MappedLine {
  const { fields, vendor, width, filled } = request;
  if (cells.length !== width)
    return { ok: false, reasons: [`has ${cells.length} cells where the header has ${width}: is a delimiter or a quote amiss?`] };
  if (cells.some((cell) => cell.includes(REPLACEMENT)))
    return { ok: false, reasons: ['holds bytes that are none of the encoding: set file.encoding (windows-1252 perhaps)'] };
  const reasons: string[] = [];
  const lead: Record<string, unknown> = {};
  for (const field of fields) {
    const value = fieldValue(field, cells, request.emptyValues);
    if (value === null || (field.isCompanion && !hasItem(lead, field.segments))) continue;
    if (value instanceof CellFault) reasons.push(`${field.path}${field.from}: ${value.message}`);
    else {
      put(lead, field.segments, value);
      filled.set(field.path, (filled.get(field.path) ?? 0) + 1);
    }
  }
  if (reasons.length > 0) return { ok: false, reasons };
  if (Array.isArray(lead.fulfilments)) lead.fulfilments = lead.fulfilments.filter(isContainer);
  const result = parseSubmission(lead, { vendor });
  if (!result.ok) {
    const from = (path: string): string => fields.find((field) => field.path === path)?.from ?? '';
    return { ok: false, reasons: result.faults.map(({ field, message, code }) => `${field}${from(field)}: ${message} (${code})`) };
  }
  const { leadId, lead: submitted, person } = result.submission;
  const { vendor: _, ...rest } = submitted;
  return { ok: true, leadId, intake: { ...rest, person } };
}

/** A class of its own, because every other type may be a value. */
class CellFault {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

function fieldValue(field: FittedField, cells: readonly string[], emptyValues: ReadonlySet<string>): unknown {
  const text = textAt(field, cells, emptyValues) ?? field.constant;
  if (text === null) return null;
  if (field.digest) return hash('sha256', text).slice(0, DIGEST_CHARACTERS);
  if (field.valueMap === null) return convert(field, text);
  const known = field.valueMap.values.get(text.toLowerCase());
  if (known !== undefined) return known === null ? null : convert(field, known);
  switch (field.valueMap.otherwise) {
    case 'keep':
      return convert(field, text);
    case 'empty':
      return null;
    case 'reject':
      return new CellFault('the value is not in the map: add it under values, or say otherwise: keep or empty');
  }
}

/** null when every column has nothing. */
function textAt({ places, join, digest }: FittedField, cells: readonly string[], emptyValues: ReadonlySet<string>): string | null {
  if (digest) return places.some((place) => (cells[place] ?? '') !== '') ? places.map((place) => cells[place]).join(SEPARATOR) : null;
  let joined: string | null = null;
  for (const place of places) {
    const text = (cells[place] ?? '').trim();
    if (text === '' || (emptyValues.size > 0 && emptyValues.has(text.toLowerCase()))) continue;
    joined = joined === null ? text : joined + join + text;
  }
  return joined;
}

function convert(field: FittedField, text: string): unknown {
  if (field.date !== null) {
    const time = field.date(text);
    if (time === null) return new CellFault('is no date of the format that the mapping gives');
    return field.kind === 'time' ? time : new Date(time).toISOString();
  }
  switch (field.kind) {
    case 'number':
      return numberOf(field, text);
    case 'flag':
      return FLAGS.get(text.toLowerCase()) ?? new CellFault('is neither yes nor no: map its values (values: {…})');
    case 'list':
      return field.split === null ? [text] : text.split(field.split).flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
    case 'text':
    case 'time':
      return text;
  }
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

function numberOf({ number }: FittedField, text: string): number | CellFault {
  let plain = text;
  for (const group of number?.thousands ?? '') plain = plain.replaceAll(group, '');
  if (number?.decimal === ',') plain = plain.replace(',', '.');
  return NUMBER.test(plain) ? Number(plain) : new CellFault('is no number: say how it is written (number: {decimal: ",", thousands: "."})');
}

function put(target: Record<string, unknown>, segments: readonly (string | number)[], value: unknown): void {
  let at: Record<string | number, unknown> = target;
  segments.forEach((segment, index) => {
    const next = segments[index + 1];
    if (next === undefined) {
      at[segment] = value;
      return;
    }
    const inside = at[segment];
    const made: unknown = isContainer(inside) ? inside : typeof next === 'number' ? [] : {};
    at[segment] = made;
    if (isContainer(made)) at = made;
  });
}

function hasItem(lead: Readonly<Record<string, unknown>>, [list, index]: readonly (string | number)[]): boolean {
  const items = lead[String(list)];
  return Array.isArray(items) && items[Number(index)] !== undefined;
}

function isContainer(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
