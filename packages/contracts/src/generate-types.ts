/**
 * Writes `generated/wire-types.ts`: the TypeScript types of everything in `schemas/`, as the codec gives and takes them.
 * `node packages/contracts/src/generate-types.ts` writes, `--check` only compares and exits 1 on drift.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type AvroEnum,
  type AvroField,
  type AvroRecord,
  type AvroType,
  CONTEXT_RECORD,
  contextTailOf,
  isPrimitive,
  isUnion,
  NAMESPACE,
  readSchemaFiles,
  type SchemaFiles,
} from './schema-files.ts';

export const GENERATED_FILE = fileURLToPath(new URL('./generated/wire-types.ts', import.meta.url));

const HEADER = `/**
 * Made from schemas/*.avsc by generate-types.ts: change a schema, run it again, never edit this file.
 * Times are milliseconds since the epoch; a union of records is an object with one property, the full name of the branch.
 */
`;

const PRIMITIVE_TYPES: Readonly<Record<string, string>> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Buffer',
  string: 'string',
};

export function generateTypes(files: SchemaFiles): string {
  const records = [...files.values()].filter((schema) => schema.type === 'record');
  const withContext = records.filter((record) => contextTailOf(record.name, files) !== 'NEVER');
  return [
    HEADER,
    ...[...files.values()].map((schema) => (schema.type === 'enum' ? enumType(schema) : recordType(schema))),
    ...withContext.map((record) => prefixType(record, files)),
    index(
      'RecordTypes',
      'Every record by its name.',
      records.map((record) => [record.name, record.name]),
    ),
    index(
      'PrefixTypes',
      'What stands before the context, for every record that ends with one.',
      withContext.map((record) => [record.name, `${record.name}Prefix`]),
    ),
  ].join('\n');
}

function enumType(schema: AvroEnum): string {
  return `${comment(schema.doc, '')}export type ${schema.name} = ${schema.symbols.map((symbol) => `'${symbol}'`).join(' | ')};\n`;
}

function recordType(schema: AvroRecord): string {
  return `${comment(schema.doc, '')}export interface ${schema.name} {\n${schema.fields.map(property).join('')}}\n`;
}

function property(field: AvroField): string {
  return `${comment(field.doc, '  ')}  readonly ${field.name}: ${typeText(field.type)};\n`;
}

function prefixType(record: AvroRecord, files: SchemaFiles): string {
  const last = record.fields.at(-1);
  const head = `/** ${record.name} up to its context. */\nexport type ${record.name}Prefix = `;
  if (last === undefined || last.type === CONTEXT_RECORD) return `${head}Omit<${record.name}, 'context'>;\n`;
  const branches = isUnion(last.type) ? last.type : [last.type];
  const body = branches.map((branch) =>
    branchText(branch, contextTailOf(String(branch), files) === 'ALWAYS' ? `Omit<${String(branch)}, 'context'>` : typeText(branch)),
  );
  return `${head}Omit<${record.name}, '${last.name}'> & {\n  readonly ${last.name}: ${body.join(' | ')};\n};\n`;
}

function index(name: string, doc: string, entries: readonly (readonly [string, string])[]): string {
  return `/** ${doc} */\nexport interface ${name} {\n${entries.map(([key, type]) => `  readonly ${key}: ${type};\n`).join('')}}\n`;
}

function typeText(type: AvroType): string {
  if (typeof type === 'string') return isPrimitive(type) ? (PRIMITIVE_TYPES[type] ?? type) : type;
  if (isUnion(type)) return unionText(type);
  switch (type.type) {
    case 'array':
      return `readonly ${elementText(type.items)}[]`;
    case 'map':
      return `Readonly<Record<string, ${typeText(type.values)}>>`;
    case 'record':
    case 'enum':
      return type.name;
    default:
      return PRIMITIVE_TYPES[type.type] ?? type.type;
  }
}

function elementText(type: AvroType): string {
  return isUnion(type) ? `(${typeText(type)})` : typeText(type);
}

/** As avsc has it: a union of null and one type is that type or null; several records are told apart by a wrapper. */
function unionText(branches: readonly AvroType[]): string {
  const named = branches.filter((branch) => branch !== 'null');
  const texts = named.length > 1 ? named.map((branch) => branchText(branch, typeText(branch))) : named.map(typeText);
  return [...texts, ...(branches.includes('null') ? ['null'] : [])].join(' | ');
}

function branchText(branch: AvroType, text: string): string {
  return `{ readonly '${NAMESPACE}.${String(branch)}': ${text} }`;
}

function comment(doc: string | undefined, indent: string): string {
  return doc === undefined ? '' : `${indent}/** ${doc} */\n`;
}

function main(args: readonly string[]): number {
  const wanted = generateTypes(readSchemaFiles());
  if (!args.includes('--check')) {
    writeFileSync(GENERATED_FILE, wanted);
    return 0;
  }
  if (readFileSync(GENERATED_FILE, 'utf8') === wanted) return 0;
  process.stderr.write('generated/wire-types.ts differs from schemas/: run node packages/contracts/src/generate-types.ts\n');
  return 1;
}

if (import.meta.main) process.exitCode = main(process.argv.slice(2));
