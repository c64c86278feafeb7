/**
 * What a batch works on: drafts of everything locked, opened on first touch and written back once. Touching what is not
 * locked is noted and answered with an empty draft, so that one pass finds all the locks that are missing; its outcome is
 * thrown away.
 */
import {
  closeDestination,
  closePool,
  countFreed,
  type DestinationDraft,
  openDestination,
  openPool,
  type PoolDraft,
  raiseGeneration,
} from './decide-pool.ts';
import { type Topology, topologyOf } from './decide-topology.ts';
import type { DecisionTrace } from './decide-trace.ts';
import type { EventId, LeadId } from './lead.ts';
import { ConversionBook } from './margin/conversion-book.ts';
import type {
  BatchEffect,
  BatchSnapshot,
  BatchWrites,
  Decision,
  DecisionContext,
  IdentityRecord,
  IgnoredInput,
  LeadRecord,
  LockSet,
  SlaEvent,
} from './routing-model.ts';
import type { RuleSet } from './rule-set.ts';

export interface StateRequest {
  readonly ruleSet: RuleSet;
  readonly ruleSetVersion: number;
  readonly snapshot: BatchSnapshot;
  readonly context: DecisionContext;
  readonly eventId: (...parts: readonly string[]) => EventId;
}

/** The input being decided. */
export interface Turn {
  readonly index: number;
  readonly offset: number;
}

export class BatchState {
  readonly ruleSet: RuleSet;
  readonly ruleSetVersion: number;
  readonly topology: Topology;
  readonly now: number;
  readonly seed: number;
  /** Set while an input is being explained. */
  trace: DecisionTrace | null = null;
  readonly effects: BatchEffect[] = [];
  readonly ignored: IgnoredInput[] = [];
  readonly conversions: ConversionBook;
  readonly #request: StateRequest;
  readonly #locked: Readonly<Record<Exclude<keyof LockSet, 'conversions'>, ReadonlySet<string>>>;
  readonly #missing = {
    identities: new Set<string>(),
    leads: new Set<LeadId>(),
    destinations: new Set<string>(),
    pools: new Set<string>(),
  };
  readonly #identities = new Map<string, IdentityRecord>();
  readonly #leads = new Map<LeadId, LeadRecord>();
  readonly #destinations = new Map<string, DestinationDraft>();
  readonly #pools = new Map<string, PoolDraft>();

  constructor(request: StateRequest) {
    this.ruleSet = request.ruleSet;
    this.ruleSetVersion = request.ruleSetVersion;
    this.topology = topologyOf(request.ruleSet);
    this.now = request.context.now;
    this.seed = request.context.seed;
    this.#request = request;
    this.conversions = new ConversionBook(request.snapshot.conversions, request.snapshot.locked.conversions);
    const { identities, leads, destinations, pools } = request.snapshot.locked;
    this.#locked = { identities: new Set(identities), leads: new Set(leads), destinations: new Set(destinations), pools: new Set(pools) };
  }

  lead(leadId: LeadId): LeadRecord | undefined {
    const draft = this.#leads.get(leadId);
    if (draft !== undefined) return draft;
    if (!this.#locked.leads.has(leadId)) this.#missing.leads.add(leadId);
    return this.#request.snapshot.leads.get(leadId);
  }

  identity(identity: string): IdentityRecord | undefined {
    const draft = this.#identities.get(identity);
    if (draft !== undefined) return draft;
    if (!this.#locked.identities.has(identity)) this.#missing.identities.add(identity);
    return this.#request.snapshot.identities.get(identity);
  }

  putIdentity(record: IdentityRecord): void {
    this.#identities.set(record.identity, record);
  }

  pool(poolId: string): PoolDraft {
    const kept = this.#pools.get(poolId);
    if (kept !== undefined) return kept;
    if (!this.#locked.pools.has(poolId)) this.#missing.pools.add(poolId);
    const { snapshot } = this.#request;
    const pool = this.ruleSet.pools.get(poolId) ?? null;
    const draft = openPool({
      poolId,
      pool,
      record: snapshot.pools.get(poolId),
      destination: this.destination(pool?.destinationId ?? null),
      waiters: snapshot.waiters.get(poolId) ?? [],
      away: snapshot.away,
      now: this.now,
    });
    this.#pools.set(poolId, draft);
    return draft;
  }

  /** null where no caps are counted. */
  destination(destinationId: string | null): DestinationDraft | null {
    if (destinationId === null || !this.topology.isCapped(destinationId)) return null;
    const kept = this.#destinations.get(destinationId);
    if (kept !== undefined) return kept;
    const destination = this.ruleSet.destinations.get(destinationId);
    if (destination === undefined) return null;
    if (!this.#locked.destinations.has(destinationId)) this.#missing.destinations.add(destinationId);
    const draft = openDestination(destination, this.#request.snapshot.destinations.get(destinationId), this.now);
    this.#destinations.set(destinationId, draft);
    return draft;
  }

  /** Gives back the place of a lead that is worked or offered, and lets those who wait for such a place be tried again. */
  freePlace(lead: LeadRecord): void {
    const { stage } = lead;
    if (lead.poolId === null || (stage !== 'ASSIGNED' && stage !== 'EXCEPTION' && stage !== 'OFFERED')) return;
    const pool = this.pool(lead.poolId);
    if (stage === 'OFFERED') pool.offered = Math.max(0, pool.offered - 1);
    countFreed(pool, lead.agentId);
    const destination = this.destination(lead.destinationId);
    if (destination !== null) {
      destination.open = Math.max(0, destination.open - 1);
      destination.isChanged = true;
    }
    this.#callUsers(lead.poolId, lead.destinationId);
  }

  /** The place that was kept for an offered lead has not been used: it can be offered to those who wait. */
  releaseKept(pool: PoolDraft, { destinationId }: LeadRecord): void {
    raiseGeneration(pool);
    this.#callUsers(pool.poolId, destinationId);
  }

  /** Takes a waiting lead out of its queue. */
  leaveQueue(lead: LeadRecord): void {
    if (lead.stage !== 'WAITING' || lead.poolId === null) return;
    const draft = this.pool(lead.poolId);
    draft.waiting = Math.max(0, draft.waiting - 1);
    if (!draft.waiters.delete(lead.leadId)) draft.unlisted = Math.max(0, draft.unlisted - 1);
    draft.joined.delete(lead.leadId);
    draft.left.add(lead.leadId);
    draft.isChanged = true;
  }

  decide(turn: Turn, decision: Omit<Decision, 'eventId'>): void {
    const { lead } = decision;
    this.#leads.set(lead.leadId, lead);
    const eventId = this.#request.eventId('decision', lead.leadId, String(lead.revision));
    this.effects.push({ kind: 'DECISION', inputIndex: turn.index, decision: { eventId, ...decision } });
  }

  change(turn: Turn, lead: LeadRecord): void {
    this.#leads.set(lead.leadId, lead);
    const eventId = this.#request.eventId('state', lead.leadId, String(lead.version));
    this.effects.push({ kind: 'STATE', inputIndex: turn.index, change: { eventId, lead } });
  }

  report(turn: Turn, sla: Omit<SlaEvent, 'eventId'> & { readonly revision: number }): void {
    const { kind, lead, agentId, dueAt, revision } = sla;
    const eventId = this.#request.eventId('sla', lead.leadId, String(revision), kind);
    this.effects.push({ kind: 'SLA', inputIndex: turn.index, sla: { eventId, kind, lead, agentId, dueAt } });
  }

  ignore(turn: Turn, reason: IgnoredInput['reason']): void {
    this.ignored.push({ inputIndex: turn.index, reason });
  }

  /** null when everything that was touched is locked. */
  missing(): LockSet | null {
    const { identities, leads, destinations, pools } = this.#missing;
    const conversions = this.conversions.missing();
    if (identities.size + leads.size + destinations.size + pools.size + conversions.length === 0) return null;
    return {
      identities: [...identities].sort(),
      leads: [...leads].sort(),
      destinations: [...destinations].sort(),
      pools: [...pools].sort(),
      ...(conversions.length > 0 && { conversions }),
    };
  }

  writes(): BatchWrites {
    const pools = [...this.#pools.values()].filter((draft) => draft.isChanged);
    const outcomes = this.conversions.added();
    return {
      identities: [...this.#identities.values()],
      leads: [...this.#leads.values()],
      destinations: [...this.#destinations.values()].filter((draft) => draft.isChanged).map(closeDestination),
      pools: pools.map(closePool),
      waitersPut: pools.flatMap((draft) => [...draft.joined].flatMap((leadId) => draft.waiters.get(leadId) ?? [])),
      waitersRemoved: pools.flatMap(({ poolId, left }) => [...left].map((leadId) => ({ poolId, leadId }))),
      ...(outcomes.length > 0 && { outcomes }),
    };
  }

  #callUsers(freed: string, destinationId: string | null): void {
    for (const poolId of this.topology.usersOfPlace(freed, destinationId)) {
      const user = this.pool(poolId);
      if (user.waiting > 0) raiseGeneration(user);
    }
  }
}
