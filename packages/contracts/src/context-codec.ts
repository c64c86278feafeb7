/**
 * The context of a lead as bare bytes, as they stand at the end of every value that carries it. The router keeps these
 * bytes in Postgres and puts them at the end of its outputs; to decide it reads them only as far as the person.
 */
import { type CompiledType, compileSchema, encodeAfter, schemaFiles, typeOf } from './avro-types.ts';
import { CodecFault } from './codec-fault.ts';
import type { LeadContext } from './generated/wire-types.ts';
import { CONTEXT_RECORD, composeSchema } from './schema-files.ts';
import type { SchemaSource } from './schema-source.ts';
import { HEADER_BYTES, stampSchemaId } from './wire-format.ts';
import { createWriterSchemas, requireSchemaId } from './writer-schemas.ts';

/** What decisions may look at. */
export type ImpersonalContext = Pick<LeadContext, 'lead' | 'enrichment' | 'scoring'>;

/** Subject of the stored form; no topic has it as its value. */
export const CONTEXT_SUBJECT = 'lead.context.v1-stored';

const PERSONAL_FIELDS: ReadonlySet<string> = new Set(['person', 'personSealed']);
let impersonalType: CompiledType | null = null;

/** Without any header: the tail of a value. */
export function encodeContext(context: LeadContext): Buffer {
  return encodeAfter(typeOf(CONTEXT_RECORD), context, { before: 0 });
}

/** A CodecFault LR_CODEC_MALFORMED for anything but one whole context in our own schema. */
export function decodeContext(bytes: Buffer): LeadContext {
  try {
    return typeOf(CONTEXT_RECORD).fromBuffer(bytes);
  } catch (cause) {
    throw malformedContext(cause);
  }
}

/** Stops before the person, whose values never become strings in this process. The rest of the bytes is not checked. */
export function decodeImpersonal(bytes: Buffer): ImpersonalContext {
  return cutImpersonal(bytes).value;
}

/** The same context with other findings: the person's bytes, clear or sealed, are carried over unread. */
export function replaceImpersonal(bytes: Buffer, findings: ImpersonalContext): Buffer {
  return encodeAfter(impersonalContext(), findings, { before: 0, tail: bytes.subarray(cutImpersonal(bytes).offset) });
}

/** For tables: bytes that outlive this version of the schema carry the id of the schema they were written with. */
export interface StoredContexts {
  toStored(context: Buffer): Buffer;
  /** As for a codec: call before `fromStored`. */
  prepare(stored: Iterable<Buffer>): Promise<void>;
  /** Bare bytes in our own schema, a view where the schema is the same. */
  fromStored(stored: Buffer): Buffer;
}

export async function openStoredContexts(source: SchemaSource): Promise<StoredContexts> {
  const type = typeOf(CONTEXT_RECORD);
  const schema = composeSchema(CONTEXT_RECORD, schemaFiles());
  const ownId = await source.idOf(CONTEXT_SUBJECT, schema);
  const writers = createWriterSchemas({ source, reader: type, own: { id: ownId, schema }, isUntrusted: false });
  return {
    toStored(context) {
      const stored = Buffer.allocUnsafe(HEADER_BYTES + context.length);
      context.copy(stored, HEADER_BYTES);
      return stampSchemaId(stored, ownId);
    },
    prepare: writers.prepare,
    fromStored(stored) {
      const { resolver } = writers.readable(requireSchemaId(stored));
      const body = stored.subarray(HEADER_BYTES);
      if (resolver === undefined) return body;
      try {
        return encodeContext(type.fromBuffer(body, resolver));
      } catch (cause) {
        throw malformedContext(cause);
      }
    },
  };
}

function cutImpersonal(bytes: Buffer): { readonly value: ImpersonalContext; readonly offset: number } {
  let decoded: { readonly value: ImpersonalContext; readonly offset: number };
  try {
    decoded = impersonalContext().decode(bytes, 0);
  } catch (cause) {
    throw malformedContext(cause);
  }
  if (decoded.offset < 0) throw malformedContext();
  return decoded;
}

function impersonalContext(): CompiledType {
  impersonalType ??= compileImpersonal();
  return impersonalType;
}

function compileImpersonal(): CompiledType {
  const whole = composeSchema(CONTEXT_RECORD, schemaFiles());
  if (typeof whole === 'string' || !('fields' in whole)) throw new Error(`${CONTEXT_RECORD} must be a record`);
  return compileSchema({ ...whole, fields: whole.fields.filter((field) => !PERSONAL_FIELDS.has(field.name)) });
}

function malformedContext(cause?: unknown): CodecFault {
  return new CodecFault('LR_CODEC_MALFORMED', 'the bytes are no LeadContext in the schema of this version', { cause });
}
