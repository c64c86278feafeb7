/**
 * What people and systems did with leads, into the router's inbox.
 *
 * Input: activities by HTTP. Output: `lead.inbox.v1`. Key and ordering: lead id; the order of the lines.
 * Delivery guarantee: at least once; the event id is made of the system and its own id, so the router applies each once.
 * Failure: Kafka down: 503, the same request again is harmless.
 */
import type { ContextCodec } from '@lead-router/contracts/codec.ts';
import type { InboxEvent, InboxEventPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { type ActivitySubmission, parseActivity } from '@lead-router/contracts/parse-activity.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import type { LineFault } from './error-codes.ts';
import { GatewayError } from './gateway-error.ts';
import { countLines, type LineResult } from './line-results.ts';
import { type BodyFormat, readBody } from './read-body.ts';
import { traceHeaders } from './submitted-record.ts';

export interface ActivitiesRequest {
  /** Who reports: the vendor of the API key. */
  readonly system: string;
  readonly body: Buffer;
  readonly format: BodyFormat;
  readonly traceparent: string | null;
}

export type InboxCodec = Pick<ContextCodec<InboxEvent, InboxEventPrefix>, 'encodeWithContext'>;

export interface ReportOptions {
  readonly send: (records: readonly OutgoingRecord[]) => Promise<void>;
  readonly inbox: InboxCodec;
  readonly now: () => number;
}

export type ReadActivity =
  | { readonly ok: true; readonly submission: ActivitySubmission }
  | { readonly ok: false; readonly faults: readonly LineFault[] };

/** The body of the 202. A GatewayError LR_GATEWAY_ALL_REFUSED when no line could be accepted; KafkaFault. */
export async function reportActivities(options: ReportOptions, request: ActivitiesRequest): Promise<Buffer> {
  const records: OutgoingRecord[] = [];
  const recordedAt = options.now();
  const lines = readBody(request.body, request.format).lines.map(({ line, content }): LineResult => {
    const read: ReadActivity = content.ok ? parseActivity(content.value, request.system) : { ok: false, faults: [content.fault] };
    if (!read.ok) return { line, status: 'refused', faults: read.faults };
    const { leadId } = read.submission;
    const value = activityValue(options.inbox, read.submission, recordedAt);
    records.push({ topic: TOPICS.inbox.topic, key: leadId, value, headers: traceHeaders(request.traceparent) });
    return { line, leadId, status: 'accepted' };
  });
  if (records.length > 0) await options.send(records);
  if (records.length === 0)
    throw new GatewayError('LR_GATEWAY_ALL_REFUSED', 'no activity is accepted: mend what the faults name', { lines });
  return Buffer.from(JSON.stringify({ ...countLines(lines), activities: lines }));
}

export function activityValue(inbox: InboxCodec, submission: ActivitySubmission, recordedAt: number): Buffer {
  const { eventId, leadId, occurredAt, activity } = submission;
  const envelope = toEnvelope({ eventId, leadId, occurredAt, recordedAt });
  return inbox.encodeWithContext({ envelope, body: { 'leadrouter.v1.LeadActivity': activity } }, null);
}
