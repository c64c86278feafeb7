/**
 * A small world to decide in: several partitions with logs, one shared set of books that gives a batch exactly what it
 * locked, and a clock that tests turn. No faults here: what is checked is that the decisions, batch after batch, keep
 * the books right and lose nobody.
 */
import { decideBatch, locksFor } from '@lead-router/domain/decide-batch.ts';
import { compareWaiters } from '@lead-router/domain/decide-wake.ts';
import type { Facts } from '@lead-router/domain/facts.ts';
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import { hashText, mix } from '@lead-router/domain/ledger.ts';
import { NO_OUTCOMES, type OutcomeCounts } from '@lead-router/domain/margin/conversion.ts';
import { sumOf } from '@lead-router/domain/margin/conversion-book.ts';
import type {
  BatchEffect,
  BatchOutcome,
  BatchSnapshot,
  BatchWrites,
  DestinationRecord,
  IdentityRecord,
  IgnoredInput,
  LeadRecord,
  LockSet,
  PoolRecord,
  RouterInput,
  WaiterRecord,
} from '@lead-router/domain/routing-model.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';

export type Decided = Extract<BatchOutcome, { readonly kind: 'DECIDED' }>;
/** An input before it has a place in a log. */
export type LooseInput = RouterInput extends infer Input ? (Input extends RouterInput ? Omit<Input, 'eventId' | 'offset'> : never) : never;

export interface ActOptions {
  /** Default: the owner. */
  readonly agentId?: string | null;
  readonly occurredAt?: number;
  readonly isHumanResponse?: boolean;
  readonly bringsData?: boolean;
  readonly revision?: number;
  /** What is known from then on, as the router's evaluation would have it. */
  readonly learned?: Partial<Facts>;
}

const MOST_RETRIES = 6;
const MOST_ROUNDS = 2_000;

export const leadId = (name: string): LeadId => name as LeadId;
export const eventId = (...parts: readonly string[]): EventId => parts.join(':') as EventId;

export class World {
  ruleSet: RuleSet;
  ruleSetVersion = 1;
  now: number;
  readonly seed: number;
  /** Waiters that the store lists per pool; the books list no more than this, twice. */
  readonly waitersPerPool: number;
  readonly identities = new Map<string, IdentityRecord>();
  readonly leads = new Map<LeadId, LeadRecord>();
  readonly destinations = new Map<string, DestinationRecord>();
  readonly pools = new Map<string, PoolRecord>();
  readonly waiters = new Map<string, WaiterRecord>();
  readonly away = new Map<string, number | null>();
  readonly conversions = new Map<string, OutcomeCounts>();
  readonly facts = new Map<LeadId, Facts>();
  readonly logs: RouterInput[][];
  readonly effects: BatchEffect[] = [];
  readonly ignored: IgnoredInput['reason'][] = [];
  retries = 0;
  /** Changes of the rule set and words about agents: none happens while a transaction is under way. */
  outsideChanges = 0;
  #offset = 0;
  readonly #fired = new Set<string>();

  constructor(options: {
    readonly ruleSet: RuleSet;
    readonly now?: number;
    readonly seed?: number;
    readonly partitions?: number;
    readonly waitersPerPool?: number;
  }) {
    this.ruleSet = options.ruleSet;
    this.now = options.now ?? Date.UTC(2026, 0, 5, 12);
    this.seed = options.seed ?? 1;
    this.waitersPerPool = options.waitersPerPool ?? 200;
    this.logs = Array.from({ length: options.partitions ?? 1 }, () => []);
  }

  /** Into the log of its lead's partition. */
  send(...inputs: readonly LooseInput[]): this {
    for (const input of inputs) this.logOf(input.leadId).push(this.#place(input));
    return this;
  }

  submit(name: string, facts: Facts, identities: readonly string[] = []): this {
    const id = leadId(name);
    if (!this.facts.has(id)) this.facts.set(id, facts);
    return this.send({ kind: 'SCORED', leadId: id, occurredAt: this.now, vendor: facts.vendor, submittedAt: this.now, identities, facts });
  }

  act(name: string, activity: Extract<RouterInput, { readonly kind: 'ACTIVITY' }>['activity'], options: ActOptions = {}): this {
    const id = leadId(name);
    const { agentId = this.leads.get(id)?.agentId ?? null, occurredAt = this.now } = options;
    const { isHumanResponse = true, bringsData = false, revision = null, learned } = options;
    const known = this.facts.get(id);
    if (known !== undefined && learned !== undefined) this.facts.set(id, { ...known, ...learned });
    const facts = this.factsOf(id);
    const said = { activity, agentId, reason: null, isHumanResponse, bringsData, revision };
    return this.send({ kind: 'ACTIVITY', leadId: id, occurredAt, ...said, facts });
  }

  /** Sends what is due; each generation once. */
  fireTimers(): this {
    for (const lead of this.leads.values()) {
      if (lead.timer === null || lead.timer.dueAt > this.now || !this.#fires(`${lead.leadId}:${lead.timerGeneration}`)) continue;
      const { kind: timer } = lead.timer;
      this.send({
        kind: 'TIMER',
        leadId: lead.leadId,
        occurredAt: this.now,
        timer,
        generation: lead.timerGeneration,
        poolId: null,
        facts: this.factsOf(lead.leadId),
      });
    }
    for (const pool of this.pools.values()) {
      if (pool.wakeAt === null || pool.wakeAt > this.now || !this.#fires(`pool ${pool.poolId}:${pool.wakeGeneration}`)) continue;
      this.send({
        kind: 'TIMER',
        leadId: leadId(`pool ${pool.poolId}`),
        occurredAt: this.now,
        timer: 'POOL_WAKE',
        generation: pool.wakeGeneration,
        poolId: pool.poolId,
        facts: null,
      });
    }
    return this;
  }

  /** Activates another rule set: as at every activation, the timers of all pools where leads wait are due at once. */
  flip(ruleSet: RuleSet): this {
    this.ruleSet = ruleSet;
    this.ruleSetVersion++;
    return this.#wakeWaitingPools();
  }

  /** `until` null: until told to be back. As at every word, the timers of all pools where leads wait are due at once. */
  goAway(agentId: string, until: number | null = null): this {
    this.away.set(agentId, until);
    return this.#wakeWaitingPools();
  }

  comeBack(agentId: string): this {
    this.away.delete(agentId);
    return this.#wakeWaitingPools();
  }

  /** Decides the next `size` inputs of a partition. */
  step(partition = 0, size = Number.POSITIVE_INFINITY): Decided | null {
    const inputs = this.logs[partition]?.splice(0, size) ?? [];
    return inputs.length === 0 ? null : this.decide(inputs);
  }

  /** Everything to rest: logs empty, and what is due fired. The clock stands still. */
  drain(): this {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      this.fireTimers();
      const partition = this.logs.findIndex((log) => log.length > 0);
      if (partition < 0) return this;
      this.step((partition + round) % this.logs.length, 1 + (mix(round ^ this.seed) % 7));
    }
    throw new Error('does not come to rest');
  }

  lead(name: string): LeadRecord {
    const lead = this.leads.get(leadId(name));
    if (lead === undefined) throw new Error(`${name} was not decided`);
    return lead;
  }

  pool(poolId: string): PoolRecord {
    const pool = this.pools.get(poolId);
    if (pool === undefined) throw new Error(`${poolId} was not written`);
    return pool;
  }

  decide(inputs: readonly RouterInput[]): Decided {
    let locks = locksFor({ ruleSet: this.ruleSet, inputs, peeked: this });
    for (let attempt = 0; attempt < MOST_RETRIES; attempt++) {
      const outcome = decideBatch({ ...this.request(inputs), snapshot: this.snapshot(locks) });
      if (outcome.kind === 'DECIDED') {
        this.#apply(outcome);
        return outcome;
      }
      this.retries++;
      locks = uniteLocks(locks, outcome.missing);
    }
    throw new Error('locks are missing again and again');
  }

  request(inputs: readonly RouterInput[]) {
    const { ruleSet, ruleSetVersion, now, seed } = this;
    return { ruleSet, ruleSetVersion, inputs, context: { now, seed }, eventId };
  }

  /** What these locks show, as the store shows it. */
  snapshot(locked: LockSet): BatchSnapshot {
    return {
      identities: pick(this.identities, locked.identities),
      leads: pick(this.leads, locked.leads),
      destinations: pick(this.destinations, locked.destinations),
      pools: pick(this.pools, locked.pools),
      waiters: new Map(locked.pools.map((poolId) => [poolId, this.#listWaiters(poolId)])),
      away: new Map(locked.pools.length === 0 ? [] : this.away),
      ...(locked.conversions && { conversions: pick(this.conversions, locked.conversions) }),
      locked,
    };
  }

  waitersOf(poolId: string): readonly WaiterRecord[] {
    return [...this.waiters.values()].filter((waiter) => waiter.poolId === poolId).sort(compareWaiters);
  }

  /** As of now; null for a lead that nobody submitted. */
  factsOf(id: LeadId): Facts | null {
    const facts = this.facts.get(id);
    return facts === undefined ? null : { ...facts, isQualified: this.leads.get(id)?.isQualified ?? false };
  }

  logOf(id: LeadId): RouterInput[] {
    const log = this.logs[hashText(id) % this.logs.length];
    if (log === undefined) throw new Error('a world has at least one partition');
    return log;
  }

  #wakeWaitingPools(): this {
    this.outsideChanges++;
    for (const pool of this.pools.values()) {
      if (pool.waiting > 0) this.pools.set(pool.poolId, { ...pool, wakeAt: this.now, wakeGeneration: pool.wakeGeneration + 1 });
    }
    return this;
  }

  #listWaiters(poolId: string): readonly WaiterRecord[] {
    const pool = this.pools.get(poolId);
    if (pool === undefined || pool.waiting === 0) return [];
    const all = this.waitersOf(poolId);
    const stale = pool.wakePending ? all.filter((waiter) => waiter.seenGeneration < pool.generation) : [];
    const listed = new Set([...all.slice(0, this.waitersPerPool), ...stale.slice(0, this.waitersPerPool)]);
    return all.filter((waiter) => listed.has(waiter));
  }

  #apply(outcome: Decided): void {
    applyWrites(this, outcome.writes);
    this.effects.push(...outcome.effects);
    this.ignored.push(...outcome.ignored.map(({ reason }) => reason));
    for (const wakeUp of outcome.wakeUps) {
      this.send({ kind: 'ROUTE', occurredAt: this.now, facts: this.factsOf(wakeUp.leadId), ...wakeUp });
    }
  }

  #place(input: LooseInput): RouterInput {
    const offset = this.#offset++;
    return { ...input, offset, eventId: eventId(`input-${offset}`) };
  }

  #fires(key: string): boolean {
    if (this.#fired.has(key)) return false;
    this.#fired.add(key);
    return true;
  }
}

export function uniteLocks(a: LockSet, b: LockSet): LockSet {
  const unite = <Name extends string>(left: readonly Name[], right: readonly Name[]): readonly Name[] =>
    [...new Set([...left, ...right])].sort();
  return {
    identities: unite(a.identities, b.identities),
    leads: unite(a.leads, b.leads),
    destinations: unite(a.destinations, b.destinations),
    pools: unite(a.pools, b.pools),
    ...((a.conversions || b.conversions) && { conversions: unite(a.conversions ?? [], b.conversions ?? []) }),
  };
}

function applyWrites(world: World, writes: BatchWrites): void {
  for (const record of writes.identities) world.identities.set(record.identity, record);
  for (const record of writes.leads) world.leads.set(record.leadId, record);
  for (const record of writes.destinations) world.destinations.set(record.destinationId, record);
  for (const record of writes.pools) world.pools.set(record.poolId, record);
  for (const { poolId, leadId: id } of writes.waitersRemoved) world.waiters.delete(`${poolId} ${id}`);
  for (const { key, ...counts } of writes.outcomes ?? [])
    world.conversions.set(key, sumOf(world.conversions.get(key) ?? NO_OUTCOMES, counts));
  for (const waiter of writes.waitersPut) world.waiters.set(`${waiter.poolId} ${waiter.leadId}`, waiter);
}

function pick<Key extends string, Value>(records: ReadonlyMap<Key, Value>, keys: readonly Key[]): ReadonlyMap<Key, Value> {
  const picked = new Map<Key, Value>();
  for (const key of keys) {
    const record = records.get(key);
    if (record !== undefined) picked.set(key, record);
  }
  return picked;
}
