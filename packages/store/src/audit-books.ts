/** The books as one snapshot: what pools, destinations, queues and timers count, and what the leads themselves say. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { MemberLedger } from '@lead-router/domain/routing-model.ts';
import { EARLY_COUNT, type EarlyFigures, NO_EARLY } from './early-activities.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

export interface AuditedBooks {
  readonly pools: readonly PoolCounts[];
  readonly destinations: readonly { readonly destinationId: string; readonly open: number }[];
  /** Leads that are worked, where their rows say. */
  readonly worked: readonly WorkedCount[];
  /** Leads that are offered, where their rows say; nobody's yet. */
  readonly offered: readonly WorkedCount[];
  /** Leads that wait, by the pool their rows name. */
  readonly waiting: readonly WaitingCount[];
  /** Waiting without a place in that pool's queue, or in a queue without waiting there. */
  readonly queueFaults: Found<QueueFault>;
  /** A running clock without its timer, or a timer without its clock. */
  readonly timerFaults: Found<TimerFault>;
  /** Activities whose lead has not come. */
  readonly early: EarlyFigures;
  /** Activities kept for a lead that is there. */
  readonly earlyFaults: Found<EarlyFault>;
}

export interface PoolCounts {
  readonly poolId: string;
  readonly open: number;
  readonly waiting: number;
  /** Leads of `open` that are offered. */
  readonly offered: number;
  readonly members: readonly MemberLedger[];
}

export interface WorkedCount {
  readonly poolId: string | null;
  readonly agentId: string | null;
  readonly destinationId: string | null;
  readonly leads: number;
}

export interface WaitingCount {
  readonly poolId: string | null;
  readonly leads: number;
}

export interface Found<Fault> {
  readonly total: number;
  readonly first: readonly Fault[];
}

export interface QueueFault {
  readonly leadId: LeadId;
  /** Where its row says that it waits; null: nowhere. */
  readonly waitsIn: string | null;
  /** The queue it has a place in; null: none. */
  readonly queuedIn: string | null;
}

export interface TimerFault {
  readonly leadId: LeadId;
  readonly clock: string | null;
  readonly timer: string | null;
}

export interface EarlyFault {
  readonly leadId: LeadId;
  readonly eventId: string;
}

const ONE_SNAPSHOT = statement('audit-books-snapshot', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
const ALLOW_SCANS = statement(
  'audit-books-scans',
  `SELECT set_config('enable_seqscan', 'on', true), set_config('plan_cache_mode', 'force_custom_plan', true)`,
);

const POOLS = statement(
  'audit-books-pools',
  'SELECT pool_id AS "poolId", open, waiting, coalesce(offered, 0) AS offered, members FROM pools WHERE generation IS NOT NULL ORDER BY pool_id',
);

const DESTINATIONS = statement(
  'audit-books-destinations',
  'SELECT destination_id AS "destinationId", open FROM destinations WHERE open IS NOT NULL ORDER BY destination_id',
);

const WORKED = statement(
  'audit-books-worked',
  `SELECT pool_id AS "poolId", agent_id AS "agentId", destination_id AS "destinationId", count(*) AS leads
     FROM leads WHERE stage IN ('ASSIGNED', 'EXCEPTION') GROUP BY pool_id, agent_id, destination_id`,
);

const OFFERED = statement(
  'audit-books-offered',
  `SELECT pool_id AS "poolId", agent_id AS "agentId", destination_id AS "destinationId", count(*) AS leads
     FROM leads WHERE stage = 'OFFERED' GROUP BY pool_id, agent_id, destination_id`,
);

const WAITING = statement(
  'audit-books-waiting',
  `SELECT pool_id AS "poolId", count(*) AS leads FROM leads WHERE stage = 'WAITING' GROUP BY pool_id`,
);

const QUEUE_FAULTS = statement(
  'audit-books-queue-faults',
  `SELECT coalesce(l.lead_id, w.lead_id) AS "leadId", l.pool_id AS "waitsIn", w.pool_id AS "queuedIn", count(*) OVER () AS total
     FROM (SELECT lead_id, pool_id FROM leads WHERE stage = 'WAITING') l
     FULL JOIN pool_waiters w ON w.lead_id = l.lead_id AND w.pool_id = l.pool_id
    WHERE l.lead_id IS NULL OR w.lead_id IS NULL
    LIMIT $1`,
);

const TIMER_FAULTS = statement(
  'audit-books-timer-faults',
  `SELECT coalesce(l.lead_id, t.timer_id) AS "leadId",
          l.timer_kind || ', generation ' || l.timer_generation AS clock, t.kind || ', generation ' || t.generation AS timer,
          count(*) OVER () AS total
     FROM (SELECT lead_id, timer_kind, timer_generation, timer_due_at FROM leads WHERE timer_kind IS NOT NULL) l
     FULL JOIN (SELECT timer_id, kind, generation, due_at FROM timers WHERE kind <> 'POOL_WAKE') t ON t.timer_id = l.lead_id
    WHERE l.timer_kind IS DISTINCT FROM t.kind OR l.timer_generation IS DISTINCT FROM t.generation OR l.timer_due_at IS DISTINCT FROM t.due_at
    LIMIT $1`,
);

const EARLY_FAULTS = statement(
  'audit-books-early-faults',
  `SELECT e.lead_id AS "leadId", e.event_id AS "eventId", count(*) OVER () AS total
     FROM early_activities e JOIN leads l ON l.lead_id = e.lead_id
    LIMIT $1`,
);

/** `limit` bounds the faults that are listed, not those that are counted. */
export const readAuditedBooks = (pool: PostgresPool, limit: number): Promise<AuditedBooks> =>
  pool.inTransaction(async (transaction) => {
    void transaction.run(ONE_SNAPSHOT);
    void transaction.run(ALLOW_SCANS);
    const [pools, destinations, worked, offered, waiting, queueFaults, timerFaults, [early], earlyFaults] = await Promise.all([
      transaction.run<PoolCounts>(POOLS),
      transaction.run<AuditedBooks['destinations'][number]>(DESTINATIONS),
      transaction.run<WorkedCount>(WORKED),
      transaction.run<WorkedCount>(OFFERED),
      transaction.run<WaitingCount>(WAITING),
      transaction.run<QueueFault & Total>(QUEUE_FAULTS, [limit]),
      transaction.run<TimerFault & Total>(TIMER_FAULTS, [limit]),
      transaction.run<EarlyFigures>(EARLY_COUNT),
      transaction.run<EarlyFault & Total>(EARLY_FAULTS, [limit]),
    ]);
    const faults = { queueFaults: found(queueFaults), timerFaults: found(timerFaults), earlyFaults: found(earlyFaults) };
    return { pools, destinations, worked, offered, waiting, early: early ?? NO_EARLY, ...faults };
  });

interface Total {
  readonly total: number;
}

const found = <Fault>(rows: readonly (Fault & Total)[]): Found<Fault> => ({ total: rows[0]?.total ?? 0, first: rows });
