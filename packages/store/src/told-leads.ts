/** What became of other leads of a person that somebody was told of: the context of the next one. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LeadOutcome, LeadStage } from '@lead-router/domain/routing-model.ts';
import { textArray } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

export interface EarlierLead {
  readonly leadId: LeadId;
  readonly vendor: string;
  readonly stage: LeadStage;
  readonly destinationId: string | null;
  readonly agentId: string | null;
  readonly submittedAt: number;
  readonly acceptedAt: number | null;
  readonly respondedAt: number | null;
  readonly isQualified: boolean;
  readonly outcome: LeadOutcome | null;
  /** The person's open lead that it belongs to, which was not worked twice; null: a lead of its own. */
  readonly linkedTo: LeadId | null;
  /** LeadContext in its stored form; null when none was kept. */
  readonly context: Buffer | null;
}

const EARLIER = statement(
  'told-leads-earlier',
  `SELECT l.lead_id AS "leadId", l.vendor, l.stage, l.destination_id AS "destinationId", l.agent_id AS "agentId",
          l.submitted_at AS "submittedAt", l.accepted_at AS "acceptedAt", l.responded_at AS "respondedAt", l.is_qualified AS "isQualified",
          l.outcome, l.linked_to AS "linkedTo", l.context
     FROM leads l
    WHERE l.lead_id IN (SELECT t.lead_id FROM told_leads t WHERE t.identity = ANY ($2::text[])) AND l.lead_id <> $1
    ORDER BY l.submitted_at DESC
    LIMIT $3`,
);

/** The latest first. `identities` are keyed hashes, as enrichment gives them. */
export const readEarlierLeads = (
  pool: PostgresPool,
  request: { readonly leadId: LeadId; readonly identities: readonly string[]; readonly limit: number },
): Promise<readonly EarlierLead[]> =>
  request.identities.length === 0
    ? Promise.resolve([])
    : pool.run<EarlierLead>(EARLIER, [request.leadId, textArray(request.identities), request.limit]);
