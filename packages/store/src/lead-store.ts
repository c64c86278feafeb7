/** One lead in full, for people: where it stands, every decision, and the batch each can be recomputed from. */
import type { EventId, Grade, LeadId } from '@lead-router/domain/lead.ts';
import type { DecisionCause, DecisionKind, LeadRecord } from '@lead-router/domain/routing-model.ts';
import { LEAD_COLUMN_NAMES, type LeadRow, leadOf } from './lead-row.ts';
import type { PostgresPool } from './postgres-pool.ts';
import type { BatchRecord, EncodedBatch } from './router-store.ts';
import { statement } from './statement.ts';

export interface StoredLead {
  readonly lead: LeadRecord;
  /** LeadContext in its stored form; null when none was kept. */
  readonly context: Buffer | null;
}

/** A decision as its row has it. */
export interface StoredDecision {
  readonly leadId: LeadId;
  readonly revision: number;
  readonly batchId: string;
  /** Place among the batch's inputs. */
  readonly inputIndex: number;
  readonly eventId: EventId;
  readonly kind: DecisionKind;
  readonly cause: DecisionCause;
  readonly version: number;
  readonly grade: Grade;
  readonly score: number;
  readonly poolId: string | null;
  readonly agentId: string | null;
  readonly destinationId: string | null;
  readonly ruleId: string | null;
  readonly ruleSetVersion: number;
  readonly linkedTo: LeadId | null;
  readonly previousAgentId: string | null;
  readonly acceptBy: number | null;
  readonly submittedAt: number;
  readonly decidedAt: number;
}

const READ_LEAD = statement('leads-read-with-context', `SELECT ${LEAD_COLUMN_NAMES}, context FROM leads WHERE lead_id = $1`);

/** Of a table or alias `d`, named like `StoredDecision`. */
export const DECISION_COLUMN_NAMES = `d.lead_id AS "leadId", d.revision, d.batch_id AS "batchId", d.input_index AS "inputIndex",
  d.event_id AS "eventId", d.kind, d.cause, d.version, d.grade, d.score, d.pool_id AS "poolId", d.agent_id AS "agentId",
  d.destination_id AS "destinationId", d.rule_id AS "ruleId", d.rule_set_version AS "ruleSetVersion", d.linked_to AS "linkedTo",
  d.previous_agent_id AS "previousAgentId", d.accept_by AS "acceptBy", d.submitted_at AS "submittedAt", d.decided_at AS "decidedAt"`;

const READ_DECISIONS = statement(
  'decisions-of-lead',
  `SELECT ${DECISION_COLUMN_NAMES} FROM decisions d WHERE d.lead_id = $1 ORDER BY d.revision`,
);

const READ_BATCH = statement(
  'decision-batches-read',
  `SELECT batch_id AS "batchId", partition, epoch, from_offset AS "from", to_offset AS "to", rule_set_version AS "ruleSetVersion",
          decided_at AS "now", seed, body
     FROM decision_batches WHERE batch_id = $1`,
);

const READ_EXCEPTIONS = statement(
  'leads-exceptions',
  `SELECT ${LEAD_COLUMN_NAMES} FROM leads WHERE stage = 'EXCEPTION' ORDER BY decided_at LIMIT $1`,
);

const READ_DELIVERIES = statement(
  'deliveries-of-lead',
  `SELECT revision, channel, destination_id AS "destinationId", agent_id AS "agentId", state, attempts, next_attempt_at AS "nextAttemptAt",
          last_error AS "lastError", receipt, created_at AS "createdAt", finished_at AS "finishedAt"
     FROM deliveries WHERE lead_id = $1 ORDER BY revision, channel`,
);

const READ_APPLIED = statement('applied-events-read', 'SELECT true AS applied FROM applied_events WHERE event_id = $1');

export interface StoredDelivery {
  readonly revision: number;
  readonly channel: string;
  readonly destinationId: string;
  readonly agentId: string | null;
  readonly state: string;
  readonly attempts: number;
  readonly nextAttemptAt: number;
  readonly lastError: string | null;
  readonly receipt: string | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
}

/** null: no decision yet, or unknown. */
export const readLead = async (pool: PostgresPool, leadId: LeadId): Promise<StoredLead | null> => {
  const [row] = await pool.run<LeadRow & { context: Buffer | null }>(READ_LEAD, [leadId]);
  return row === undefined ? null : { lead: leadOf(row), context: row.context };
};

/** By revision. */
export const readDecisions = (pool: PostgresPool, leadId: LeadId): Promise<readonly StoredDecision[]> =>
  pool.run<StoredDecision>(READ_DECISIONS, [leadId]);

/** A batch as it is kept for explanation and replay. */
export type RecordedBatch = BatchRecord & Pick<EncodedBatch, 'body'>;

/** null when there is none of that name. */
export const readDecisionBatch = async (pool: PostgresPool, batchId: string): Promise<RecordedBatch | null> => {
  const [row] = await pool.run<RecordedBatch>(READ_BATCH, [batchId]);
  return row ?? null;
};

/** Leads with a final decision maker, the longest there first. */
export const readExceptions = async (pool: PostgresPool, limit: number): Promise<readonly LeadRecord[]> => {
  const rows = await pool.run<LeadRow>(READ_EXCEPTIONS, [limit]);
  return rows.map(leadOf);
};

export const readDeliveries = (pool: PostgresPool, leadId: LeadId): Promise<readonly StoredDelivery[]> =>
  pool.run<StoredDelivery>(READ_DELIVERIES, [leadId]);

/** The router has dealt with the event: whatever came of it is committed too. */
export const isEventApplied = async (pool: PostgresPool, eventId: EventId): Promise<boolean> =>
  (await pool.run(READ_APPLIED, [eventId])).length > 0;
