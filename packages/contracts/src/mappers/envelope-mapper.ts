/** What every event carries, made in one place. */
import type { EventId } from '@lead-router/domain/lead.ts';
import type { Envelope } from '../generated/wire-types.ts';

export interface EnvelopeParts {
  readonly eventId: EventId;
  /** The lead's id, or a pool's timer id; also the record's key. */
  readonly leadId: string;
  readonly occurredAt: number;
  /** Now, by the clock of the service that writes. */
  readonly recordedAt: number;
  /** Of what set it off; absent: this event begins something new. */
  readonly correlationId?: string;
}

export function toEnvelope(parts: EnvelopeParts): Envelope {
  return {
    eventId: parts.eventId,
    leadId: parts.leadId,
    occurredAt: parts.occurredAt,
    recordedAt: parts.recordedAt,
    correlationId: parts.correlationId ?? parts.eventId,
  };
}
