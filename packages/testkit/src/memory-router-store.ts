/** RouterStore over the in-memory database, for one simulated process: what the Postgres store promises, with every way it can fail. */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { BatchSnapshot, LockSet, WaiterRecord } from '@lead-router/domain/routing-model.ts';
import { type BatchWriteSet, type RouterStore, type RouterTransaction, StoreFault } from '@lead-router/store/router-store.ts';
import { type CommittedBatch, decisionKey, type MemoryDatabase } from './memory-database.ts';
import { type LockRequest, MemorySession } from './memory-session.ts';
import { runStatement } from './memory-statement.ts';
import type { SimProcess } from './sim-process.ts';

export const RULES_LOCK = 'rules';

export interface MemoryStoreOptions {
  readonly database: MemoryDatabase;
  readonly process: SimProcess;
}

export function createMemoryRouterStore(options: MemoryStoreOptions): RouterStore {
  const { database } = options;
  return {
    raiseEpoch: (partition) =>
      runStatement(options, {
        label: `raise epoch of ${partition}`,
        locks: () => exclusive([partitionKey(partition)]),
        effect: () => {
          const row = database.partition(partition);
          row.epoch += 1;
          return row.epoch;
        },
      }),
    readStoredBatch: (partition, epoch) =>
      runStatement(options, {
        label: `read stored batch of ${partition}`,
        effect: () => {
          const { epoch: current, stored } = database.partition(partition);
          if (current !== epoch) return { kind: 'STALE_EPOCH' };
          return { kind: 'OK', stored: stored ? { partition, from: stored.from, to: stored.to, outputs: stored.outputs } : null };
        },
      }),
    peek: ({ leads, arriving = [] }) =>
      runStatement(options, {
        label: 'peek',
        effect: () => ({
          leads: pick(database.leads, leads),
          contexts: pick(database.contexts, leads),
          early: earlyOf(database, new Set(arriving)),
        }),
      }),
    begin: async () => {
      await runStatement(options, { label: 'connect', effect: () => undefined });
      return createTransaction(options);
    },
  };
}

/** Makes another version the active one, once no batch that read the old one is under way, and wakes the pools where leads wait. */
export function activateRuleVersion(options: MemoryStoreOptions, version: number): Promise<void> {
  const activate = () => {
    options.database.activeRuleVersion = version;
    options.database.wakeWaitingPools();
  };
  return runStatement(options, { label: `activate rule version ${version}`, locks: () => exclusive([RULES_LOCK]), effect: activate });
}

/** What `putPresence` of the store does. */
export function sayPresence(
  options: MemoryStoreOptions,
  { agentId, isAway, awayUntil }: { readonly agentId: string; readonly isAway: boolean; readonly awayUntil: number | null },
): Promise<void> {
  const { database } = options;
  const say = () => {
    if (isAway) database.away.set(agentId, awayUntil);
    else database.away.delete(agentId);
    database.wakeWaitingPools();
  };
  return runStatement(options, { label: `${agentId} is ${isAway ? 'away' : 'back'}`, locks: () => exclusive([RULES_LOCK]), effect: say });
}

function createTransaction({ database, process }: MemoryStoreOptions): RouterTransaction {
  const session = new MemorySession({ database, process, name: 'batch' });
  const appliedEvents: EventId[] = [];
  let ruleVersion: number | null = null;
  let sets: readonly Pick<CommittedBatch, 'set' | 'encoded'>[] = [];
  const known = new Set<string>();
  return {
    lockPartition: (partition) =>
      session.run({
        label: `lock partition ${partition}`,
        locks: () => exclusive([partitionKey(partition)]),
        effect: () => {
          const { epoch, stored } = database.partition(partition);
          return { epoch, storedTo: stored?.to ?? null, storedNow: stored?.now ?? null };
        },
      }),
    shareRuleVersion: () =>
      session.run({
        label: 'share rule version',
        locks: () => [{ key: RULES_LOCK, mode: 'SHARED' }],
        effect: () => {
          ruleVersion = database.activeRuleVersion;
          if (ruleVersion === null) throw new StoreFault('unavailable', 'no rule set is active yet');
          return ruleVersion;
        },
      }),
    lockAndRead: async (locks, { waitersPerPool }) => {
      const snapshot = await lockAndRead(session, database, { locks, waitersPerPool });
      for (const identity of snapshot.identities.keys()) known.add(identity);
      return snapshot;
    },
    applyEvents: (eventIds) =>
      session.run({
        label: `apply ${eventIds.length} events`,
        locks: () => exclusive(eventIds.map((eventId) => `event ${eventId}`)),
        effect: () => {
          const fresh = new Set(eventIds.filter((eventId) => !database.appliedEvents.has(eventId)));
          appliedEvents.push(...fresh);
          return fresh;
        },
      }),
    write: (...written) => {
      const timers = written.map(({ writes }) => database.timerWrites(writes));
      const put = timers.flatMap((ofBatch) => ofBatch.put.map(({ timerId }) => timerId));
      const cancelled = timers.flatMap((ofBatch) => ofBatch.cancelled);
      const identities = new Set(written.flatMap(({ writes }) => writes.identities.map(({ identity }) => identity)));
      const encoded = written.map((set) => ({ set, encoded: set.encode() }));
      const made = [...identities].filter((identity) => !known.has(identity));
      const cells = [...new Set(written.flatMap(({ writes }) => (writes.outcomes ?? []).map(({ key }) => key)))].sort();
      return session.run({
        label: `write ${written.map(({ batch }) => `[${batch.from},${batch.to}) of ${batch.partition}`).join(', ')}`,
        locks: () =>
          exclusive([
            // One that somebody has made meanwhile is refused at once, whoever holds it.
            ...made
              .filter((identity) => !database.identities.has(identity))
              .sort()
              .map((identity) => `identities ${identity}`),
            ...[...new Set([...put, ...cancelled.filter((timerId) => database.timers.has(timerId))])].map(timerKey),
            ...cells.map((cell) => `conversions ${cell}`),
          ]),
        effect: () => {
          refuse(database, written);
          refuseMade(database, made);
          sets = encoded;
        },
      });
    },
    commit: () =>
      session.commit(() => {
        if (sets.length === 0) database.applyEvents(appliedEvents);
        // The events belong to all of them; they are told once.
        for (const [index, set] of sets.entries())
          database.commit({ ...set, appliedEvents: index === 0 ? appliedEvents : [], ruleVersion });
      }),
    rollback: () => session.rollback(),
  };
}

/** Class by class in the global order, each class locked in the order of the set and read after its locks. */
async function lockAndRead(
  session: MemorySession,
  database: MemoryDatabase,
  request: { locks: LockSet; waitersPerPool: number },
): Promise<BatchSnapshot> {
  const { locks, waitersPerPool } = request;
  const classOf = <T>(name: string, keys: () => readonly string[], effect: () => T) =>
    session.run({ label: `lock ${name}`, locks: () => exclusive(keys().map((key) => `${name} ${key}`)), effect });
  const cells = locks.conversions;
  const [identities, leads, destinations, [pools, waiters], away, conversions] = await Promise.all([
    // One that is not there yet is locked by whoever writes it.
    classOf(
      'identities',
      () => locks.identities.filter((identity) => database.identities.has(identity)),
      () => pick(database.identities, locks.identities),
    ),
    // A lead that is not there yet has no row to lock; its partition's lock keeps others off.
    classOf(
      'leads',
      () => locks.leads.filter((leadId) => database.leads.has(leadId)),
      () => pick(database.leads, locks.leads),
    ),
    classOf(
      'destinations',
      () => locks.destinations,
      () => pick(database.destinations, locks.destinations),
    ),
    classOf(
      'pools',
      () => locks.pools,
      () => [pick(database.pools, locks.pools), readWaiters(database, locks.pools, waitersPerPool)] as const,
    ),
    locks.pools.length === 0
      ? new Map<string, number | null>()
      : session.run({ label: 'read who is away', effect: () => readAway(database) }),
    cells === undefined ? null : session.run({ label: 'read conversions', effect: () => pick(database.conversions, cells) }),
  ]);
  return { identities, leads, destinations, pools, waiters, away, ...(conversions && { conversions }), locked: locks };
}

const AWAY_KEPT_MS = 3_600_000;

/** Without those whose time was over long ago. */
function readAway({ away, scheduler }: MemoryDatabase): BatchSnapshot['away'] {
  return new Map([...away].filter(([, until]) => until === null || until > scheduler.now - AWAY_KEPT_MS));
}

/** The first waiters in turn, and the first of those that no wake-up has reached since the last freeing. */
function readWaiters(database: MemoryDatabase, poolIds: readonly string[], limit: number): ReadonlyMap<string, readonly WaiterRecord[]> {
  const waiters = new Map<string, readonly WaiterRecord[]>();
  for (const poolId of poolIds) {
    const pool = database.pools.get(poolId);
    if (!pool || pool.waiting === 0) continue;
    const inTurn = database.waitersInTurn(poolId);
    const first = new Set(inTurn.slice(0, limit));
    const unseen = new Set(pool.wakePending ? inTurn.filter((waiter) => waiter.seenGeneration < pool.generation).slice(0, limit) : []);
    const read = inTurn.filter((waiter) => first.has(waiter) || unseen.has(waiter));
    if (read.length > 0) waiters.set(poolId, read);
  }
  return waiters;
}

/** Another batch was quicker. */
function refuseMade(database: MemoryDatabase, made: readonly string[]): void {
  if (!made.some((identity) => database.identities.has(identity))) return;
  database.scheduler.count('identity made by another batch');
  throw new StoreFault('conflict', '23505: duplicate key in identities_pkey');
}

/** What Postgres would refuse: a NUL in a text, a second row with the same key. */
function refuse(database: MemoryDatabase, sets: readonly BatchWriteSet[]): void {
  const rows = sets.flatMap(({ writes }) => [...writes.leads, ...writes.identities]);
  const texts = rows.map((row) => Object.values(row)).flat(2);
  if (texts.some((text) => typeof text === 'string' && text.includes('\0')))
    throw new StoreFault('refused-value', '22021: invalid byte sequence');
  const keys = sets.flatMap(({ decisions }) => decisions.map(decisionKey));
  const isDoubled =
    new Set(keys).size < keys.length ||
    keys.some((key) => database.decisions.has(key)) ||
    sets.some(({ batch }) => database.batches.has(batch.batchId));
  if (!isDoubled) return;
  database.scheduler.count('duplicate key');
  throw new StoreFault('refused-value', '23505: duplicate key');
}

function pick<K extends string | LeadId, V>(table: ReadonlyMap<K, V>, keys: readonly K[]): ReadonlyMap<K, V> {
  const found = new Map<K, V>();
  for (const key of keys) {
    const value = table.get(key);
    if (value !== undefined) found.set(key, value);
  }
  return found;
}

function earlyOf({ early }: MemoryDatabase, leads: ReadonlySet<LeadId>): ReadonlyMap<LeadId, readonly Buffer[]> {
  const found = new Map<LeadId, Buffer[]>();
  for (const { leadId, value } of early.values()) if (leads.has(leadId)) found.set(leadId, [...(found.get(leadId) ?? []), value]);
  return found;
}

function exclusive(keys: readonly string[]): readonly LockRequest[] {
  return keys.map((key) => ({ key, mode: 'EXCLUSIVE' }));
}

function partitionKey(partition: number): string {
  return `partition ${partition}`;
}

export function timerKey(timerId: string): string {
  return `timer ${timerId}`;
}
