/** A first mapping for a file that nobody has described yet: from its header and first lines, with what to look at said in comments. */
import { dateReader } from './date-format.ts';
import { kindOf } from './field-kinds.ts';
import { KNOWN_HEADERS } from './known-headers.ts';
import { REJECT_COLUMNS } from './mapping.ts';

export interface SuggestOptions {
  readonly file: string;
  readonly columns: readonly string[];
  readonly delimiter: string;
  readonly encoding: string;
  /** Cells of the first lines. */
  readonly samples: readonly (readonly string[])[];
}

const DATE_FORMATS = [
  ...['iso', 'yyyy-MM-dd HH:mm:ss', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'dd.MM.yyyy HH:mm:ss', 'dd.MM.yyyy HH:mm', 'dd.MM.yyyy', 'd.M.yyyy'],
  ...['MM/dd/yyyy HH:mm', 'MM/dd/yyyy', 'M/d/yyyy H:mm', 'M/d/yyyy', 'dd/MM/yyyy HH:mm', 'dd/MM/yyyy', 'd/M/yyyy', 'dd-MM-yyyy'],
  ...['d MMM yyyy', 'MMM d, yyyy', 'epoch-milliseconds', 'epoch-seconds'],
];
const EMPTY_WORDS = ['null', 'n/a', 'na', '-', 'none', '#n/a', '(null)'];
const DELIMITER_NAMES: ReadonlyMap<string, string> = new Map([['\t', 'tab']]);
const MAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;
const TELEPHONE = /^\+?[\d\s()/.-]{7,20}$/;
const NUMBER = /^\d{1,3}(?:([.,' ])\d{3})+(?:([.,])\d+)?$|^\d+(?:([.,])\d+)?$/;
const ATTRIBUTE_LENGTH = 64;

/** YAML that `readMapping` takes. Shows no value of the file. */
export function suggestMapping(options: SuggestOptions): string {
  const { file, columns, samples } = options;
  const taken = new Set<string>();
  const lines: string[] = [];
  const left: string[] = [];
  columns.forEach((column, index) => {
    if (REJECT_COLUMNS.some((reject) => reject === column)) return;
    const values = samples.map((cells) => (cells[index] ?? '').trim()).filter((value) => value !== '' && !isEmptyWord(value));
    const path = fieldFor(column, values, taken);
    if (path !== null) {
      taken.add(path);
      lines.push(`  ${path}: ${sourceFor(path, column, values)}`);
      return;
    }
    left.push(attributeFor(column, values, taken));
  });
  if (!taken.has('vendorReference')) {
    lines.unshift(
      '  # No column looks like a reference. A digest of the whole line makes the same line the same lead; a column is better.',
      '  vendorReference: { columns: "*", digest: true }',
    );
  }
  const ignored = left.filter((line) => line.startsWith('  - '));
  return [
    `# First mapping for ${file.split('/').at(-1)}: look at every line, then try it with --dry-run. All keys: docs/import.md.`,
    ...layoutLines(options),
    'fields:',
    ...lines,
    ...left.filter((line) => !line.startsWith('  - ')),
    ...(ignored.length === 0
      ? []
      : ['# Looks personal, and attributes never are: map these to a field of person, or leave them out.', 'ignore:', ...ignored]),
    '',
  ].join('\n');
}

function layoutLines({ delimiter, encoding, samples }: SuggestOptions): readonly string[] {
  const words = new Set(samples.flat().flatMap((cell) => (isEmptyWord(cell.trim()) ? [cell.trim()] : [])));
  return [
    'file:',
    `  delimiter: ${quoted(DELIMITER_NAMES.get(delimiter) ?? delimiter)}`,
    `  encoding: ${encoding}`,
    ...(words.size === 0 ? [] : [`  emptyValues: [${[...words].map(quoted).join(', ')}]`]),
    '# Zone of dates that do not say theirs.',
    'zone: UTC',
  ];
}

function fieldFor(column: string, values: readonly string[], taken: ReadonlySet<string>): string | null {
  const name = plain(column);
  for (const [path, names] of KNOWN_HEADERS) {
    if (!taken.has(path) && (names.includes(name) || plain(path) === name)) return path;
  }
  if (!taken.has('person.email') && values.length > 0 && values.every((value) => MAIL.test(value))) return 'person.email';
  return null;
}

function sourceFor(path: string, column: string, values: readonly string[]): string {
  const name = quoted(column);
  switch (kindOf(path)) {
    case 'time': {
      const format = DATE_FORMATS.find((one) => values.length > 0 && values.every((value) => dateReader(one, 'UTC')(value) !== null));
      return format === undefined
        ? `{ column: ${name}, date: iso } # write the format, like dd.MM.yyyy HH:mm`
        : `{ column: ${name}, date: ${quoted(format)} }${isAmbiguous(format) ? ' # or is the day first?' : ''}`;
    }
    case 'number': {
      const style = numberStyle(values);
      return style === '' ? name : `{ column: ${name}, number: ${style} }`;
    }
    case 'list':
      return `{ column: ${name}, split: ";" }`;
    case 'flag':
      return `{ column: ${name}, values: { yes: true, no: false, true: true, false: false, 1: true, 0: false } }`;
    case 'text':
      return name;
  }
}

function isAmbiguous(format: string): boolean {
  return format.startsWith('MM/') || format.startsWith('M/');
}

/** Empty for plain numbers. */
function numberStyle(values: readonly string[]): string {
  for (const value of values) {
    const match = NUMBER.exec(value);
    const [, thousands, decimal] = match ?? [];
    if (thousands === '.' || decimal === ',' || match?.[3] === ',') return '{ decimal: ",", thousands: "." }';
    if (thousands !== undefined) return `{ decimal: ".", thousands: ${quoted(thousands)} }`;
  }
  return '';
}

/** A field line, or an item of `ignore`. */
function attributeFor(column: string, values: readonly string[], taken: Set<string>): string {
  const isPersonal = values.length > 0 && values.every((value) => MAIL.test(value) || (TELEPHONE.test(value) && value.length > 8));
  const words = column.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const name = words
    .map((word, index) => (index === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1))
    .join('');
  const path = `attributes.${name.slice(0, ATTRIBUTE_LENGTH)}`;
  if (name === '' || isPersonal || taken.has(path)) return `  - ${quoted(column)}`;
  taken.add(path);
  return `  ${path}: ${quoted(column)}`;
}

function isEmptyWord(value: string): boolean {
  return EMPTY_WORDS.includes(value.toLowerCase());
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** A YAML text, whatever is in it. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
