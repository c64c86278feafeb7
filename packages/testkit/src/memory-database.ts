/**
 * The in-memory Postgres itself: the router's tables as committed, and the locks. Shared by every process that connects;
 * transactions buffer what they write and hand it over whole at their commit.
 */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import { NO_OUTCOMES, type OutcomeCounts } from '@lead-router/domain/margin/conversion.ts';
import { sumOf } from '@lead-router/domain/margin/conversion-book.ts';
import type {
  BatchWrites,
  DestinationRecord,
  IdentityRecord,
  LeadRecord,
  PoolRecord,
  WaiterRecord,
} from '@lead-router/domain/routing-model.ts';
import type { EarlyActivity } from '@lead-router/store/early-activities.ts';
import type { BatchRecord, BatchWriteSet, DecisionRow, DueTimer, EncodedBatch } from '@lead-router/store/router-store.ts';
import { LockTable } from './lock-table.ts';
import type { Scheduler } from './scheduler.ts';

/** All in virtual milliseconds, as the real server is set: idle transactions end before lock waits do. */
export interface DatabaseTimes {
  readonly lockTimeoutMs: number;
  readonly idleInTransactionMs: number;
}

export const DEFAULT_DATABASE_TIMES: DatabaseTimes = { lockTimeoutMs: 5_000, idleInTransactionMs: 3_000 };

export interface PartitionRow {
  epoch: number;
  stored: { readonly from: number; readonly to: number; readonly now: number; readonly outputs: Buffer } | null;
}

export interface TimerRow extends DueTimer {
  readonly state: 'PENDING' | 'FIRED';
  readonly leasedUntil: number | null;
}

/** What a transaction of a batch brings to its commit. */
export interface CommittedBatch {
  readonly set: BatchWriteSet;
  readonly encoded: EncodedBatch;
  readonly appliedEvents: readonly EventId[];
  /** Read under the shared lock. */
  readonly ruleVersion: number | null;
}

export interface MemoryDatabaseOptions {
  readonly scheduler: Scheduler;
  readonly partitions: number;
  readonly activeRuleVersion: number | null;
  readonly poolTimerId: (poolId: string) => string;
  readonly times?: DatabaseTimes;
}

export class MemoryDatabase {
  readonly scheduler: Scheduler;
  readonly times: DatabaseTimes;
  readonly locks = new LockTable();
  readonly partitions = new Map<number, PartitionRow>();
  readonly leads = new Map<LeadId, LeadRecord>();
  readonly contexts = new Map<LeadId, Buffer>();
  readonly identities = new Map<string, IdentityRecord>();
  readonly destinations = new Map<string, DestinationRecord>();
  readonly pools = new Map<string, PoolRecord>();
  /** By pool and lead. */
  readonly waiters = new Map<string, Map<LeadId, WaiterRecord>>();
  readonly appliedEvents = new Set<EventId>();
  /** By `leadId/revision`. */
  readonly decisions = new Map<string, DecisionRow>();
  readonly batches = new Map<string, BatchRecord & EncodedBatch>();
  readonly timers = new Map<string, TimerRow>();
  /** By agent: until when it is away; null: until told to be back. */
  readonly away = new Map<string, number | null>();
  /** Of conversions, by cell. */
  readonly conversions = new Map<string, OutcomeCounts>();
  /** Activities whose lead has not come, by event. */
  readonly early = new Map<EventId, EarlyActivity>();
  /** Circles of waiting transactions that had to be broken. */
  readonly deadlocks: string[] = [];
  activeRuleVersion: number | null;
  /** Called after each commit of a batch; for checks. */
  onCommit: ((batch: CommittedBatch) => void) | null = null;
  readonly #poolTimerId: (poolId: string) => string;

  constructor(options: MemoryDatabaseOptions) {
    this.scheduler = options.scheduler;
    this.times = options.times ?? DEFAULT_DATABASE_TIMES;
    this.activeRuleVersion = options.activeRuleVersion;
    this.#poolTimerId = options.poolTimerId;
    for (let partition = 0; partition < options.partitions; partition++) this.partitions.set(partition, { epoch: 0, stored: null });
  }

  partition(partition: number): PartitionRow {
    const row = this.partitions.get(partition);
    if (!row) throw new Error(`there is no row for partition ${partition}`);
    return row;
  }

  /** Timers that a batch sets and cancels follow from the records it writes; see `write-timers.ts` of the store. */
  timerWrites(writes: Pick<BatchWrites, 'leads' | 'pools'>): { readonly put: readonly DueTimer[]; readonly cancelled: readonly string[] } {
    const put: DueTimer[] = [];
    const cancelled: string[] = [];
    for (const { leadId, timer, timerGeneration } of writes.leads) {
      if (timer) put.push({ timerId: leadId, kind: timer.kind, poolId: null, generation: timerGeneration, dueAt: timer.dueAt });
      else cancelled.push(leadId);
    }
    for (const { poolId, wakeAt, wakeGeneration } of writes.pools) {
      const timerId = this.#poolTimerId(poolId);
      if (wakeAt !== null) put.push({ timerId, kind: 'POOL_WAKE', poolId, generation: wakeGeneration, dueAt: wakeAt });
      else cancelled.push(timerId);
    }
    return { put, cancelled };
  }

  /** With the flip to another rule set, which may have room where the old one had none, and with a word about an agent, who may be back. */
  wakeWaitingPools(): void {
    const woken = [...this.pools.values()]
      .filter(({ waiting }) => waiting > 0)
      .map((pool) => ({ ...pool, wakeAt: this.scheduler.now, wakeGeneration: pool.wakeGeneration + 1 }));
    for (const pool of woken) this.pools.set(pool.poolId, pool);
    this.#setTimers({ leads: [], pools: woken });
  }

  applyEvents(eventIds: readonly EventId[]): void {
    for (const eventId of eventIds) this.appliedEvents.add(eventId);
  }

  commit(batch: CommittedBatch): void {
    const { set, encoded } = batch;
    this.applyEvents(batch.appliedEvents);
    for (const record of set.writes.identities) this.identities.set(record.identity, record);
    for (const record of set.writes.leads) this.leads.set(record.leadId, record);
    for (const record of set.writes.destinations) this.destinations.set(record.destinationId, record);
    for (const record of set.writes.pools) this.pools.set(record.poolId, record);
    for (const { poolId, leadId } of set.writes.waitersRemoved) this.waiters.get(poolId)?.delete(leadId);
    for (const waiter of set.writes.waitersPut) this.#waitersOf(waiter.poolId).set(waiter.leadId, waiter);
    for (const { key, ...counts } of set.writes.outcomes ?? [])
      this.conversions.set(key, sumOf(this.conversions.get(key) ?? NO_OUTCOMES, counts));
    for (const [leadId, context] of set.contexts) this.contexts.set(leadId, context);
    for (const { eventId } of set.early?.taken ?? []) this.early.delete(eventId);
    for (const activity of set.early?.kept ?? []) if (!this.early.has(activity.eventId)) this.early.set(activity.eventId, activity);
    for (const row of set.decisions) this.decisions.set(decisionKey(row), row);
    this.batches.set(set.batch.batchId, { ...set.batch, ...encoded });
    this.#setTimers(set.writes);
    const { partition, from, to, now } = set.batch;
    this.partition(partition).stored = { from, to, now, outputs: encoded.outputs };
    this.onCommit?.(batch);
  }

  waitersInTurn(poolId: string): readonly WaiterRecord[] {
    const inTurn = (a: WaiterRecord, b: WaiterRecord) => a.turnAt - b.turnAt || (a.leadId < b.leadId ? -1 : 1);
    return [...(this.waiters.get(poolId)?.values() ?? [])].sort(inTurn);
  }

  #setTimers(writes: Pick<BatchWrites, 'leads' | 'pools'>): void {
    const { put, cancelled } = this.timerWrites(writes);
    for (const timerId of cancelled) this.timers.delete(timerId);
    for (const timer of put) {
      // The same generation again changes nothing: a timer that has fired does not come back.
      if (this.timers.get(timer.timerId)?.generation !== timer.generation)
        this.timers.set(timer.timerId, { ...timer, state: 'PENDING', leasedUntil: null });
    }
  }

  #waitersOf(poolId: string): Map<LeadId, WaiterRecord> {
    const known = this.waiters.get(poolId);
    if (known) return known;
    const waiters = new Map<LeadId, WaiterRecord>();
    this.waiters.set(poolId, waiters);
    return waiters;
  }
}

export function decisionKey({ decision }: DecisionRow): string {
  return `${decision.lead.leadId}/${decision.lead.revision}`;
}
