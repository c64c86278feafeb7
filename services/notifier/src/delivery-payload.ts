/** What a destination is told about a decision: who owns the lead now, why, and the lead's whole context. */
import type { LeadDecided } from '@lead-router/contracts/generated/wire-types.ts';
import type { EarlierStory } from './lead-sheet.ts';

const TYPES: Readonly<Record<LeadDecided['kind'], string>> = {
  UNKNOWN: 'lead.decided',
  ASSIGNED: 'lead.assigned',
  OFFERED: 'lead.offered',
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

interface Payload {
  readonly data?: { readonly enrichment?: { readonly identities?: readonly string[] } | null };
}

/** Of the same person, and how they ended: as of the attempt, since that is what the receiver is about to act on. */
export async function withEarlierLeads(
  payload: Buffer,
  read: (identities: readonly string[]) => Promise<readonly EarlierStory[]>,
): Promise<string> {
  const text = payload.toString('utf8');
  const message: Payload = JSON.parse(text);
  const identities = message.data?.enrichment?.identities ?? [];
  const earlier = identities.length === 0 ? [] : await read(identities);
  return earlier.length === 0 ? text : JSON.stringify({ ...message, data: { ...message.data, earlierLeads: earlier.map(toldOf) } });
}

/** What the owner's mail says of it; nothing that the person said then. */
function toldOf({ context: _context, comments: _comments, history, ...lead }: EarlierStory) {
  const last = history.at(-1);
  const lastActivity =
    last === undefined
      ? null
      : { activity: last.activity, occurredAt: last.occurredAt, agentId: last.agentId, system: last.system, reason: last.reason };
  return { ...lead, lastActivity };
}
