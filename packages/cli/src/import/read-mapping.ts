/** A mapping's YAML to a `Mapping`: all faults at once, each with path, line and column, as for rule sets. */
import {
  booleanOf,
  entriesOf,
  type Fields,
  fieldsOf,
  isList,
  isMapping,
  itemsOf,
  numberOf,
  oneOf,
  openDocument,
  type Place,
  type RuleSetDocument,
  report,
  textOf,
} from '@lead-router/domain/rule-set/document.ts';
import { zoneOf } from '@lead-router/domain/rule-set/weekly-hours.ts';
import { type DateReader, dateReader } from './date-format.ts';
import { kindOf, pathFault } from './field-kinds.ts';
import { DEFAULT_LAYOUT, type FieldMapping, type FileLayout, type MappingResult, type NumberStyle, type ValueMap } from './mapping.ts';

const FILE_KEYS = ['delimiter', 'quote', 'encoding', 'columns', 'skipLines', 'emptyValues'];
const FIELD_KEYS = ['column', 'columns', 'join', 'constant', 'default', 'values', 'otherwise', 'date', 'zone', 'number', 'split', 'digest'];
const MOST_SKIPPED = 1_000;
const DELIMITER_NAMES: ReadonlyMap<string, string> = new Map([
  ['tab', '\t'],
  ['comma', ','],
  ['semicolon', ';'],
  ['pipe', '|'],
]);
const PLAIN_NUMBER: NumberStyle = { decimal: '.', thousands: '' };

export function readMapping(text: string): MappingResult {
  const { document, root } = openDocument(text);
  if (document.faults.length > 0) return { ok: false, faults: document.faults };
  const top = fieldsOf(document, root, { required: ['fields'], optional: ['file', 'zone', 'ignore', 'description'] });
  const layout = readLayout(document, top?.get('file') ?? null);
  const zone = zoneOf(document, top?.get('zone') ?? null, 'UTC');
  const fields = readFields(document, top?.get('fields') ?? null, zone);
  const ignore = new Set(textsOf(document, top?.get('ignore') ?? null));
  if (document.faults.length > 0) return { ok: false, faults: document.faults };
  return { ok: true, mapping: { layout, fields, ignore } };
}

function readLayout(document: RuleSetDocument, place: Place | null): FileLayout {
  if (place === null) return DEFAULT_LAYOUT;
  const fields = fieldsOf(document, place, { optional: FILE_KEYS });
  const written = textOf(document, fields?.get('delimiter') ?? null);
  const delimiter = written === null ? null : (DELIMITER_NAMES.get(written) ?? written);
  if (delimiter !== null && (delimiter.length !== 1 || /["\r\n]/.test(delimiter)))
    report(document, fields?.get('delimiter') ?? place, { message: 'a delimiter is one character: write ",", ";", "|" or tab' });
  const quote = textOf(document, fields?.get('quote') ?? null);
  if (quote !== null && quote !== 'none' && quote.length !== 1)
    report(document, fields?.get('quote') ?? place, { message: 'a quote is one character, or none' });
  const encoding = textOf(document, fields?.get('encoding') ?? null) ?? DEFAULT_LAYOUT.encoding;
  if (!isEncoding(encoding))
    report(document, fields?.get('encoding') ?? place, {
      message: `"${encoding}" is no encoding: write utf-8, windows-1252, iso-8859-15, utf-16le or another of the Encoding Standard`,
    });
  const columns = fields?.get('columns') ?? null;
  return {
    delimiter,
    quote: quote === null ? DEFAULT_LAYOUT.quote : quote === 'none' ? null : quote,
    encoding,
    columns: columns === null ? null : textsOf(document, columns),
    skipLines: numberOf(document, fields?.get('skipLines') ?? null, { min: 0, max: MOST_SKIPPED, integer: true }) ?? 0,
    emptyValues: new Set(textsOf(document, fields?.get('emptyValues') ?? null).map((value) => value.trim().toLowerCase())),
  };
}

function isEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}

function readFields(document: RuleSetDocument, place: Place | null, zone: string): readonly FieldMapping[] {
  if (place === null) return [];
  const fields: FieldMapping[] = [];
  for (const { key, keyNode, value } of entriesOf(document, place) ?? []) {
    const fault = pathFault(key);
    if (fault !== null) report(document, { path: value.path, node: keyNode }, { message: fault });
    if (fields.some(({ path }) => path === key))
      report(document, { path: value.path, node: keyNode }, { message: `"${key}" is filled twice` });
    const field = readField(document, { place: value, path: key, zone });
    if (field !== null) fields.push(field);
  }
  if (!fields.some(({ path }) => path === 'vendorReference') && document.faults.length === 0)
    report(document, place, {
      message: 'vendorReference is missing: name the column unlike in any two leads, or write {columns: "*", digest: true}',
    });
  return fields;
}

interface FieldRequest {
  readonly place: Place;
  readonly path: string;
  readonly zone: string;
}

/** `field: column` or `field: {column, …}`. */
function readField(document: RuleSetDocument, { place, path, zone }: FieldRequest): FieldMapping | null {
  if (!isMapping(document, place)) {
    const column = textOf(document, place);
    return column === null ? null : { ...plainField(path), columns: [column] };
  }
  const fields = fieldsOf(document, place, { optional: FIELD_KEYS });
  if (fields === null) return null;
  const columns = readColumns(document, fields);
  const constant = textOf(document, fields.get('constant'));
  if ((columns === null) === (constant === null))
    report(document, place, { message: 'say one of column, columns, constant: where the value comes from' });
  const valueMap = readValueMap(document, fields);
  const date = readDate(document, fields, zone);
  if (date !== null && kindOf(path) !== 'time' && !path.startsWith('attributes.'))
    report(document, fields.get('date') ?? place, { message: `${path} is no time: a date format has no use here` });
  return {
    path,
    columns: columns ?? [],
    join: textOf(document, fields.get('join')) ?? ' ',
    constant: constant ?? textOf(document, fields.get('default')),
    valueMap,
    date,
    number: readNumber(document, fields.get('number')),
    split: textOf(document, fields.get('split')),
    digest: booleanOf(document, fields.get('digest')) ?? false,
  };
}

function plainField(path: string): FieldMapping {
  return { path, columns: [], join: ' ', constant: null, valueMap: null, date: null, number: null, split: null, digest: false };
}

function readColumns(document: RuleSetDocument, fields: Fields): readonly string[] | '*' | null {
  const one = textOf(document, fields.get('column'));
  const many = fields.get('columns');
  if (many === null) return one === null ? null : [one];
  if (one !== null) report(document, many, { message: 'column and columns: say one of them' });
  if (!isList(document, many) && textOf(document, many) === '*') return '*';
  return textsOf(document, many);
}

function readValueMap(document: RuleSetDocument, fields: Fields): ValueMap | null {
  const place = fields.get('values');
  const otherwise = oneOf(document, fields.get('otherwise'), ['reject', 'keep', 'empty']) ?? 'reject';
  if (place === null) return null;
  const values = new Map<string, string | null>();
  for (const { key, value } of entriesOf(document, place) ?? []) {
    const text = value.node === null ? null : textOf(document, value);
    values.set(key.trim().toLowerCase(), text === '' ? null : text);
  }
  return { values, otherwise };
}

/** One format, or several to be tried in turn. */
function readDate(document: RuleSetDocument, fields: Fields, defaultZone: string): DateReader | null {
  const place = fields.get('date');
  const zone = zoneOf(document, fields.get('zone'), defaultZone);
  if (place === null) return null;
  const readers: DateReader[] = [];
  for (const item of isList(document, place) ? itemsOf(document, place) : [place]) {
    const format = textOf(document, item);
    if (format === null) continue;
    try {
      readers.push(dateReader(format, zone));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      report(document, item, { message: error.message });
    }
  }
  return (text) => {
    for (const read of readers) {
      const time = read(text);
      if (time !== null) return time;
    }
    return null;
  };
}

function readNumber(document: RuleSetDocument, place: Place | null): NumberStyle | null {
  if (place === null) return null;
  const fields = fieldsOf(document, place, { optional: ['decimal', 'thousands'] });
  return {
    decimal: oneOf(document, fields?.get('decimal') ?? null, ['.', ',']) ?? PLAIN_NUMBER.decimal,
    thousands: textOf(document, fields?.get('thousands') ?? null) ?? PLAIN_NUMBER.thousands,
  };
}

/** A list of texts, or one text alone. */
function textsOf(document: RuleSetDocument, place: Place | null): readonly string[] {
  if (place === null) return [];
  const places = isList(document, place) ? itemsOf(document, place) : [place];
  return places.flatMap((item) => textOf(document, item) ?? []);
}
