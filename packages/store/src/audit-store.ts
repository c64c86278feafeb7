/**
 * What the audit asks of Postgres row by row. Whole tables come in pages by key, so that any number of rows needs little memory
 * and no transaction stays open for long. A page sees what was committed when it was read: nothing here is ever deleted but old months of decisions.
 */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { runAnalytic } from './analytic-query.ts';
import { LEAD_COLUMN_NAMES, type LeadRow, leadOf } from './lead-row.ts';
import { DECISION_COLUMN_NAMES, type StoredDecision } from './lead-store.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { type SqlValue, type Statement, statement } from './statement.ts';

/** With the place of its batch in the inbox; null when that batch was not recorded. */
export interface AuditedDecision extends StoredDecision {
  readonly partition: number | null;
  /** Offset after the batch's last record: what its Kafka half commits. */
  readonly batchTo: number | null;
}

export interface AuditedSubmission {
  readonly leadId: LeadId;
  readonly vendor: string;
  /** `http`, `csv`, or the intake topic. */
  readonly source: string;
}

/** A lead whose decisions are not exactly its revisions 1 to `revision`, those of dropped months left out; null: there is no such lead. */
export interface RevisionFault {
  readonly leadId: LeadId;
  readonly revision: number | null;
  /** Number of decisions. */
  readonly decided: number;
  readonly highest: number | null;
}

export interface RevisionFaults {
  readonly total: number;
  readonly first: readonly RevisionFault[];
}

export interface AuditedPartition {
  readonly partition: number;
  readonly epoch: number;
  readonly storedFrom: number | null;
  readonly storedTo: number | null;
}

const NO_ID = '00000000-0000-0000-0000-000000000000';
const DEFAULT_PAGE = 5_000;

const LEADS_PAGE = statement('audit-leads-page', `SELECT ${LEAD_COLUMN_NAMES} FROM leads WHERE lead_id > $1 ORDER BY lead_id LIMIT $2`);

const DECISIONS_PAGE = statement(
  'audit-decisions-page',
  `SELECT ${DECISION_COLUMN_NAMES}, b.partition, b.to_offset AS "batchTo"
     FROM (SELECT * FROM decisions WHERE (lead_id, revision) > ($1, $2) ORDER BY lead_id, revision LIMIT $3) d
     LEFT JOIN decision_batches b ON b.batch_id = d.batch_id AND b.decided_at = d.decided_at
    ORDER BY d.lead_id, d.revision`,
);

const SUBMISSIONS_PAGE = statement(
  'audit-submissions-page',
  `SELECT lead_id AS "leadId", vendor, source FROM submissions WHERE lead_id > $1 ORDER BY lead_id LIMIT $2`,
);

/**
 * No key holds a revision to one decision across months, so it is counted here. Where months were dropped, only the latest revisions of
 * older leads are left, or none of a lead that was last decided before. An hour: the clocks of gateway and router differ by less.
 */
const REVISION_FAULTS = statement(
  'audit-revision-faults',
  `SELECT coalesce(l.lead_id, d.lead_id) AS "leadId", l.revision, coalesce(d.decided, 0) AS decided, d.highest, count(*) OVER () AS total
     FROM leads l
     FULL JOIN (SELECT lead_id, count(*) AS decided, count(DISTINCT revision) AS revisions, max(revision) AS highest, min(revision) AS lowest
                  FROM decisions GROUP BY lead_id) d ON d.lead_id = l.lead_id
     LEFT JOIN decision_retention r ON true
    WHERE l.lead_id IS NULL
       OR (d.lead_id IS NULL AND (l.decided_at < r.kept_from) IS NOT TRUE)
       OR d.highest <> l.revision OR d.decided <> d.revisions OR d.decided <> d.highest - d.lowest + 1
       OR (d.lowest <> 1 AND (l.submitted_at < r.kept_from + interval '1 hour') IS NOT TRUE)
    LIMIT $1`,
);

const PARTITIONS = statement(
  'audit-partitions',
  `SELECT partition, epoch, stored_from AS "storedFrom", stored_to AS "storedTo" FROM router_partitions ORDER BY partition`,
);

/** Every lead in pages, by id. */
export async function* scanLeads(pool: PostgresPool, pageSize: number = DEFAULT_PAGE): AsyncGenerator<readonly LeadRecord[]> {
  const request = { page: LEADS_PAGE, first: [NO_ID], next: (last: LeadRow) => [last.lead_id], pageSize };
  for await (const rows of pages<LeadRow>(pool, request)) yield rows.map(leadOf);
}

/** Every decision in pages, by lead and revision. */
export const scanDecisions = (pool: PostgresPool, pageSize: number = DEFAULT_PAGE): AsyncGenerator<readonly AuditedDecision[]> =>
  pages<AuditedDecision>(pool, { page: DECISIONS_PAGE, first: [NO_ID, 0], next: (last) => [last.leadId, last.revision], pageSize });

/** Everything that was promised to a vendor, in pages, by lead. */
export const scanSubmissions = (pool: PostgresPool, pageSize: number = DEFAULT_PAGE): AsyncGenerator<readonly AuditedSubmission[]> =>
  pages<AuditedSubmission>(pool, { page: SUBMISSIONS_PAGE, first: [NO_ID], next: (last) => [last.leadId], pageSize });

/** Must find nothing: one decision a revision, every revision decided, no decision without its lead. In one snapshot. */
export const findRevisionFaults = async (pool: PostgresPool, limit: number): Promise<RevisionFaults> => {
  const rows = await runAnalytic<RevisionFault & { readonly total: number }>(pool, REVISION_FAULTS, [limit]);
  return {
    total: rows[0]?.total ?? 0,
    first: rows.map(({ leadId, revision, decided, highest }) => ({ leadId, revision, decided, highest })),
  };
};

/** Where each partition's stored batch ends: at or below the committed offset, or its Kafka half is missing. */
export const readAuditedPartitions = (pool: PostgresPool): Promise<readonly AuditedPartition[]> => pool.run<AuditedPartition>(PARTITIONS);

interface PageRequest<Row> {
  readonly page: Statement;
  readonly first: readonly SqlValue[];
  readonly next: (last: Row) => readonly SqlValue[];
  readonly pageSize: number;
}

/** Without a transaction that stays open: a page sees what was committed when it was read. */
export async function* pages<Row extends object>(pool: PostgresPool, request: PageRequest<Row>): AsyncGenerator<readonly Row[]> {
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
