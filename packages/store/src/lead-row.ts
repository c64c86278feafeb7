/** The lead's row in Postgres: its columns, and the record back from them. */
import type { Grade, LeadId } from '@lead-router/domain/lead.ts';
import type { LeadOffer } from '@lead-router/domain/lead-offer.ts';
import type { Breach, LeadOutcome, LeadRecord, LeadStage, LeadTimer } from '@lead-router/domain/routing-model.ts';
import { booleanColumn, type Column, numberColumn, textColumn, textListColumn } from './column-encoding.ts';

/** As pg gives it: times in milliseconds. */
export interface LeadRow {
  readonly lead_id: LeadId;
  readonly version: number;
  readonly revision: number;
  readonly stage: LeadStage;
  readonly vendor: string;
  readonly grade: Grade;
  readonly score: number;
  readonly pool_id: string | null;
  readonly agent_id: string | null;
  readonly destination_id: string | null;
  readonly rule_id: string | null;
  readonly rule_set_version: number;
  readonly linked_to: LeadId | null;
  readonly identities: readonly string[];
  readonly former_agents: readonly string[];
  readonly is_qualified: boolean;
  readonly submitted_at: number;
  readonly decided_at: number;
  readonly accepted_at: number | null;
  readonly responded_at: number | null;
  readonly waiting_since: number | null;
  readonly timer_generation: number;
  readonly timer_kind: LeadTimer['kind'] | null;
  readonly timer_due_at: number | null;
  readonly later_timers: readonly LeadTimer[] | null;
  readonly breaches: readonly Breach[] | null;
  readonly outcome: LeadOutcome | null;
  readonly trial: string | null;
  readonly offer: LeadOffer | null;
}

/** For SELECT lists; `context` is apart, because not every reader wants it. */
export const LEAD_COLUMN_NAMES = `lead_id, version, revision, stage, vendor, grade, score, pool_id, agent_id, destination_id, rule_id,
  rule_set_version, linked_to, identities, former_agents, is_qualified, submitted_at, decided_at, accepted_at, responded_at,
  waiting_since, timer_generation, timer_kind, timer_due_at, later_timers, breaches, outcome, trial, offer`;

/** In the order of `LEAD_COLUMN_NAMES`. */
export const LEAD_COLUMNS: readonly Column<LeadRecord>[] = [
  textColumn((lead) => lead.leadId),
  numberColumn((lead) => lead.version),
  numberColumn((lead) => lead.revision),
  textColumn((lead) => lead.stage),
  textColumn((lead) => lead.vendor),
  textColumn((lead) => lead.grade),
  numberColumn((lead) => lead.score),
  textColumn((lead) => lead.poolId),
  textColumn((lead) => lead.agentId),
  textColumn((lead) => lead.destinationId),
  textColumn((lead) => lead.ruleId),
  numberColumn((lead) => lead.ruleSetVersion),
  textColumn((lead) => lead.linkedTo),
  textListColumn((lead) => lead.identities),
  textListColumn((lead) => lead.formerAgents),
  booleanColumn((lead) => lead.isQualified),
  numberColumn((lead) => lead.submittedAt),
  numberColumn((lead) => lead.decidedAt),
  numberColumn((lead) => lead.acceptedAt),
  numberColumn((lead) => lead.respondedAt),
  numberColumn((lead) => lead.waitingSince),
  numberColumn((lead) => lead.timerGeneration),
  textColumn((lead) => lead.timer?.kind ?? null),
  numberColumn((lead) => lead.timer?.dueAt ?? null),
  textColumn((lead) => (lead.laterTimers.length === 0 ? null : JSON.stringify(lead.laterTimers))),
  textColumn((lead) => (lead.breaches.length === 0 ? null : JSON.stringify(lead.breaches))),
  textColumn((lead) => lead.outcome),
  textColumn((lead) => lead.trial ?? null),
  textColumn((lead) => (lead.offer === undefined ? null : JSON.stringify(lead.offer))),
];

export const leadOf = (row: LeadRow): LeadRecord => ({
  leadId: row.lead_id,
  version: row.version,
  revision: row.revision,
  stage: row.stage,
  vendor: row.vendor,
  grade: row.grade,
  score: row.score,
  poolId: row.pool_id,
  agentId: row.agent_id,
  destinationId: row.destination_id,
  ruleId: row.rule_id,
  ruleSetVersion: row.rule_set_version,
  linkedTo: row.linked_to,
  identities: row.identities,
  formerAgents: row.former_agents,
  isQualified: row.is_qualified,
  submittedAt: row.submitted_at,
  decidedAt: row.decided_at,
  acceptedAt: row.accepted_at,
  respondedAt: row.responded_at,
  waitingSince: row.waiting_since,
  timerGeneration: row.timer_generation,
  timer: row.timer_kind === null || row.timer_due_at === null ? null : { kind: row.timer_kind, dueAt: row.timer_due_at },
  laterTimers: row.later_timers ?? [],
  // Breaches of a time when there was only the accept clock do not say which it was.
  breaches: (row.breaches ?? []).map((breach) => ({ ...breach, clock: breach.clock ?? 'ACCEPT' })),
  outcome: row.outcome,
  ...(row.trial !== null && { trial: row.trial }),
  ...(row.offer !== null && { offer: row.offer }),
});
