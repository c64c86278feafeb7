/** Reads a JSON Schema (draft 7, as far as ours goes), and walks a document and its schema together. */
import { isDeepStrictEqual } from 'node:util';

export interface JsonSchema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly default?: unknown;
  readonly definitions?: Readonly<Record<string, JsonSchema>>;
}

/** One spot of a document, and what the schema says of it: references and alternatives resolved. */
export interface Spot {
  /** As faults have it: `pools[0].agents[1].caps`. */
  readonly path: string;
  readonly keys: readonly (string | number)[];
  readonly value: unknown;
  readonly schema: JsonSchema;
}

/** Keywords that `spotsOf` understands; any other one would go unheeded. */
export const UNDERSTOOD = new Set([
  ...['$schema', 'title', 'definitions', '$ref', 'description', 'default', 'type', 'enum', 'pattern', 'minimum', 'maximum', 'minItems'],
  ...['properties', 'required', 'additionalProperties', 'items', 'anyOf', 'allOf'],
]);

/** Every spot of the document; a value that its schema does not allow is an error with its path. */
export function spotsOf(root: JsonSchema, document: unknown): readonly Spot[] {
  const spots: Spot[] = [];
  visit(root, { path: '', keys: [], value: document, schema: root }, spots);
  return spots;
}

/** All schemas within a schema, itself first; references are not followed. */
export function schemasIn(schema: JsonSchema): readonly JsonSchema[] {
  const { additionalProperties } = schema;
  const children = [
    ...Object.values(schema.properties ?? {}),
    ...Object.values(schema.definitions ?? {}),
    ...(schema.anyOf ?? []),
    ...(schema.allOf ?? []),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
  ];
  return [schema, ...children.flatMap(schemasIn)];
}

function visit(root: JsonSchema, spot: Spot, spots: Spot[]): void {
  const schema = chosen(root, spot);
  const here = { ...spot, schema };
  spots.push(here);
  const { path, keys, value } = here;
  if (Array.isArray(value)) {
    const items = schema.items ?? {};
    for (const [index, item] of value.entries())
      visit(root, { path: `${path}[${index}]`, keys: [...keys, index], value: item, schema: items }, spots);
    return;
  }
  if (!isObject(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const more = schema.additionalProperties;
    const one = schema.properties?.[key] ?? (typeof more === 'object' ? more : {});
    visit(root, { path: path === '' ? key : `${path}.${key}`, keys: [...keys, key], value: inner, schema: one }, spots);
  }
}

/** The schema itself behind references, and of alternatives the first that allows the value. */
function chosen(root: JsonSchema, spot: Spot): JsonSchema {
  const schema = behind(root, spot.schema);
  if (schema.anyOf !== undefined) {
    const fitting = schema.anyOf.map((one) => behind(root, one)).find((one) => allows(one, spot.value));
    if (fitting === undefined) throw new Error(`${spot.path}: the schema allows no ${JSON.stringify(spot.value)}`);
    return chosen(root, { ...spot, schema: fitting });
  }
  if (!allows(schema, spot.value)) throw new Error(`${spot.path}: the schema does not allow ${JSON.stringify(spot.value)}`);
  return schema;
}

function behind(root: JsonSchema, schema: JsonSchema): JsonSchema {
  const name = schema.$ref ?? schema.allOf?.[0]?.$ref;
  if (name === undefined) return schema;
  const found = root.definitions?.[name.replace('#/definitions/', '')];
  if (found === undefined) throw new Error(`the schema has no ${name}`);
  return behind(root, found);
}

/** The value alone, not what is in it: but for the keys of objects. */
function allows(schema: JsonSchema, value: unknown): boolean {
  const { type, pattern, properties = {}, required = [], additionalProperties = true, minimum, maximum, minItems = 0 } = schema;
  if (schema.enum !== undefined) return schema.enum.some((word) => isDeepStrictEqual(word, value));
  if (type !== undefined && ![type].flat().some((name) => isOfType(name, value))) return false;
  if (typeof value === 'string') return pattern === undefined || new RegExp(pattern, 'u').test(value);
  if (typeof value === 'number') return value >= (minimum ?? value) && value <= (maximum ?? value);
  if (Array.isArray(value)) return value.length >= minItems;
  if (!isObject(value)) return true;
  const isKnown = (key: string): boolean => additionalProperties !== false || Object.hasOwn(properties, key);
  return Object.keys(value).every(isKnown) && required.every((key) => Object.hasOwn(value, key));
}

function isOfType(name: string, value: unknown): boolean {
  if (name === 'null') return value === null;
  if (name === 'array') return Array.isArray(value);
  if (name === 'object') return isObject(value);
  return name === 'integer' ? Number.isInteger(value) : typeof value === name;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
