/**
 * Reads `schemas/*.avsc`, the only truth about what is on the wire, and composes them into whole schemas:
 * shared records and enums are inlined where they first occur, as a registry wants them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const NAMESPACE = 'leadrouter.v1';
/** The record that every value that carries a lead ends with. */
export const CONTEXT_RECORD = 'LeadContext';

export type AvroType =
  | string
  | readonly AvroType[]
  | { readonly type: 'array'; readonly items: AvroType }
  | { readonly type: 'map'; readonly values: AvroType }
  | { readonly type: 'long' | 'int' | 'string' | 'bytes'; readonly logicalType: string }
  | AvroRecord
  | AvroEnum;

export interface AvroField {
  readonly name: string;
  readonly type: AvroType;
  readonly doc?: string;
  readonly default?: unknown;
}

export interface AvroRecord {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly fields: readonly AvroField[];
}

export interface AvroEnum {
  readonly type: 'enum';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly symbols: readonly string[];
  readonly default?: string;
}

export type SchemaFiles = ReadonlyMap<string, AvroRecord | AvroEnum>;

const SCHEMA_FOLDER = fileURLToPath(new URL('../../../schemas/', import.meta.url));
const PRIMITIVES: ReadonlySet<string> = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']);

/** Every schema file by the name of its record or enum. Throws when a file does not hold what its name says. */
export function readSchemaFiles(folder: string = SCHEMA_FOLDER): SchemaFiles {
  const files = new Map<string, AvroRecord | AvroEnum>();
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.avsc'))
    .sort()) {
    const schema: AvroRecord | AvroEnum = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    if (schema.name !== basename(file, '.avsc')) throw new Error(`${file} must define ${basename(file, '.avsc')}, not ${schema.name}`);
    files.set(schema.name, schema);
  }
  return files;
}

/**
 * One self-contained schema. With `withoutContext` every record loses its closing context: what is left encodes to
 * exactly the bytes that stand before the context.
 */
export function composeSchema(name: string, files: SchemaFiles, options: { readonly withoutContext?: boolean } = {}): AvroType {
  const defined = new Set<string>();
  const inline = (type: AvroType): AvroType => {
    if (typeof type === 'string') return isPrimitive(type) || defined.has(type) ? type : define(type);
    if (isUnion(type)) return type.map(inline);
    if (type.type === 'array') return { ...type, items: inline(type.items) };
    if (type.type === 'map') return { ...type, values: inline(type.values) };
    return type;
  };
  const define = (typeName: string): AvroType => {
    const schema = files.get(typeName);
    if (schema === undefined) throw new Error(`no schema file defines ${typeName}`);
    defined.add(typeName);
    if (schema.type === 'enum') return schema;
    const fields = options.withoutContext === true ? schema.fields.filter((field) => field.type !== CONTEXT_RECORD) : schema.fields;
    return { ...schema, fields: fields.map((field) => ({ ...field, type: inline(field.type) })) };
  };
  return define(name);
}

/** Whether a value of this record ends with a context: always, by the branch of its last field, or never. */
export function contextTailOf(name: string, files: SchemaFiles): 'ALWAYS' | 'BY_BRANCH' | 'NEVER' {
  const last = lastFieldType(name, files);
  if (last === CONTEXT_RECORD) return 'ALWAYS';
  return last !== null && isUnion(last) && last.some((branch) => endsWithContext(branch, files)) ? 'BY_BRANCH' : 'NEVER';
}

/** Full names of the branches of the last field that end with a context. */
export function contextBranchesOf(name: string, files: SchemaFiles): ReadonlySet<string> {
  const last = lastFieldType(name, files);
  if (last === null || !isUnion(last)) return new Set();
  return new Set(last.filter((branch) => endsWithContext(branch, files)).map((branch) => `${NAMESPACE}.${String(branch)}`));
}

export function isPrimitive(type: string): boolean {
  return PRIMITIVES.has(type);
}

export function isUnion(type: AvroType): type is readonly AvroType[] {
  return Array.isArray(type);
}

function endsWithContext(type: AvroType, files: SchemaFiles): boolean {
  return typeof type === 'string' && files.has(type) && lastFieldType(type, files) === CONTEXT_RECORD;
}

function lastFieldType(name: string, files: SchemaFiles): AvroType | null {
  const schema = files.get(name);
  return schema?.type === 'record' ? (schema.fields.at(-1)?.type ?? null) : null;
}
