/**
 * Values to bytes and back, in the Confluent wire format. A codec is opened once at start (that asks the registry for
 * its schema's id); encoding and decoding are synchronous and look nothing up.
 */
import { type CompiledType, encodeAfter, prefixTypeOf, schemaFiles, typeOf } from './avro-types.ts';
import { CodecFault } from './codec-fault.ts';
import type { PrefixTypes, RecordTypes } from './generated/wire-types.ts';
import { composeSchema, contextBranchesOf, contextTailOf } from './schema-files.ts';
import type { SchemaSource } from './schema-source.ts';
import { type ContextRecordName, type RecordName, TOPICS, valueSubject } from './topics.ts';
import { HEADER_BYTES, stampSchemaId } from './wire-format.ts';
import { createWriterSchemas, type Resolver, requireSchemaId, type WriterSchemas } from './writer-schemas.ts';

export interface Codec<T> {
  readonly subject: string;
  /** Id under which this codec writes. */
  readonly schemaId: number;
  /** A CodecFault LR_CODEC_VALUE_REFUSED for a value that does not fit. */
  encode(value: T): Buffer;
  /** Call once per batch, before decoding it; costs nothing when all writers are known. Null values (tombstones) are passed over. */
  prepare(values: Iterable<Buffer | null>): Promise<void>;
  /** A CodecFault for bytes that cannot be read; its code says why. */
  decode(value: Buffer): T;
}

/** A value cut in two: the context is a view of the value's own bytes, null where the body carries none. */
export interface CutValue<P> {
  readonly prefix: P;
  readonly context: Buffer | null;
}

/** Of records that end with a LeadContext: their context's bytes are carried along without being decoded. */
export interface ContextCodec<T, P> extends Codec<T> {
  /** Equal, byte for byte, to encoding the whole. `context` is what `encodeContext` or a cut gave; null where the body carries none. */
  encodeWithContext(prefix: P, context: Buffer | null): Buffer;
  /** Decodes up to the context. The context's bytes are always in our own schema, whoever wrote the value. */
  decodePrefix(value: Buffer): CutValue<P>;
}

/** The values of one topic: `openTopicCodec(source, 'submitted')`. */
export function openTopicCodec<K extends keyof typeof TOPICS>(
  source: SchemaSource,
  topic: K,
): Promise<CodecFor<(typeof TOPICS)[K]['record']>>;
export function openTopicCodec(source: SchemaSource, topic: keyof typeof TOPICS): Promise<CodecFor<RecordName>> {
  return openCodec(source, { subject: valueSubject(TOPICS[topic].topic), record: TOPICS[topic].record });
}

export type CodecFor<R extends RecordName> = R extends ContextRecordName
  ? ContextCodec<RecordTypes[R], PrefixTypes[R]>
  : Codec<RecordTypes[R]>;

/** A CodecFault LR_CODEC_SUBJECT_MISSING when the schema is not registered, LR_CODEC_REGISTRY_UNAVAILABLE when the registry is down. */
export async function openCodec<R extends RecordName>(
  source: SchemaSource,
  options: { readonly subject: string; readonly record: R },
): Promise<CodecFor<R>>;
export async function openCodec(
  source: SchemaSource,
  options: { readonly subject: string; readonly record: RecordName },
): Promise<unknown> {
  const { subject, record } = options;
  const schema = composeSchema(record, schemaFiles());
  const schemaId = await source.idOf(subject, schema);
  const type = typeOf(record);
  const writers = createWriterSchemas({ source, reader: type, own: { id: schemaId, schema }, isUntrusted: FROM_OUTSIDE.has(record) });
  const parts: CodecParts = { record, subject, schemaId, type, writers };
  return contextTailOf(record, schemaFiles()) === 'NEVER' ? plainCodec(parts) : contextCodec(parts);
}

/** Written by vendors and their systems, with whatever library they have. */
const FROM_OUTSIDE: ReadonlySet<RecordName> = new Set(['LeadIntake', 'ActivityIntake']);

interface CodecParts {
  readonly record: RecordName;
  readonly subject: string;
  readonly schemaId: number;
  readonly type: CompiledType;
  readonly writers: WriterSchemas;
}

function plainCodec(parts: CodecParts): Codec<unknown> {
  const { subject, schemaId, type, writers } = parts;
  return {
    subject,
    schemaId,
    encode: (value) => stampSchemaId(encodeAfter(type, value, { before: HEADER_BYTES }), schemaId),
    prepare: writers.prepare,
    decode(value) {
      const { walk, resolver } = writers.readable(requireSchemaId(value));
      walk?.(value, HEADER_BYTES);
      return decodeAll(type, value, resolver);
    },
  };
}

function contextCodec(parts: CodecParts): ContextCodec<unknown, unknown> {
  const { schemaId, type, writers, record } = parts;
  const prefixType = prefixTypeOf(record);
  const branches = contextBranchesOf(record, schemaFiles());
  const plain = plainCodec(parts);
  const carriesContext = (prefix: unknown): boolean => branches.size === 0 || branches.has(branchOf(prefix));
  return {
    ...plain,
    encodeWithContext(prefix, context) {
      if (carriesContext(prefix) !== (context !== null)) {
        throw new CodecFault(
          'LR_CODEC_VALUE_REFUSED',
          `${record} ${context === null ? 'needs a context here' : 'has no context in this branch'}`,
        );
      }
      const options = context === null ? { before: HEADER_BYTES } : { before: HEADER_BYTES, tail: context };
      return stampSchemaId(encodeAfter(prefixType, prefix, options), schemaId);
    },
    decodePrefix(value) {
      const { resolver } = writers.readable(requireSchemaId(value));
      // Another writer's context is not in our schema, so its bytes cannot be carried along: the whole is encoded anew.
      const own = resolver === undefined ? value : plain.encode(decodeAll(type, value, resolver));
      const { value: prefix, offset } = decodeFrom(prefixType, own);
      if (offset < own.length !== carriesContext(prefix)) throw malformed(record);
      return { prefix, context: offset < own.length ? own.subarray(offset) : null };
    },
  };
}

function branchOf(prefix: unknown): string {
  const body = isObject(prefix) ? prefix.body : undefined;
  return isObject(body) ? (Object.keys(body)[0] ?? '') : '';
}

function decodeAll(type: CompiledType, value: Buffer, resolver: Resolver | undefined): unknown {
  const decoded = decodeFrom(type, value, resolver);
  if (decoded.offset !== value.length) throw malformed(type.name);
  return decoded.value;
}

function decodeFrom(type: CompiledType, value: Buffer, resolver?: Resolver): { readonly value: unknown; readonly offset: number } {
  let decoded: { readonly value: unknown; readonly offset: number };
  try {
    decoded = type.decode(value, HEADER_BYTES, resolver);
  } catch (cause) {
    throw malformed(type.name, cause);
  }
  if (decoded.offset < 0) throw malformed(type.name);
  return decoded;
}

function malformed(record: string | undefined, cause?: unknown): CodecFault {
  return new CodecFault(
    'LR_CODEC_MALFORMED',
    `the bytes are no ${record ?? 'value'}: the writer has to encode with the schema whose id it gives`,
    { cause },
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
