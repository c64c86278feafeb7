/**
 * The schemas others wrote with, by id, each resolved once against ours. Fetching is asynchronous and happens before
 * the hot path (`prepare`); using is synchronous.
 */
import { type CompiledType, compileSchema } from './avro-types.ts';
import { type BoundedWalk, compileBoundedWalk } from './bounded-walk.ts';
import { CodecFault } from './codec-fault.ts';
import type { AvroType } from './schema-files.ts';
import type { SchemaSource } from './schema-source.ts';
import { HEADER_BYTES, schemaIdOf } from './wire-format.ts';

export interface ReadableSchema {
  readonly kind: 'READABLE';
  /** undefined: the same schema, whose bytes can be cut and carried along as they are. */
  readonly resolver: Resolver | undefined;
  /** To be done before decoding what an untrusted writer wrote. */
  readonly walk: BoundedWalk | undefined;
}

export type Resolver = ReturnType<CompiledType['createResolver']>;

/** How records of one writer are read as ours. */
type WriterSchema =
  /** The same schema: bytes can be cut and carried along as they are. */
  ReadableSchema | { readonly kind: 'UNKNOWN' } | { readonly kind: 'INCOMPATIBLE'; readonly message: string };

export interface WriterSchemas {
  /** Fetches every schema these values were written with and that is not known yet. A CodecFault LR_CODEC_REGISTRY_UNAVAILABLE when the registry does not answer. */
  prepare(values: Iterable<Buffer | null>): Promise<void>;
  /** Throws a CodecFault unless records of this schema can be read. */
  readable(id: number): ReadableSchema;
}

export interface WriterSchemasOptions {
  readonly source: SchemaSource;
  readonly reader: CompiledType;
  readonly own: { readonly id: number; readonly schema: AvroType };
  /** Values come from outside: their claims about sizes are checked before anything is built. */
  readonly isUntrusted: boolean;
}

/** Somebody who writes made-up ids must not fill the memory: beyond it all is forgotten, and fetched again when it is needed. */
const MAX_KNOWN = 1_000;

export function createWriterSchemas(options: WriterSchemasOptions): WriterSchemas {
  const { source, own } = options;
  const known = new Map<number, WriterSchema>();
  known.set(own.id, asReadable(options, own.schema));

  return {
    async prepare(values) {
      const used = new Set<number>();
      for (const value of values) {
        const id = value === null ? null : schemaIdOf(value);
        if (id !== null) used.add(id);
      }
      if (known.size + used.size > MAX_KNOWN) {
        for (const id of known.keys()) if (id !== own.id && !used.has(id)) known.delete(id);
      }
      for (const id of used) {
        if (known.has(id)) continue;
        const schema = await source.schemaOf(id);
        known.set(id, schema === null ? { kind: 'UNKNOWN' } : asReadable(options, schema));
      }
    },
    readable(id) {
      const writer = known.get(id);
      if (writer === undefined)
        throw new CodecFault('LR_CODEC_NOT_PREPARED', `schema ${id} was not fetched: prepare the batch before decoding it`);
      switch (writer.kind) {
        case 'UNKNOWN':
          throw new CodecFault(
            'LR_CODEC_SCHEMA_UNKNOWN',
            `the registry knows no schema ${id}: the writer has to register its schema first`,
          );
        case 'INCOMPATIBLE':
          throw new CodecFault(
            'LR_CODEC_SCHEMA_INCOMPATIBLE',
            `schema ${id} cannot be read as ${options.reader.name ?? 'ours'}: ${writer.message}`,
          );
        default:
          return writer;
      }
    },
  };
}

/** Cuts a value into schema id and body; throws LR_CODEC_MALFORMED for what is not in the wire format. */
export function requireSchemaId(value: Buffer): number {
  const id = schemaIdOf(value);
  if (id === null)
    throw new CodecFault(
      'LR_CODEC_MALFORMED',
      `a value must begin with byte 0 and a schema id of four bytes (${HEADER_BYTES} in all); this one has ${value.length} bytes`,
    );
  return id;
}

function asReadable(options: WriterSchemasOptions, schema: AvroType): WriterSchema {
  const { reader, isUntrusted } = options;
  try {
    const writer = compileSchema(schema);
    const walk = isUntrusted ? compileBoundedWalk(schema) : undefined;
    return { kind: 'READABLE', resolver: reader.equals(writer) ? undefined : reader.createResolver(writer), walk };
  } catch (error) {
    return { kind: 'INCOMPATIBLE', message: error instanceof Error ? error.message : String(error) };
  }
}
