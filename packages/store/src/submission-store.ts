/**
 * What the gateway has accepted: the promise that the audit holds the pipeline to. Written after Kafka has taken the lead and before
 * the vendor hears 202, so each row is a lead in the log, and each 202 has a row.
 */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { type Column, encodeColumns, numberColumn, textArray, textColumn } from './column-encoding.ts';
import { LEAD_COLUMN_NAMES, type LeadRow, leadOf } from './lead-row.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

export interface Submission {
  readonly leadId: LeadId;
  readonly vendor: string;
  /** Digest of the vendor's own reference: the reference itself may be personal. */
  readonly referenceDigest: string;
  readonly contentDigest: string;
  /** `http`, `csv`, or the intake topic. */
  readonly source: string;
  readonly acceptedAt: number;
}

export interface LeadStatus {
  /** null: not accepted here, yet decided: its 202 was never given. */
  readonly submission: Submission | null;
  /** null: on its way, not decided yet. */
  readonly lead: LeadRecord | null;
}

interface SubmissionRow {
  readonly lead_id: LeadId;
  readonly vendor: string;
  readonly reference_digest: string;
  readonly content_digest: string;
  readonly source: string;
  readonly accepted_at: number;
}

const SUBMISSION_COLUMNS: readonly Column<Submission>[] = [
  textColumn((submission) => submission.leadId),
  textColumn((submission) => submission.vendor),
  textColumn((submission) => submission.referenceDigest),
  textColumn((submission) => submission.contentDigest),
  textColumn((submission) => submission.source),
  numberColumn((submission) => submission.acceptedAt),
];

const COLUMN_NAMES = 'lead_id, vendor, reference_digest, content_digest, source, accepted_at';

/** Sorted, so that two requests with the same leads do not wait for each other crosswise. */
const RECORD = statement(
  'submissions-insert',
  `INSERT INTO submissions (${COLUMN_NAMES})
   SELECT r.lead_id, r.vendor, r.reference_digest, r.content_digest, r.source, to_timestamp(r.accepted_at / 1000)
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::float8[])
       AS r (lead_id, vendor, reference_digest, content_digest, source, accepted_at)
    ORDER BY r.lead_id
   ON CONFLICT DO NOTHING
   RETURNING lead_id`,
);

const FIND = statement('submissions-find', `SELECT ${COLUMN_NAMES} FROM submissions WHERE lead_id = ANY ($1::uuid[])`);
const READ_LEAD = statement('leads-read', `SELECT ${LEAD_COLUMN_NAMES} FROM leads WHERE lead_id = $1`);

/** A lead that is known already stays as it was first recorded. Idempotent. Returns the leads that were not known. */
export const recordSubmissions = async (pool: PostgresPool, submissions: readonly Submission[]): Promise<ReadonlySet<LeadId>> => {
  if (submissions.length === 0) return new Set();
  const rows = await pool.run<Pick<SubmissionRow, 'lead_id'>>(RECORD, encodeColumns(SUBMISSION_COLUMNS, submissions));
  return new Set(rows.map(({ lead_id }) => lead_id));
};

/** Those of the leads that were accepted before. */
export const findSubmissions = async (pool: PostgresPool, leadIds: readonly LeadId[]): Promise<ReadonlyMap<LeadId, Submission>> => {
  if (leadIds.length === 0) return new Map();
  const rows = await pool.run<SubmissionRow>(FIND, [textArray(leadIds)]);
  return new Map(rows.map((row) => [row.lead_id, submissionOf(row)]));
};

/** Both null: unknown. Whose lead it is has to be checked by the caller. */
export const readLeadStatus = (pool: PostgresPool, leadId: LeadId): Promise<LeadStatus> =>
  pool.session(async (run) => {
    const [[submission], [lead]] = await Promise.all([run<SubmissionRow>(FIND, [textArray([leadId])]), run<LeadRow>(READ_LEAD, [leadId])]);
    return { submission: submission === undefined ? null : submissionOf(submission), lead: lead === undefined ? null : leadOf(lead) };
  });

const submissionOf = (row: SubmissionRow): Submission => ({
  leadId: row.lead_id,
  vendor: row.vendor,
  referenceDigest: row.reference_digest,
  contentDigest: row.content_digest,
  source: row.source,
  acceptedAt: row.accepted_at,
});
