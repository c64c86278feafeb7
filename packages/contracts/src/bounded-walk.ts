/**
 * Walks over the bytes of a value without making anything of them, within bounds. A few bytes from outside can claim an
 * array of a million million items, which a decoder would begin to build; values of untrusted writers are walked first.
 */
import { CodecFault } from './codec-fault.ts';

export const WALK_LIMITS = {
  /** Array items and map entries in one value, all together. */
  items: 20_000,
  /** Levels of records, arrays, maps and unions. */
  depth: 64,
} as const;

/** Throws a CodecFault LR_CODEC_MALFORMED unless the bytes from `start` to the end are one value within the limits. */
export type BoundedWalk = (value: Buffer, start: number) => void;

type Walk = (cursor: Cursor, depth: number) => void;

/** Throws an Error for what is no Avro schema; those come from outside too. */
export function compileBoundedWalk(schema: unknown): BoundedWalk {
  const walk = compile(schema, { namespace: '', named: new Map() });
  return (value, start) => {
    const cursor = new Cursor(value, start);
    walk(cursor, 0);
    if (cursor.at !== value.length) throw outOfBounds('bytes are left over');
  };
}

class Cursor {
  readonly #bytes: Buffer;
  #items = 0;
  at: number;

  constructor(bytes: Buffer, start: number) {
    this.#bytes = bytes;
    this.at = start;
  }

  skip(length: number): void {
    if (length < 0 || this.at + length > this.#bytes.length) throw outOfBounds('it ends too early');
    this.at += length;
  }

  /** Zig-zag; exact below 2^53, and anything larger is out of bounds wherever a length or count is meant. */
  long(): number {
    let value = 0;
    for (let shift = 0; shift < 10; shift++) {
      const byte = this.#bytes[this.at];
      if (byte === undefined) throw outOfBounds('it ends too early');
      this.at++;
      value += (byte & 0x7f) * 2 ** (7 * shift);
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw outOfBounds('a number has more than ten bytes');
  }

  countItems(count: number): void {
    this.#items += count;
    if (this.#items > WALK_LIMITS.items) throw outOfBounds(`it has more than ${WALK_LIMITS.items} items`);
  }
}

interface Scope {
  readonly namespace: string;
  readonly named: Map<string, Walk>;
}

const FIXED_BYTES: Readonly<Record<string, number>> = { null: 0, boolean: 1, float: 4, double: 8 };

function compile(schema: unknown, scope: Scope): Walk {
  if (typeof schema === 'string') return byName(schema, scope);
  if (Array.isArray(schema)) return union(schema.map((branch) => compile(branch, scope)));
  if (!isObject(schema)) throw new Error('a schema is a name, a list or an object');
  switch (schema.type) {
    case 'record':
    case 'error':
      return record(schema, scope);
    case 'enum':
      return define(schema, scope, (cursor) => void cursor.long());
    case 'fixed': {
      const size = Number(schema.size);
      return define(schema, scope, (cursor) => cursor.skip(size));
    }
    case 'array':
      return blocks(compile(schema.items, scope));
    case 'map': {
      const values = compile(schema.values, scope);
      return blocks((cursor, depth) => {
        text(cursor);
        values(cursor, depth);
      });
    }
    default:
      return compile(schema.type, scope);
  }
}

function byName(name: string, scope: Scope): Walk {
  const size = FIXED_BYTES[name];
  if (size !== undefined) return (cursor) => cursor.skip(size);
  if (name === 'int' || name === 'long') return (cursor) => void cursor.long();
  if (name === 'bytes' || name === 'string') return text;
  const full = fullName(name, scope.namespace);
  // Looked up when it runs: a record may hold itself.
  return (cursor, depth) => {
    const walk = scope.named.get(full) ?? scope.named.get(name);
    if (walk === undefined) throw new Error(`nothing defines ${name}`);
    walk(cursor, depth);
  };
}

function record(schema: Readonly<Record<string, unknown>>, scope: Scope): Walk {
  const inner: Scope = { ...scope, namespace: namespaceOf(schema, scope.namespace) };
  const fields: Walk[] = [];
  const walk = define(schema, scope, (cursor, depth) => {
    deeper(depth);
    for (const field of fields) field(cursor, depth + 1);
  });
  for (const field of Array.isArray(schema.fields) ? schema.fields : []) fields.push(compile(isObject(field) ? field.type : field, inner));
  return walk;
}

function union(branches: readonly Walk[]): Walk {
  return (cursor, depth) => {
    deeper(depth);
    const branch = branches[cursor.long()];
    if (branch === undefined) throw outOfBounds('a union has no such branch');
    branch(cursor, depth + 1);
  };
}

/** Arrays and maps: blocks of items until an empty one; a negative count is followed by the block's length in bytes. */
function blocks(item: Walk): Walk {
  return (cursor, depth) => {
    deeper(depth);
    for (let count = cursor.long(); count !== 0; count = cursor.long()) {
      if (count < 0) cursor.long();
      cursor.countItems(Math.abs(count));
      for (let index = 0; index < Math.abs(count); index++) item(cursor, depth + 1);
    }
  };
}

function text(cursor: Cursor): void {
  cursor.skip(cursor.long());
}

function define(schema: Readonly<Record<string, unknown>>, scope: Scope, walk: Walk): Walk {
  scope.named.set(fullName(String(schema.name), namespaceOf(schema, scope.namespace)), walk);
  return walk;
}

function namespaceOf(schema: Readonly<Record<string, unknown>>, outer: string): string {
  const name = String(schema.name);
  if (name.includes('.')) return name.slice(0, name.lastIndexOf('.'));
  return typeof schema.namespace === 'string' ? schema.namespace : outer;
}

function fullName(name: string, namespace: string): string {
  return name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
}

function deeper(depth: number): void {
  if (depth >= WALK_LIMITS.depth) throw outOfBounds(`it is more than ${WALK_LIMITS.depth} levels deep`);
}

function outOfBounds(detail: string): CodecFault {
  return new CodecFault('LR_CODEC_MALFORMED', `the bytes do not fit their schema: ${detail}`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
