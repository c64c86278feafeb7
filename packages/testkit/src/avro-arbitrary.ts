/** Any value of an Avro schema, for properties of codecs and mappers: what is in `schemas/` is what gets tried. */
import type { AvroRecord, AvroType } from '@lead-router/contracts/schema-files.ts';
import { isUnion, NAMESPACE } from '@lead-router/contracts/schema-files.ts';
import fc from 'fast-check';

/** Takes a composed schema (every name defined before it is used). Enums leave UNKNOWN out: this version never writes it. */
export function avroArbitrary(schema: AvroType, named: Map<string, fc.Arbitrary<unknown>> = new Map()): fc.Arbitrary<unknown> {
  if (typeof schema === 'string') return named.get(schema) ?? primitive(schema);
  if (isUnion(schema)) return union(schema, named);
  switch (schema.type) {
    case 'array':
      return fc.array(avroArbitrary(schema.items, named), { maxLength: 4 });
    case 'map':
      return fc.dictionary(mapKey, avroArbitrary(schema.values, named), { maxKeys: 4 });
    case 'enum': {
      const arbitrary = fc.constantFrom(...schema.symbols.filter((symbol) => symbol !== 'UNKNOWN'));
      named.set(schema.name, arbitrary);
      return arbitrary;
    }
    case 'record':
      return record(schema, named);
    default:
      return primitive(schema.type);
  }
}

/** Beyond 2^52 avsc mistakes a negative long for a positive one; every long of ours is a time, a version or a count far below. */
const MAX_LONG = 2 ** 51;
/** Well-formed text with control characters in it; half surrogate pairs do not survive UTF-8 and never get past the door. */
const text = fc.string({ unit: 'binary', maxLength: 12 });
/** Of a plain object, this one key is not a property. */
const mapKey = text.filter((key) => key !== '__proto__');

function record(schema: AvroRecord, named: Map<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(schema.fields.map((field) => [field.name, avroArbitrary(field.type, named)]));
  const arbitrary = fc.record(fields, { noNullPrototype: true });
  named.set(schema.name, arbitrary);
  return arbitrary;
}

function union(branches: readonly AvroType[], named: Map<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const others = branches.filter((branch) => branch !== 'null');
  const arbitraries = others.map((branch) => {
    const arbitrary = avroArbitrary(branch, named);
    return others.length === 1 ? arbitrary : arbitrary.map((value) => ({ [`${NAMESPACE}.${nameOf(branch)}`]: value }));
  });
  return fc.oneof(...arbitraries, ...(branches.includes('null') ? [fc.constant(null)] : []));
}

function nameOf(branch: AvroType): string {
  if (typeof branch === 'string') return branch;
  return 'name' in branch ? branch.name : '';
}

function primitive(type: string): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'int':
      return fc.integer();
    case 'long':
      return fc.integer({ min: -MAX_LONG, max: MAX_LONG });
    case 'float':
      return fc.float({ noNaN: true });
    case 'double':
      return fc.double({ noNaN: true });
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    case 'string':
      return text;
    default:
      throw new Error(`no arbitrary for ${type}`);
  }
}
