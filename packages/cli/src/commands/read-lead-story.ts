/** One lead with everything that is known of it: row, decisions, messages to the outside; or where it got stuck. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { readDecisions, readDeliveries, readLead, type StoredDecision, type StoredDelivery } from '@lead-router/store/lead-store.ts';
import { readLeadStatus, type Submission } from '@lead-router/store/submission-store.ts';
import { DEAD_LETTER_SERVICES } from '../audit/audit-cut.ts';
import type { Connection } from '../connect/open-connection.ts';
import { type DeadLetterInfo, readDeadLetters } from './read-dead-letters.ts';
import { type LeadEvents, readLeadEvents } from './read-lead-events.ts';

export interface LeadStory extends LeadEvents {
  readonly leadId: LeadId;
  /** null: its 202 was never given, or it never came. */
  readonly submission: Submission | null;
  /** null: not decided. */
  readonly lead: LeadRecord | null;
  readonly decisions: readonly StoredDecision[];
  readonly deliveries: readonly StoredDelivery[];
  /** Of undecided leads only: looking for them means reading topics. */
  readonly deadLetters: readonly DeadLetterInfo[];
}

const MOST_DEAD_LETTERS = 20;

/** Holds no personal value. */
export async function readLeadStory(connection: Connection, leadId: LeadId): Promise<LeadStory> {
  const { kafka, pool } = connection;
  const [stored, { submission }, decisions, deliveries] = await Promise.all([
    readLead(pool, leadId),
    readLeadStatus(pool, leadId),
    readDecisions(pool, leadId),
    readDeliveries(pool, leadId),
  ]);
  const events = stored === null ? { activities: [], sla: [] } : await readLeadEvents(connection, leadId);
  const isWanted = (letter: DeadLetterInfo): boolean => letter.leadId === leadId;
  const letters =
    stored === null ? (await readDeadLetters(kafka, { services: DEAD_LETTER_SERVICES, limit: MOST_DEAD_LETTERS, isWanted })).letters : [];
  return { leadId, submission, lead: stored?.lead ?? null, decisions, deliveries, ...events, deadLetters: letters };
}
