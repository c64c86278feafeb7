/** What became of the leads of a span of time, by one of their sides: one statement each, over leads and their decisions. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import { runAnalytic } from './analytic-query.ts';
import { textArray } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { type Statement, statement } from './statement.ts';

export const REPORT_SIDES = ['source', 'campaign', 'rule', 'destination', 'agent'] as const;
export type ReportSide = (typeof REPORT_SIDES)[number];

/** Of leads submitted in `[from, to)`. Milliseconds. */
export interface ReportSpan {
  readonly from: number;
  readonly to: number;
}

export interface ReportRequest extends ReportSpan {
  readonly side: ReportSide;
  readonly now: number;
  /** By lead; only for `campaign`, which no column has. */
  readonly campaigns?: ReadonlyMap<LeadId, string>;
}

export interface ReportRow {
  /** null: without a rule, an agent, a campaign. */
  readonly key: string | null;
  readonly leads: number;
  /** From submission to the first decision that gave it an owner. */
  readonly assigned: number;
  readonly assignP50Ms: number | null;
  readonly assignP95Ms: number | null;
  /** From submission to the first human answer. */
  readonly responded: number;
  readonly responseP50Ms: number | null;
  readonly responseP95Ms: number | null;
  /** Assignments with a clock that has ended, and those of them whose clock ran out. */
  readonly promises: number;
  readonly broken: number;
  readonly qualified: number;
  readonly closed: number;
  readonly won: number;
}

/** Of a lead `l` and, for promises, of the decision `d` that made them: whoever had the clock answers for it. */
const KEYS: Readonly<Record<ReportSide, { readonly lead: string; readonly promise: string }>> = {
  source: { lead: 'l.vendor', promise: 'c.key' },
  campaign: { lead: 'k.key', promise: 'c.key' },
  rule: { lead: 'l.rule_id', promise: 'd.rule_id' },
  destination: { lead: 'l.destination_id', promise: 'd.destination_id' },
  agent: { lead: 'l.agent_id', promise: 'd.agent_id' },
};

/** $1 and $2 the span, $3 now, $4 and $5 campaigns by lead. */
const reportStatement = (side: ReportSide): Statement =>
  statement(
    `report-by-${side}`,
    `WITH chosen AS MATERIALIZED (
       SELECT l.lead_id, ${KEYS[side].lead} AS key, l.revision, l.stage, l.submitted_at, l.accepted_at, l.responded_at, l.is_qualified,
              l.breaches, l.outcome
         FROM leads l
         LEFT JOIN unnest($4::uuid[], $5::text[]) AS k (lead_id, key) ON k.lead_id = l.lead_id
        WHERE l.submitted_at >= to_timestamp($1::float8 / 1000) AND l.submitted_at < to_timestamp($2::float8 / 1000)),
     firsts AS (
       SELECT d.lead_id, min(d.decided_at) AS assigned_at
         FROM decisions d JOIN chosen c ON c.lead_id = d.lead_id
        WHERE d.kind IN ('ASSIGNED', 'EXCEPTION') GROUP BY d.lead_id),
     times AS (
       SELECT c.*, extract(epoch FROM f.assigned_at - c.submitted_at)::float8 * 1000 AS assign_ms,
              extract(epoch FROM c.responded_at - c.submitted_at)::float8 * 1000 AS response_ms
         FROM chosen c LEFT JOIN firsts f ON f.lead_id = c.lead_id),
     by_lead AS (
       SELECT key, count(*) AS leads, count(assign_ms) AS assigned, count(response_ms) AS responded,
              percentile_disc(0.5) WITHIN GROUP (ORDER BY assign_ms) AS assign_p50,
              percentile_disc(0.95) WITHIN GROUP (ORDER BY assign_ms) AS assign_p95,
              percentile_disc(0.5) WITHIN GROUP (ORDER BY response_ms) AS response_p50,
              percentile_disc(0.95) WITHIN GROUP (ORDER BY response_ms) AS response_p95,
              count(*) FILTER (WHERE is_qualified) AS qualified, count(*) FILTER (WHERE stage = 'CLOSED') AS closed,
              count(*) FILTER (WHERE outcome = 'WON') AS won
         FROM times GROUP BY key),
     breached AS (
       SELECT DISTINCT c.lead_id, (b ->> 'revision')::integer AS revision FROM chosen c CROSS JOIN LATERAL jsonb_array_elements(c.breaches) b),
     by_promise AS (
       SELECT ${KEYS[side].promise} AS key, count(*) AS promises, count(b.revision) AS broken
         FROM decisions d
         JOIN chosen c ON c.lead_id = d.lead_id
         LEFT JOIN breached b ON b.lead_id = d.lead_id AND b.revision = d.revision
        WHERE b.revision IS NOT NULL
           OR (d.accept_by IS NOT NULL AND d.kind <> 'OFFERED'
               AND NOT (d.revision = c.revision AND c.accepted_at IS NULL AND c.stage IN ('ASSIGNED', 'EXCEPTION')
                        AND d.accept_by > to_timestamp($3::float8 / 1000)))
        GROUP BY 1)
     SELECT coalesce(l.key, p.key) AS key, coalesce(l.leads, 0) AS leads, coalesce(l.assigned, 0) AS assigned,
            l.assign_p50 AS "assignP50Ms", l.assign_p95 AS "assignP95Ms", coalesce(l.responded, 0) AS responded,
            l.response_p50 AS "responseP50Ms", l.response_p95 AS "responseP95Ms",
            coalesce(p.promises, 0) AS promises, coalesce(p.broken, 0) AS broken,
            coalesce(l.qualified, 0) AS qualified, coalesce(l.closed, 0) AS closed, coalesce(l.won, 0) AS won
       FROM by_lead l FULL JOIN by_promise p ON coalesce(p.key, '') = coalesce(l.key, '')
      ORDER BY leads DESC, key`,
  );

const REPORTS: Readonly<Record<ReportSide, Statement>> = {
  source: reportStatement('source'),
  campaign: reportStatement('campaign'),
  rule: reportStatement('rule'),
  destination: reportStatement('destination'),
  agent: reportStatement('agent'),
};

const CONTEXTS_PAGE = statement(
  'report-contexts-page',
  `SELECT lead_id AS "leadId", context FROM leads
    WHERE lead_id > $1 AND submitted_at >= to_timestamp($2::float8 / 1000) AND submitted_at < to_timestamp($3::float8 / 1000)
    ORDER BY lead_id LIMIT $4`,
);

const NO_ID = '00000000-0000-0000-0000-000000000000';
const PAGE = 5_000;

/** Most leads first. A lead counts for whoever has it now, a promise for whoever made it. */
export const readReport = (pool: PostgresPool, request: ReportRequest): Promise<readonly ReportRow[]> => {
  const campaigns = [...(request.campaigns ?? [])];
  return runAnalytic<ReportRow>(pool, REPORTS[request.side], [
    request.from,
    request.to,
    request.now,
    textArray(campaigns.map(([leadId]) => leadId)),
    textArray(campaigns.map(([, campaign]) => campaign)),
  ]);
};

/** The stored contexts of the span's leads, in pages. */
export async function* scanContexts(
  pool: PostgresPool,
  { from, to }: ReportSpan,
): AsyncGenerator<readonly { readonly leadId: LeadId; readonly context: Buffer | null }[]> {
  let after: string = NO_ID;
  for (;;) {
    const rows = await runAnalytic<{ leadId: LeadId; context: Buffer | null }>(pool, CONTEXTS_PAGE, [after, from, to, PAGE]);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    if (rows.length < PAGE) return;
    after = last.leadId;
  }
}
