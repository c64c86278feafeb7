/** What a destination is told about a decision: who owns the lead now, why, and the lead's whole context. */
import type { LeadDecided } from '@lead-router/contracts/generated/wire-types.ts';

const TYPES: Readonly<Record<LeadDecided['kind'], string>> = {
  UNKNOWN: 'lead.decided',
  ASSIGNED: 'lead.assigned',
  LINKED: 'lead.linked',
  QUEUED: 'lead.queued',
  EXCEPTION: 'lead.exception',
};

/** Shape of Standard Webhooks: type, timestamp, data. Times in the data are milliseconds since the epoch. */
export function deliveryPayload(decided: LeadDecided): Buffer {
  const { envelope, context, kind, ...decision } = decided;
  const { lead, person, enrichment, scoring, history } = context;
  return Buffer.from(
    JSON.stringify({
      type: TYPES[kind],
      timestamp: new Date(decision.decidedAt).toISOString(),
      data: { leadId: envelope.leadId, eventId: envelope.eventId, kind, ...decision, lead, person, enrichment, scoring, history },
    }),
  );
}
