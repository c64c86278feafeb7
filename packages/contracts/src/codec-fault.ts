/** The one kind of error that leaves the codec and the registry client, so that callers can tell bad bytes from a bad day. */

export type CodecFaultCode =
  /** The bytes are no value of their schema, or do not start like one: dead letter. */
  | 'LR_CODEC_MALFORMED'
  /** The registry knows no schema of that id: dead letter. */
  | 'LR_CODEC_SCHEMA_UNKNOWN'
  /** The writer's schema cannot be read as ours: dead letter. */
  | 'LR_CODEC_SCHEMA_INCOMPATIBLE'
  /** The writer's schema has not been fetched: call `prepare` with these bytes first. A bug of the caller. */
  | 'LR_CODEC_NOT_PREPARED'
  /** The value does not fit the schema: a bug of the caller. */
  | 'LR_CODEC_VALUE_REFUSED'
  /** The subject has no such schema: run the set-up that registers them. */
  | 'LR_CODEC_SUBJECT_MISSING'
  /** The registry refused the schema, as incompatible with an earlier version (409) or as no schema (422). */
  | 'LR_CODEC_REGISTRATION_REFUSED'
  /** The registry does not answer: pause and try again, never a dead letter. */
  | 'LR_CODEC_REGISTRY_UNAVAILABLE';

export class CodecFault extends Error {
  readonly code: CodecFaultCode;
  constructor(code: CodecFaultCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'CodecFault';
    this.code = code;
  }
}
