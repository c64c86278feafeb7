/**
 * The context of a lead as bare bytes, as they stand at the end of every value that carries it. The router keeps these
 * bytes in Postgres and puts them at the end of its outputs; to decide it reads them only as far as the person.
 */
import { type CompiledType, compileSchema, encodeAfter, schemaFiles, typeOf } from './avro-types.ts';
import { CodecFault } from './codec-fault.ts';
import type { LeadContext, Person } from './generated/wire-types.ts';
import { type AvroField, type AvroRecord, CONTEXT_RECORD, composeSchema } from './schema-files.ts';
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

/** Of a person null when there is none, and when it is sealed. */
export type ContextRest = Pick<LeadContext, 'history' | 'person' | 'personSealed'>;

/** What follows the findings: what was done with the lead, and the person. */
export function restOf(opened: OpenContext): ContextRest {
  const { value, offset } = decodePart<ContextRest>(AFTER_FINDINGS, opened.bytes, opened.scoringEnd);
  if (offset !== opened.bytes.length) throw malformedContext();
  return value;
}

/** What enrichment and scoring give; `person` only where they found something new of it, and never of one that is sealed. */
export type ContextFindings = Pick<LeadContext, 'enrichment' | 'scoring'> & Partial<Pick<LeadContext, 'person'>>;

/** The same context with other findings; what they do not touch is carried over as the bytes it is. `rest`: where it is known already. */
export function withFindings(opened: OpenContext, { enrichment, scoring, person }: ContextFindings, rest?: ContextRest): Buffer {
  const { bytes, leadEnd, scoringEnd } = opened;
  const tail = person === undefined ? bytes.subarray(scoringEnd) : withPerson(opened, person, rest ?? restOf(opened));
  return withHead(
    bytes.subarray(0, leadEnd),
    encodeAfter(partType(['enrichment', 'scoring']), { enrichment, scoring }, { before: leadEnd, tail }),
  );
}

/** What follows the findings, with another person; where nothing but what was found is new of it, the rest is carried over. */
function withPerson({ bytes, scoringEnd }: OpenContext, person: LeadContext['person'], rest: ContextRest): Buffer {
  const { history, person: said, personSealed } = rest;
  if (person === null || said === null || said.found !== null || personSealed !== null || !isSaidAlike(person, said)) {
    return encodeAfter(partType(AFTER_FINDINGS), { history, person, personSealed }, { before: 0 });
  }
  const saidEnd = bytes.length - NOTHING_FOUND_NOR_SEALED;
  const carried = saidEnd - scoringEnd;
  return withHead(
    bytes.subarray(scoringEnd, saidEnd),
    encodeAfter(findingsType(), { found: person.found, personSealed }, { before: carried }),
  );
}

/** Alike but for what was found. */
function isSaidAlike(person: Person, said: Person): boolean {
  for (const name of SAID) if (person[name] !== said[name]) return false;
  return true;
}

/** The same context with another scoring. */
export function withScoring(opened: OpenContext, scoring: LeadContext['scoring']): Buffer {
  const { bytes, enrichmentEnd, scoringEnd } = opened;
  return withHead(
    bytes.subarray(0, enrichmentEnd),
    encodeAfter(partType(['scoring']), { scoring }, { before: enrichmentEnd, tail: bytes.subarray(scoringEnd) }),
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
/** The bytes that end a context with a person of whom nothing was found: a null for `found`, a null for `personSealed`. */
const NOTHING_FOUND_NOR_SEALED = 2;
const SAID = [
  ...(['firstName', 'lastName', 'jobTitle', 'email', 'phone', 'mobile', 'fax', 'street'] as const),
  ...(['comments', 'notes', 'fullName'] as const),
];
const partTypes = new Map<string, CompiledType>();
let findings: CompiledType | null = null;

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

/** What stands behind what a person said: `found` and `personSealed`. */
function findingsType(): CompiledType {
  if (findings !== null) return findings;
  const person = schemaFiles().get('Person');
  const found = person?.type === 'record' ? person.fields.at(-1) : undefined;
  if (person?.type !== 'record' || found === undefined || person.fields.map(({ name }) => name).join() !== [...SAID, 'found'].join()) {
    throw new Error(`the fields of a Person must be ${SAID.join(', ')}, and found last`);
  }
  const sealed: AvroField = { name: 'personSealed', type: ['null', 'bytes'] };
  const behind: AvroRecord = { ...person, name: 'PersonFound', fields: [found, sealed] };
  findings = compileSchema(composeSchema(behind.name, new Map([...schemaFiles(), [behind.name, behind]])));
  return findings;
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

/** Puts `head` into the bytes that were left free for it. */
function withHead(head: Buffer, encoded: Buffer): Buffer {
  head.copy(encoded);
  return encoded;
}

function malformedContext(cause?: unknown): CodecFault {
  return new CodecFault('LR_CODEC_MALFORMED', 'the bytes are no LeadContext in the schema of this version', { cause });
}
