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

/** Subject of the stored form; no topic has it as its value. */
export const CONTEXT_SUBJECT = 'lead.context.v1-stored';

type ContextField = keyof LeadContext;

/**
 * A context taken apart without its person: what decisions may look at, and where each part ends in the bytes, so that one part
 * can be replaced without encoding the others again.
 */
export interface OpenContext extends Pick<LeadContext, 'lead' | 'enrichment' | 'scoring'> {
  readonly bytes: Buffer;
  readonly leadEnd: number;
  readonly enrichmentEnd: number;
  /** History, person and personSealed follow. */
  readonly scoringEnd: number;
}

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
export function openContext(bytes: Buffer): OpenContext {
  const lead = decodePart<Pick<LeadContext, 'lead'>>(['lead'], bytes, 0);
  const enrichment = decodePart<Pick<LeadContext, 'enrichment'>>(['enrichment'], bytes, lead.offset);
  const scoring = decodePart<Pick<LeadContext, 'scoring'>>(['scoring'], bytes, enrichment.offset);
  return {
    bytes,
    ...lead.value,
    ...enrichment.value,
    ...scoring.value,
    leadEnd: lead.offset,
    enrichmentEnd: enrichment.offset,
    scoringEnd: scoring.offset,
  };
}

/** null when there is none, and when it is sealed. */
export function personIn(opened: OpenContext): LeadContext['person'] {
  return restOf(opened).person;
}

/** What follows the findings: what was done with the lead, and the person. */
export function restOf(opened: OpenContext): Pick<LeadContext, 'history' | 'person' | 'personSealed'> {
  const { value, offset } = decodePart<Pick<LeadContext, 'history' | 'person' | 'personSealed'>>(
    AFTER_FINDINGS,
    opened.bytes,
    opened.scoringEnd,
  );
  if (offset !== opened.bytes.length) throw malformedContext();
  return value;
}

/** What enrichment and scoring give; `person` only where they found something new of it, and never of one that is sealed. */
export type ContextFindings = Pick<LeadContext, 'enrichment' | 'scoring'> & Partial<Pick<LeadContext, 'person'>>;

/** The same context with other findings; what they do not touch is carried over as the bytes it is. */
export function withFindings(opened: OpenContext, { enrichment, scoring, person }: ContextFindings): Buffer {
  const { bytes, leadEnd, scoringEnd } = opened;
  const rest = person === undefined ? bytes.subarray(scoringEnd) : withPerson(opened, person);
  return splice(
    bytes.subarray(0, leadEnd),
    encodeAfter(partType(['enrichment', 'scoring']), { enrichment, scoring }, { before: 0, tail: rest }),
  );
}

/** What follows the findings, with another person. */
function withPerson(opened: OpenContext, person: LeadContext['person']): Buffer {
  const { history, personSealed } = restOf(opened);
  return encodeAfter(partType(AFTER_FINDINGS), { history, person, personSealed }, { before: 0 });
}

/** The same context with another scoring. */
export function withScoring(opened: OpenContext, scoring: LeadContext['scoring']): Buffer {
  const { bytes, enrichmentEnd, scoringEnd } = opened;
  return splice(
    bytes.subarray(0, enrichmentEnd),
    encodeAfter(partType(['scoring']), { scoring }, { before: 0, tail: bytes.subarray(scoringEnd) }),
  );
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

const AFTER_FINDINGS = ['history', 'person', 'personSealed'] as const;
const partTypes = new Map<string, CompiledType>();

/** Some fields of a context, as the record they make: the encoding of a record is that of its fields, one after the other. */
function partType(fields: readonly ContextField[]): CompiledType {
  const key = fields.join();
  const known = partTypes.get(key);
  if (known !== undefined) return known;
  const whole = composeSchema(CONTEXT_RECORD, schemaFiles());
  if (typeof whole === 'string' || !('fields' in whole)) throw new Error(`${CONTEXT_RECORD} must be a record`);
  const made = compileSchema({ ...whole, fields: whole.fields.filter((field) => fields.some((name) => name === field.name)) });
  partTypes.set(key, made);
  return made;
}

function decodePart<T>(fields: readonly ContextField[], bytes: Buffer, from: number): { readonly value: T; readonly offset: number } {
  let decoded: { readonly value: T; readonly offset: number };
  try {
    decoded = partType(fields).decode(bytes, from);
  } catch (cause) {
    throw malformedContext(cause);
  }
  if (decoded.offset < 0) throw malformedContext();
  return decoded;
}

function splice(head: Buffer, tail: Buffer): Buffer {
  return Buffer.concat([head, tail], head.length + tail.length);
}

function malformedContext(cause?: unknown): CodecFault {
  return new CodecFault('LR_CODEC_MALFORMED', 'the bytes are no LeadContext in the schema of this version', { cause });
}
