/**
 * The schemas others wrote with, by id, each resolved once against ours. Fetching is asynchronous and happens before
 * the hot path (`prepare`); using is synchronous.
 */
import { type CompiledType, compileSchema } from './avro-types.ts';
import { CodecFault } from './codec-fault.ts';
import type { SchemaSource } from './schema-source.ts';
import { HEADER_BYTES, schemaIdOf } from './wire-format.ts';

/** How records of one writer are read as ours. */
export type WriterSchema =
  /** The same schema: bytes can be cut and carried along as they are. */
  | { readonly kind: 'SAME'; readonly type: CompiledType }
  | { readonly kind: 'RESOLVED'; readonly type: CompiledType; readonly resolver: ReturnType<CompiledType['createResolver']> }
  | { readonly kind: 'UNKNOWN' }
  | { readonly kind: 'INCOMPATIBLE'; readonly message: string };

export interface WriterSchemas {
  /** Fetches every schema these values were written with and that is not known yet. A CodecFault LR_CODEC_REGISTRY_UNAVAILABLE when the registry does not answer. */
  prepare(values: Iterable<Buffer | null>): Promise<void>;
  /** Throws a CodecFault unless records of this schema can be read. */
  readable(id: number): Extract<WriterSchema, { kind: 'SAME' | 'RESOLVED' }>;
}

/** Somebody who writes made-up ids must not fill the memory: beyond it the oldest is forgotten and fetched again. */
const MAX_KNOWN = 1_000;

export function createWriterSchemas(options: {
  readonly source: SchemaSource;
  readonly reader: CompiledType;
  readonly ownId: number;
}): WriterSchemas {
  const { source, reader, ownId } = options;
  const own: WriterSchema = { kind: 'SAME', type: reader };
  const known = new Map<number, WriterSchema>();

  const fetchOne = async (id: number): Promise<void> => {
    const schema = await source.schemaOf(id);
    const oldest = known.size >= MAX_KNOWN ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    known.set(id, schema === null ? { kind: 'UNKNOWN' } : resolve(reader, () => compileSchema(schema)));
  };

  return {
    async prepare(values) {
      const missing = new Set<number>();
      for (const value of values) {
        const id = value === null ? null : schemaIdOf(value);
        if (id !== null && id !== ownId && !known.has(id)) missing.add(id);
      }
      for (const id of missing) await fetchOne(id);
    },
    readable(id) {
      const writer = id === ownId ? own : known.get(id);
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
            `schema ${id} cannot be read as ${reader.name ?? 'ours'}: ${writer.message}`,
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

function resolve(reader: CompiledType, compile: () => CompiledType): WriterSchema {
  try {
    const writer = compile();
    if (reader.equals(writer)) return { kind: 'SAME', type: reader };
    return { kind: 'RESOLVED', type: reader, resolver: reader.createResolver(writer) };
  } catch (error) {
    return { kind: 'INCOMPATIBLE', message: error instanceof Error ? error.message : String(error) };
  }
}
