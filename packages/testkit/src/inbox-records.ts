/** Records of `lead.inbox.v1` as the services write them, for tests that play their part. */
import type { CodecFor } from '@lead-router/contracts/codec.ts';
import { encodeContext } from '@lead-router/contracts/context-codec.ts';
import type { LeadActivity } from '@lead-router/contracts/generated/wire-types.ts';
import { enrichedEventId, scoredEventId, submittedEventId } from '@lead-router/contracts/ids.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { toInboxEvent } from '@lead-router/contracts/mappers/inbox-mapper.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { Enrichment, EventId, Lead, LeadId, Scoring } from '@lead-router/domain/lead.ts';
import type { ActivityKind } from '@lead-router/domain/routing-model.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';

export type InboxCodec = CodecFor<'InboxEvent'>;

export interface ScoredRecord {
  readonly leadId: LeadId;
  readonly lead: Lead;
  readonly enrichment: Enrichment;
  readonly scoring: Scoring;
  readonly ruleSetVersion: number;
  readonly submittedAt: number;
}

export function scoredRecord(codec: InboxCodec, scored: ScoredRecord): OutgoingRecord {
  const { leadId, lead, enrichment, scoring, ruleSetVersion, submittedAt } = scored;
  const eventId = scoredEventId(enrichedEventId(submittedEventId(leadId)));
  const envelope = toEnvelope({ eventId, leadId, occurredAt: submittedAt, recordedAt: submittedAt });
  const context = encodeContext(toContext({ lead, person: null, enrichment, scoring }));
  return encode(codec, leadId, toInboxEvent(envelope, { kind: 'SCORED', submittedAt, ruleSetVersion, context }));
}

export interface ActivityRecord {
  readonly eventId: EventId;
  readonly leadId: LeadId;
  readonly activity: ActivityKind;
  readonly agentId: string | null;
  readonly occurredAt: number;
  /** What else it says. */
  readonly detail?: Partial<LeadActivity>;
}

export function activityRecord(codec: InboxCodec, record: ActivityRecord): OutgoingRecord {
  const { eventId, leadId, activity, agentId, occurredAt } = record;
  const envelope = toEnvelope({ eventId, leadId, occurredAt, recordedAt: occurredAt });
  const detail: LeadActivity = {
    activity,
    system: 'test',
    agentId,
    reason: null,
    isHumanResponse: true,
    revision: null,
    answers: null,
    attributes: {},
    person: null,
    personSealed: null,
    ...record.detail,
  };
  return encode(codec, leadId, { prefix: { envelope, body: { 'leadrouter.v1.LeadActivity': detail } }, context: null });
}

export interface ReassignRecord {
  readonly eventId: EventId;
  readonly leadId: LeadId;
  /** A pool, or `pool/agent`. */
  readonly to: string;
  readonly occurredAt: number;
}

export function reassignRecord(codec: InboxCodec, { eventId, leadId, to, occurredAt }: ReassignRecord): OutgoingRecord {
  const envelope = toEnvelope({ eventId, leadId, occurredAt, recordedAt: occurredAt });
  return encode(codec, leadId, toInboxEvent(envelope, { kind: 'REASSIGN', to, by: 'a tester', reason: 'by hand' }));
}

function encode(codec: InboxCodec, leadId: LeadId, { prefix, context }: ReturnType<typeof toInboxEvent>): OutgoingRecord {
  return { topic: TOPICS.inbox.topic, key: leadId, value: codec.encodeWithContext(prefix, context) };
}
