/**
 * The port through which the router sees Postgres. `postgres-router-store.ts` implements it on pg, the testkit in memory;
 * both pass one contract suite. Operations of a transaction run in the order in which they were called, so a caller may
 * issue several without awaiting each (one round trip on the real thing) and await the lot.
 * READ COMMITTED throughout: every read sees what was committed when its lock was granted.
 */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { BatchSnapshot, BatchWrites, Decision, LeadRecord, LockSet, TimerKind } from '@lead-router/domain/routing-model.ts';
import type { EarlyWrites } from './early-activities.ts';

/** The one batch kept per partition: what to emit again if its Kafka half is missing. */
export interface StoredBatch {
  readonly partition: number;
  /** First offset of the batch. */
  readonly from: number;
  /** Offset after its last record: what its Kafka transaction commits. */
  readonly to: number;
  /** The encoded outputs, as `encodeOutputs` of the router made them. */
  readonly outputs: Buffer;
}

export type StoredBatchAnswer =
  | { readonly kind: 'OK'; readonly stored: StoredBatch | null }
  /** Another task has raised the epoch since. */
  | { readonly kind: 'STALE_EPOCH' };

export interface PeekResult {
  readonly leads: ReadonlyMap<LeadId, LeadRecord>;
  /** LeadContext of those leads, in its stored form. */
  readonly contexts: ReadonlyMap<LeadId, Buffer>;
  /** Of the arriving leads: values of activities that came before them, in no order. */
  readonly early: ReadonlyMap<LeadId, readonly Buffer[]>;
}

export interface PeekKeys {
  readonly leads: readonly LeadId[];
  /** Those of the leads that a batch submits: what was kept for them is read with them. Left out: none. */
  readonly arriving?: readonly LeadId[];
}

export interface BatchRecord {
  readonly batchId: string;
  readonly partition: number;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  readonly ruleSetVersion: number;
  readonly now: number;
  readonly seed: number;
}

export interface EncodedBatch {
  /** Compressed snapshot and inputs: the unit of replay. No personal values. */
  readonly body: Buffer;
  /** What Kafka is to get, for the time until the next batch: see `StoredBatch`. */
  readonly outputs: Buffer;
}

export interface DecisionRow {
  readonly decision: Decision;
  /** Place among the batch's inputs. */
  readonly inputIndex: number;
}

export interface BatchWriteSet {
  readonly batch: BatchRecord;
  /** Called once, when the other statements are on their way: Postgres carries them out while this one computes. */
  readonly encode: () => EncodedBatch;
  readonly decisions: readonly DecisionRow[];
  readonly writes: BatchWrites;
  /** LeadContext, in its stored form, of leads that are new or whose context changed. */
  readonly contexts: ReadonlyMap<LeadId, Buffer>;
  /** Left out where no activity came before its lead. */
  readonly early?: EarlyWrites;
}

export interface LockedPartition {
  readonly epoch: number;
  /** `to` of the stored batch; null before the first one. */
  readonly storedTo: number | null;
  /** `now` of the stored batch: the next one's is not earlier. */
  readonly storedNow: number | null;
}

export interface RouterTransaction {
  /** SELECT … FOR UPDATE of the partition's row. */
  lockPartition(partition: number): Promise<LockedPartition>;
  /** Takes the rule version's shared advisory lock, then reads the active version. */
  shareRuleVersion(): Promise<number>;
  /** Locks in the global order (identities, leads, destinations, pools; each sorted) and reads each after its lock. */
  lockAndRead(locks: LockSet, options: { readonly waitersPerPool: number }): Promise<BatchSnapshot>;
  /** Enters them for ever; returns those that were not there. Submissions need no entry: their lead's row says it. */
  applyEvents(eventIds: readonly EventId[]): Promise<ReadonlySet<EventId>>;
  /**
   * Everything of these batches, each as if after the one before, timers and the stored batches included. Once a transaction. How many
   * statements it takes depends on how many batches they are, not on what is in them. Throws, if something cannot be encoded, before it
   * returns; so a commit may be called without awaiting the answer, and then fails as this does. A rejection that nobody awaits is handled.
   */
  write(...batches: readonly BatchWriteSet[]): Promise<void>;
  /** A StoreFault of kind `unknown-outcome` says that nobody knows. */
  commit(): Promise<void>;
  /** Never rejects; after it the transaction is gone. */
  rollback(): Promise<void>;
}

export interface RouterStore {
  /** Waits for a batch in flight (row lock), then raises and returns the epoch. */
  raiseEpoch(partition: number): Promise<number>;
  readStoredBatch(partition: number, epoch: number): Promise<StoredBatchAnswer>;
  /** Without locks; may be out of date at once. */
  peek(keys: PeekKeys): Promise<PeekResult>;
  begin(): Promise<RouterTransaction>;
}

export interface DueTimer {
  /** The lead's id, or the pool's timer id. */
  readonly timerId: string;
  readonly kind: TimerKind;
  readonly poolId: string | null;
  readonly generation: number;
  readonly dueAt: number;
}

export interface TimerStore {
  /** Leases due, unfired timers (SKIP LOCKED) until `now + leaseMs`, earliest first. */
  leaseDueTimers(request: { readonly now: number; readonly limit: number; readonly leaseMs: number }): Promise<readonly DueTimer[]>;
  /** Marks by id and generation: one that was set anew meanwhile stays due. */
  markFired(timers: readonly Pick<DueTimer, 'timerId' | 'generation'>[]): Promise<void>;
}

export type StoreFaultKind =
  /** 40001, 40P01, 55P03: roll back and try the same again. */
  | 'conflict'
  /** A commit was sent and no answer came. */
  | 'unknown-outcome'
  /** Connection refused, lost or timed out before a commit; nothing has happened. */
  | 'unavailable'
  /** Postgres refuses this value (class 22, 23, 54): bisect, and dead-letter the one. */
  | 'refused-value';

export class StoreFault extends Error {
  readonly kind: StoreFaultKind;
  constructor(kind: StoreFaultKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'StoreFault';
    this.kind = kind;
  }
}
