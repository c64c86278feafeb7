/**
 * What the audit asks of Postgres. Whole tables come in pages by key, so that any number of rows needs little memory and no
 * transaction stays open for long. A page sees what was committed when it was read: nothing here is ever deleted.
 */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { DecisionKind, LeadStage } from '@lead-router/domain/routing-model.ts';
import { runAnalytic } from './analytic-query.ts';
import { textArray } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { type SqlValue, type Statement, statement } from './statement.ts';

export interface AuditedLead {
  readonly leadId: LeadId;
  readonly version: number;
  readonly revision: number;
  readonly stage: LeadStage;
}

export interface AuditedDecision {
  readonly leadId: LeadId;
  readonly revision: number;
  readonly eventId: EventId;
  readonly kind: DecisionKind;
}

export interface AuditedSubmission {
  readonly leadId: LeadId;
  readonly vendor: string;
  readonly source: string;
  readonly acceptedAt: number;
}

/** A lead whose decisions are not exactly its revisions 1 to `revision`; `decided` counts the rows, `highest` is their last. */
export interface RevisionFault {
  readonly leadId: LeadId;
  readonly revision: number | null;
  readonly decided: number;
  readonly highest: number | null;
}

export interface AuditedPartition {
  readonly partition: number;
  readonly epoch: number;
  readonly storedFrom: number | null;
  readonly storedTo: number | null;
}

const NO_ID = '00000000-0000-0000-0000-000000000000';

const LEADS_PAGE = statement(
  'audit-leads-page',
  `SELECT lead_id AS "leadId", version, revision, stage FROM leads WHERE lead_id > $1 ORDER BY lead_id LIMIT $2`,
);

const DECISIONS_PAGE = statement(
  'audit-decisions-page',
  `SELECT lead_id AS "leadId", revision, event_id AS "eventId", kind
     FROM decisions WHERE (lead_id, revision) > ($1, $2) ORDER BY lead_id, revision LIMIT $3`,
);

const SUBMISSIONS_PAGE = statement(
  'audit-submissions-page',
  `SELECT lead_id AS "leadId", vendor, source, accepted_at AS "acceptedAt"
     FROM submissions WHERE lead_id > $1 ORDER BY lead_id LIMIT $2`,
);

const UNDECIDED_PAGE = statement(
  'audit-undecided-page',
  `SELECT s.lead_id AS "leadId", s.vendor, s.source, s.accepted_at AS "acceptedAt"
     FROM submissions s
    WHERE s.lead_id > $1 AND NOT EXISTS (SELECT FROM leads l WHERE l.lead_id = s.lead_id)
    ORDER BY s.lead_id LIMIT $2`,
);

const KNOWN_LEADS = statement(
  'audit-leads-known',
  `SELECT lead_id AS "leadId", version, revision, stage FROM leads WHERE lead_id = ANY ($1::uuid[])`,
);

const STAGES = statement('audit-stages', 'SELECT stage, count(*) AS leads FROM leads GROUP BY stage');

const REVISION_FAULTS = statement(
  'audit-revision-faults',
  `SELECT coalesce(l.lead_id, d.lead_id) AS "leadId", l.revision, coalesce(d.decided, 0) AS decided, d.highest
     FROM leads l
     FULL JOIN (SELECT lead_id, count(*) AS decided, max(revision) AS highest, min(revision) AS lowest
                  FROM decisions GROUP BY lead_id) d ON d.lead_id = l.lead_id
    WHERE d.decided IS DISTINCT FROM l.revision OR d.highest IS DISTINCT FROM l.revision OR d.lowest IS DISTINCT FROM 1
    LIMIT $1`,
);

const REPEATED_EVENTS = statement(
  'audit-repeated-events',
  `SELECT event_id AS "eventId", count(*) AS decisions FROM decisions GROUP BY event_id HAVING count(*) > 1 LIMIT $1`,
);

const PARTITIONS = statement(
  'audit-partitions',
  `SELECT partition, epoch, stored_from AS "storedFrom", stored_to AS "storedTo" FROM router_partitions ORDER BY partition`,
);

const DEFAULT_PAGE = 10_000;

/** Every lead in pages, by id. */
export const scanLeads = (pool: PostgresPool, pageSize: number = DEFAULT_PAGE): AsyncGenerator<readonly AuditedLead[]> =>
  pages<AuditedLead>(pool, { page: LEADS_PAGE, first: [NO_ID], next: (last) => [last.leadId], pageSize });

/** Every decision in pages, by lead and revision. */
export const scanDecisions = (pool: PostgresPool, pageSize: number = DEFAULT_PAGE): AsyncGenerator<readonly AuditedDecision[]> =>
  pages<AuditedDecision>(pool, { page: DECISIONS_PAGE, first: [NO_ID, 0], next: (last) => [last.leadId, last.revision], pageSize });

/** Everything that was promised to a vendor, in pages, by lead. */
export const scanSubmissions = (pool: PostgresPool, pageSize: number = DEFAULT_PAGE): AsyncGenerator<readonly AuditedSubmission[]> =>
  pages<AuditedSubmission>(pool, { page: SUBMISSIONS_PAGE, first: [NO_ID], next: (last) => [last.leadId], pageSize });

/** Promised, and no lead of that id: still on its way, in a dead-letter topic, or lost. */
export const scanUndecidedSubmissions = (
  pool: PostgresPool,
  pageSize: number = DEFAULT_PAGE,
): AsyncGenerator<readonly AuditedSubmission[]> =>
  pages<AuditedSubmission>(pool, { page: UNDECIDED_PAGE, first: [NO_ID], next: (last) => [last.leadId], pageSize });

/** Those of the ids that are leads. A few thousand ids at a time. */
export const readAuditedLeads = async (pool: PostgresPool, leadIds: readonly LeadId[]): Promise<ReadonlyMap<LeadId, AuditedLead>> => {
  if (leadIds.length === 0) return new Map();
  const rows = await pool.run<AuditedLead>(KNOWN_LEADS, [textArray(leadIds)]);
  return new Map(rows.map((row) => [row.leadId, row]));
};

/** Each lead is in exactly one stage, so the counts sum to the number of leads. */
export const countLeadsByStage = async (pool: PostgresPool): Promise<ReadonlyMap<LeadStage, number>> => {
  const rows = await runAnalytic<{ stage: LeadStage; leads: number }>(pool, STAGES);
  return new Map(rows.map((row) => [row.stage, row.leads]));
};

/** Must find nothing: one decision a revision, every revision decided, no decision without its lead. */
export const findRevisionFaults = (pool: PostgresPool, limit: number): Promise<readonly RevisionFault[]> =>
  runAnalytic<RevisionFault>(pool, REVISION_FAULTS, [limit]);

/** Must find nothing: an event that made two decisions. */
export const findRepeatedEvents = (
  pool: PostgresPool,
  limit: number,
): Promise<readonly { readonly eventId: EventId; readonly decisions: number }[]> => runAnalytic(pool, REPEATED_EVENTS, [limit]);

/** Where each partition's stored batch ends: below the committed offset, or its Kafka half is missing. */
export const readAuditedPartitions = (pool: PostgresPool): Promise<readonly AuditedPartition[]> => pool.run<AuditedPartition>(PARTITIONS);

interface PageRequest<Row> {
  readonly page: Statement;
  readonly first: readonly SqlValue[];
  readonly next: (last: Row) => readonly SqlValue[];
  readonly pageSize: number;
}

async function* pages<Row extends object>(pool: PostgresPool, request: PageRequest<Row>): AsyncGenerator<readonly Row[]> {
  let after = request.first;
  for (;;) {
    const rows = await pool.run<Row>(request.page, [...after, request.pageSize]);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < request.pageSize) return;
    after = request.next(last);
  }
}
