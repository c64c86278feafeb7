/** Figures for the live view and the closing summary: where the leads are, and how long they took to get there. */
import type { Grade } from '@lead-router/domain/lead.ts';
import type { DecisionCause, LeadStage } from '@lead-router/domain/routing-model.ts';
import { runAnalytic } from './analytic-query.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

/** Leads of one pool by what they are there as; an offered lead is nobody's yet, and has its place. */
export interface PoolCounts {
  readonly owned: number;
  readonly offered: number;
  readonly waiting: number;
}

export const NO_COUNTS: PoolCounts = { owned: 0, offered: 0, waiting: 0 };

/** Each lead counts once, under its latest revision. */
export interface LeadSummary {
  readonly total: number;
  readonly byStage: ReadonlyMap<LeadStage, number>;
  readonly byGrade: ReadonlyMap<Grade, number>;
  /** Leads that have a place there now: assigned, offered and exceptions. */
  readonly byDestination: ReadonlyMap<string, number>;
  readonly byPool: ReadonlyMap<string, PoolCounts>;
  /** Leads that have a place now, by the rule that gave it to them. */
  readonly byRule: ReadonlyMap<string, number>;
  readonly byVendor: ReadonlyMap<string, number>;
}

/** Milliseconds from acceptance by the gateway to the first decision; null when nothing was decided in the span. */
export interface TimeToDecide {
  readonly decided: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

const COUNTS = statement(
  'summary-counts',
  `SELECT stage, grade, destination_id, pool_id, rule_id, vendor, count(*) AS leads
     FROM leads GROUP BY stage, grade, destination_id, pool_id, rule_id, vendor`,
);

/** Revision 1 only: later ones answer to other clocks. */
const TIME_TO_DECIDE = statement(
  'summary-time-to-decide',
  `SELECT count(*) AS decided,
          percentile_disc(0.5) WITHIN GROUP (ORDER BY t.ms) AS p50,
          percentile_disc(0.99) WITHIN GROUP (ORDER BY t.ms) AS p99,
          max(t.ms) AS max
     FROM (SELECT extract(epoch FROM decided_at - submitted_at)::float8 * 1000 AS ms
             FROM decisions
            WHERE decided_at >= to_timestamp($1::float8 / 1000) AND decided_at < to_timestamp($2::float8 / 1000) AND revision = 1) t`,
);

/** Decisions beyond the first of each lead: who got it anew, because of what. */
export type HandOffs = ReadonlyMap<DecisionCause, number>;

const HAND_OFFS = statement(
  'summary-hand-offs',
  `SELECT cause, count(*) AS leads FROM decisions WHERE decided_at >= to_timestamp($1::float8 / 1000) AND revision > 1 GROUP BY cause ORDER BY leads DESC`,
);

interface CountRow {
  readonly stage: LeadStage;
  readonly grade: Grade;
  readonly destination_id: string | null;
  readonly pool_id: string | null;
  readonly rule_id: string | null;
  readonly vendor: string;
  readonly leads: number;
}

/** One pass over all leads, contexts included: to be asked every few seconds, not for every line of a live view. */
export const readLeadSummary = async (pool: PostgresPool): Promise<LeadSummary> => {
  const rows = await runAnalytic<CountRow>(pool, COUNTS);
  const byStage = new Map<LeadStage, number>();
  const byGrade = new Map<Grade, number>();
  const byDestination = new Map<string, number>();
  const byPool = new Map<string, PoolCounts>();
  const byRule = new Map<string, number>();
  const byVendor = new Map<string, number>();
  let total = 0;
  for (const row of rows) {
    const { leads } = row;
    const isOwned = row.stage === 'ASSIGNED' || row.stage === 'EXCEPTION';
    const hasPlace = isOwned || row.stage === 'OFFERED';
    total += leads;
    add(byStage, row.stage, leads);
    add(byGrade, row.grade, leads);
    add(byVendor, row.vendor, leads);
    if (hasPlace && row.destination_id !== null) add(byDestination, row.destination_id, leads);
    if (hasPlace && row.rule_id !== null) add(byRule, row.rule_id, leads);
    if (row.pool_id === null) continue;
    const before = byPool.get(row.pool_id) ?? NO_COUNTS;
    byPool.set(row.pool_id, {
      owned: before.owned + (isOwned ? leads : 0),
      offered: before.offered + (row.stage === 'OFFERED' ? leads : 0),
      waiting: before.waiting + (row.stage === 'WAITING' ? leads : 0),
    });
  }
  return { total, byStage, byGrade, byDestination, byPool, byRule, byVendor };
};

/** Made at `from` or later. */
export const readHandOffs = async (pool: PostgresPool, from: number): Promise<HandOffs> => {
  const rows = await runAnalytic<{ readonly cause: DecisionCause; readonly leads: number }>(pool, HAND_OFFS, [from]);
  return new Map(rows.map(({ cause, leads }) => [cause, leads]));
};

/** First decisions made in `[from, to)`. */
export const readTimeToDecide = async (pool: PostgresPool, span: { readonly from: number; readonly to: number }): Promise<TimeToDecide> => {
  const [row] = await runAnalytic<{ decided: number; p50: number | null; p99: number | null; max: number | null }>(pool, TIME_TO_DECIDE, [
    span.from,
    span.to,
  ]);
  return { decided: row?.decided ?? 0, p50Ms: row?.p50 ?? null, p99Ms: row?.p99 ?? null, maxMs: row?.max ?? null };
};

const add = <Key>(counts: Map<Key, number>, key: Key, count: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + count);
};
