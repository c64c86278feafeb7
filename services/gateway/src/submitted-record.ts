/** An accepted lead as the record that the pipeline begins with. */
import type { ContextCodec } from '@lead-router/contracts/codec.ts';
import { encodeContext } from '@lead-router/contracts/context-codec.ts';
import type { LeadSource, LeadSubmitted, LeadSubmittedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { TRACEPARENT_HEADER } from '@lead-router/contracts/headers.ts';
import { submittedEventId } from '@lead-router/contracts/ids.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import type { Submission } from '@lead-router/contracts/parse-submission.ts';
import type { RecordHeaders } from '@lead-router/stream/kafka-port.ts';

export interface SubmittedAbout {
  readonly source: LeadSource;
  readonly acceptedAt: number;
}

export type SubmittedCodec = Pick<ContextCodec<LeadSubmitted, LeadSubmittedPrefix>, 'encodeWithContext'>;

/** The event id is made of the lead's id: the same lead again is the same event. */
export function submittedValue(codec: SubmittedCodec, submission: Submission, about: SubmittedAbout): Buffer {
  const { leadId, lead, person } = submission;
  const { source, acceptedAt } = about;
  const envelope = toEnvelope({ eventId: submittedEventId(leadId), leadId, occurredAt: acceptedAt, recordedAt: acceptedAt });
  return codec.encodeWithContext({ envelope, source }, encodeContext(toContext({ lead, person })));
}

/** W3C Trace Context, version 00. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** null for anything but a trace context: headers come from outside. */
export function readTraceparent(value: unknown): string | null {
  const text = Buffer.isBuffer(value) ? value.toString('latin1') : value;
  return typeof text === 'string' && TRACEPARENT.test(text) ? text : null;
}

export function traceHeaders(traceparent: string | null): RecordHeaders {
  return traceparent === null ? {} : { [TRACEPARENT_HEADER]: traceparent };
}
