/** What the contract of the router's store needs from an implementation, and small helpers that its parts share. */
import { createHash, randomUUID } from 'node:crypto';
import { asEventId, asLeadId } from '@lead-router/contracts/ids.ts';
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { BatchWrites, DestinationRecord, IdentityRecord, LeadRecord, LockSet, PoolRecord } from '@lead-router/domain/routing-model.ts';
import type { BatchWriteSet, RouterStore, RouterTransaction, TimerStore } from '@lead-router/store/router-store.ts';

export interface RouterStoreFixture {
  readonly store: RouterStore;
  readonly timers: TimerStore;
  readonly poolTimerId: (poolId: string) => string;
  /** Makes the version the active one: waits for the batches that share the one before. */
  activate(version: number): Promise<void>;
  /** What somebody says of an agent: waits for the batches under way. */
  say(word: Word): Promise<void>;
  close(): Promise<void>;
}

export interface Word {
  readonly agentId: string;
  readonly isAway: boolean;
  /** null: until told to be back. */
  readonly awayUntil: number | null;
}

export interface FixtureOptions {
  /** Longest wait for a lock; the one that waited gets `conflict`. */
  readonly lockTimeoutMs: number;
}

/** An empty store with three partitions (0 to 2), version 1 active. */
export type CreateRouterStore = (options: FixtureOptions) => Promise<RouterStoreFixture>;

export const aLeadId = (): LeadId => asLeadId(randomUUID());
export const anEventId = (): EventId => asEventId(randomUUID());
export const anIdentity = (): string => createHash('sha256').update(randomUUID()).digest('hex').slice(0, 32);

const NOON = Date.UTC(2026, 10, 22, 12);
/** Of batches, and so of their decisions. */
const DECIDED = NOON + 12;

export const aLead = (changes: Partial<LeadRecord> = {}): LeadRecord => ({
  leadId: aLeadId(),
  version: 1,
  revision: 1,
  stage: 'ASSIGNED',
  vendor: 'acme',
  grade: 'HOT',
  score: 71,
  poolId: 'field',
  agentId: 'ann',
  destinationId: 'sales',
  ruleId: 'hot-leads',
  ruleSetVersion: 1,
  linkedTo: null,
  identities: [],
  formerAgents: [],
  isQualified: false,
  submittedAt: NOON,
  decidedAt: DECIDED,
  acceptedAt: null,
  respondedAt: null,
  waitingSince: null,
  timerGeneration: 1,
  timer: null,
  laterTimers: [],
  breaches: [],
  outcome: null,
  ...changes,
});

export const aPool = (changes: Partial<PoolRecord> = {}): PoolRecord => ({
  poolId: 'field',
  generation: 1,
  open: 0,
  daily: 0,
  day: '2026-11-22',
  waiting: 0,
  wakePending: false,
  wakeAt: null,
  wakeGeneration: 0,
  members: [],
  ...changes,
});

export const aDestination = (changes: Partial<DestinationRecord> = {}): DestinationRecord => ({
  destinationId: 'sales',
  open: 1,
  daily: 2,
  day: '2026-11-22',
  ...changes,
});

export const anIdentityRecord = (changes: Partial<IdentityRecord> = {}): IdentityRecord => ({
  identity: anIdentity(),
  leadId: aLeadId(),
  poolId: 'field',
  agentId: 'ann',
  destinationId: 'sales',
  lastAgentId: 'ann',
  isOpen: true,
  lastDecidedAt: NOON,
  ...changes,
});

export const NO_WRITES: BatchWrites = { identities: [], leads: [], destinations: [], pools: [], waitersPut: [], waitersRemoved: [] };

export interface BatchParts {
  readonly partition?: number;
  readonly from?: number;
  readonly to?: number;
  readonly now?: number;
  readonly outputs?: Buffer;
  readonly writes?: Partial<BatchWrites>;
  readonly decisions?: BatchWriteSet['decisions'];
  readonly contexts?: BatchWriteSet['contexts'];
  readonly early?: BatchWriteSet['early'];
}

export const aBatch = (parts: BatchParts = {}): BatchWriteSet => ({
  batch: {
    batchId: randomUUID(),
    partition: parts.partition ?? 0,
    epoch: 1,
    from: parts.from ?? 0,
    to: parts.to ?? 10,
    ruleSetVersion: 1,
    now: parts.now ?? DECIDED,
    seed: 4_294_967_295,
  },
  encode: () => ({ body: Buffer.from('body'), outputs: parts.outputs ?? Buffer.from('outputs') }),
  decisions: parts.decisions ?? [],
  writes: { ...NO_WRITES, ...parts.writes },
  contexts: parts.contexts ?? new Map(),
  ...(parts.early && { early: parts.early }),
});

/** Sorted, without repeats, as the port asks for. */
export const locksOf = (names: Partial<LockSet>): LockSet => ({
  identities: sorted(names.identities),
  leads: sorted(names.leads),
  destinations: sorted(names.destinations),
  pools: sorted(names.pools),
  ...(names.conversions && { conversions: sorted(names.conversions) }),
});

const sorted = <Name extends string>(names: readonly Name[] = []): readonly Name[] => [...new Set(names)].sort();

export const LIMITS = { waitersPerPool: 10 };

/** One batch, committed, with the locks that its writes need. */
export const commitBatch = async (store: RouterStore, parts: BatchParts): Promise<void> => {
  const batch = aBatch(parts);
  const { writes } = batch;
  await inTransaction(store, async (transaction) => {
    const locks = locksOf({
      identities: writes.identities.map(({ identity }) => identity),
      leads: writes.leads.map(({ leadId }) => leadId),
      destinations: writes.destinations.map(({ destinationId }) => destinationId),
      pools: [...writes.pools, ...writes.waitersPut, ...writes.waitersRemoved].map(({ poolId }) => poolId),
    });
    await Promise.all([transaction.lockPartition(batch.batch.partition), transaction.lockAndRead(locks, LIMITS)]);
    await transaction.write(batch);
  });
};

/** Commits what the work did; rolls back when it throws. */
export const inTransaction = async <Result>(
  store: RouterStore,
  work: (transaction: RouterTransaction) => Promise<Result>,
): Promise<Result> => {
  const transaction = await store.begin();
  try {
    const result = await work(transaction);
    await transaction.commit();
    return result;
  } finally {
    await transaction.rollback();
  }
};

/** What a batch would see now. Nothing stays locked. */
export const readLocked = async (store: RouterStore, names: Partial<LockSet>, waitersPerPool = 10) => {
  const transaction = await store.begin();
  try {
    return await transaction.lockAndRead(locksOf(names), { waitersPerPool });
  } finally {
    await transaction.rollback();
  }
};

const LONG_ENOUGH_MS = 120;

/** True when it has neither resolved nor rejected after a while: it waits for somebody. */
export const isWaiting = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending');
  const winner = await Promise.race([
    promise.catch(() => undefined),
    new Promise((resolve) => {
      setTimeout(resolve, LONG_ENOUGH_MS, pending);
    }),
  ]);
  return winner === pending;
};

/** The kind of StoreFault that a promise rejects with; `none` when it resolves. */
export const faultKindOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof Error && 'kind' in error ? error.kind : error),
  );
