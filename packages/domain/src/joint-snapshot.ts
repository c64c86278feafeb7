/**
 * The books as several batches of one transaction see them: each as if those before it had been committed. All was locked and read once,
 * for all of them; what a batch writes is then laid over it. Pure.
 */
import { compareWaiters } from './decide-wake.ts';
import type { LeadId } from './lead.ts';
import { NO_OUTCOMES, type OutcomeCounts } from './margin/conversion.ts';
import { mergeOutcomes, sumOf } from './margin/conversion-book.ts';
import type {
  BatchSnapshot,
  BatchWrites,
  DestinationRecord,
  IdentityRecord,
  LeadRecord,
  LockSet,
  PoolRecord,
  WaiterRecord,
} from './routing-model.ts';

export interface JointOptions {
  /** As given to the store: most waiters of a pool in each of its two lists. */
  readonly waitersPerPool: number;
}

const NOBODY: BatchSnapshot['away'] = new Map();

export class JointSnapshot {
  readonly #read: BatchSnapshot;
  readonly #waitersPerPool: number;
  readonly #identities: Map<string, IdentityRecord>;
  readonly #leads: Map<LeadId, LeadRecord>;
  readonly #destinations: Map<string, DestinationRecord>;
  readonly #pools: Map<string, PoolRecord>;
  readonly #conversions: Map<string, OutcomeCounts>;
  /** Whole queues, of pools that were changed. */
  readonly #queues = new Map<string, Map<LeadId, WaiterRecord>>();
  /** Changed pools whose queue goes on where the reading ended. */
  readonly #unreadQueues = new Set<string>();

  constructor(read: BatchSnapshot, options: JointOptions) {
    this.#read = read;
    this.#waitersPerPool = options.waitersPerPool;
    this.#identities = new Map(read.identities);
    this.#leads = new Map(read.leads);
    this.#destinations = new Map(read.destinations);
    this.#pools = new Map(read.pools);
    this.#conversions = new Map(read.conversions);
  }

  /**
   * What a batch with these locks, all of them held, reads. null: a batch before it has changed a queue that was not read to its end,
   * so only the store can say who comes next.
   */
  read(locked: LockSet): BatchSnapshot | null {
    if (locked.pools.some((poolId) => this.#unreadQueues.has(poolId))) return null;
    return {
      identities: pick(this.#identities, locked.identities),
      leads: pick(this.#leads, locked.leads),
      destinations: pick(this.#destinations, locked.destinations),
      pools: pick(this.#pools, locked.pools),
      waiters: this.#waitersOf(locked.pools),
      away: locked.pools.length === 0 ? NOBODY : this.#read.away,
      ...(locked.conversions && { conversions: pick(this.#conversions, locked.conversions) }),
      locked,
    };
  }

  apply(writes: BatchWrites): void {
    for (const record of writes.identities) this.#identities.set(record.identity, record);
    for (const record of writes.leads) this.#leads.set(record.leadId, record);
    for (const record of writes.destinations) this.#destinations.set(record.destinationId, record);
    for (const pool of writes.pools) {
      this.#openQueue(pool.poolId);
      this.#pools.set(pool.poolId, pool);
    }
    for (const { poolId, leadId } of writes.waitersRemoved) this.#openQueue(poolId).delete(leadId);
    for (const waiter of writes.waitersPut) this.#openQueue(waiter.poolId).set(waiter.leadId, waiter);
    for (const { key, ...counts } of writes.outcomes ?? [])
      this.#conversions.set(key, sumOf(this.#conversions.get(key) ?? NO_OUTCOMES, counts));
  }

  #openQueue(poolId: string): Map<LeadId, WaiterRecord> {
    const known = this.#queues.get(poolId);
    if (known !== undefined) return known;
    const listed = this.#read.waiters.get(poolId) ?? [];
    if (listed.length < (this.#read.pools.get(poolId)?.waiting ?? 0)) this.#unreadQueues.add(poolId);
    const queue = new Map(listed.map((waiter) => [waiter.leadId, waiter]));
    this.#queues.set(poolId, queue);
    return queue;
  }

  #waitersOf(poolIds: readonly string[]): ReadonlyMap<string, readonly WaiterRecord[]> {
    const waiters = new Map<string, readonly WaiterRecord[]>();
    for (const poolId of poolIds) {
      const queue = this.#queues.get(poolId);
      const pool = this.#pools.get(poolId);
      const listed = queue && pool ? this.#listed([...queue.values()].sort(compareWaiters), pool) : this.#read.waiters.get(poolId);
      if (listed !== undefined && listed.length > 0) waiters.set(poolId, listed);
    }
    return waiters;
  }

  /** As the store lists them: the first ones, and the first ones that no call has reached since the last freeing. */
  #listed(inTurn: readonly WaiterRecord[], pool: PoolRecord): readonly WaiterRecord[] {
    const most = this.#waitersPerPool;
    const first = new Set(inTurn.slice(0, most));
    const stale = pool.wakePending ? inTurn.filter(({ seenGeneration }) => seenGeneration < pool.generation).slice(0, most) : [];
    for (const waiter of stale) first.add(waiter);
    return inTurn.filter((waiter) => first.has(waiter));
  }
}

/** The writes of several batches as those of one: of each record the last. */
export function mergeWrites(all: readonly BatchWrites[]): BatchWrites {
  const [only] = all;
  if (only !== undefined && all.length === 1) return only;
  const waiters = new Map<string, { readonly put: WaiterRecord } | { readonly removed: BatchWrites['waitersRemoved'][number] }>();
  for (const { waitersPut, waitersRemoved } of all) {
    for (const removed of waitersRemoved) waiters.set(`${removed.poolId} ${removed.leadId}`, { removed });
    for (const put of waitersPut) waiters.set(`${put.poolId} ${put.leadId}`, { put });
  }
  return {
    identities: latest(
      all.map(({ identities }) => identities),
      ({ identity }) => identity,
    ),
    leads: latest(
      all.map(({ leads }) => leads),
      ({ leadId }) => leadId,
    ),
    destinations: latest(
      all.map(({ destinations }) => destinations),
      ({ destinationId }) => destinationId,
    ),
    pools: latest(
      all.map(({ pools }) => pools),
      ({ poolId }) => poolId,
    ),
    waitersPut: [...waiters.values()].flatMap((change) => ('put' in change ? [change.put] : [])),
    waitersRemoved: [...waiters.values()].flatMap((change) => ('removed' in change ? [change.removed] : [])),
    ...outcomesOf(all),
  };
}

/** The one thing that adds up, instead of the last counting. */
function outcomesOf(all: readonly BatchWrites[]): Pick<BatchWrites, 'outcomes'> {
  const outcomes = mergeOutcomes(all.flatMap((writes) => (writes.outcomes ? [writes.outcomes] : [])));
  return outcomes.length === 0 ? {} : { outcomes };
}

function latest<Row>(lists: readonly (readonly Row[])[], keyOf: (row: Row) => string): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const list of lists) for (const row of list) rows.set(keyOf(row), row);
  return [...rows.values()];
}

function pick<Key extends string, Row>(rows: ReadonlyMap<Key, Row>, keys: readonly Key[]): ReadonlyMap<Key, Row> {
  const picked = new Map<Key, Row>();
  for (const key of keys) {
    const row = rows.get(key);
    if (row !== undefined) picked.set(key, row);
  }
  return picked;
}
