/**
 * A pool in the hands of a batch: the locked record and the rule set's members joined into one mutable draft, so that five
 * hundred leads change numbers in place and one immutable record is made at the end. Nothing here decides anything.
 */
import { type Absences, backAt, isOpen, isPresent, localDay } from './availability.ts';
import type { LeadId } from './lead.ts';
import { hashText, type LedgerEntry, settleLeaver } from './ledger.ts';
import type { DestinationRecord, MemberLedger, PoolRecord, WaiterRecord } from './routing-model.ts';
import type { Agent, Caps, Destination, Pool } from './rule-set.ts';

export interface DestinationDraft {
  readonly destination: Destination;
  readonly day: string;
  open: number;
  daily: number;
  isChanged: boolean;
}

export interface MemberDraft extends LedgerEntry {
  readonly agentId: string;
  /** null: no longer in the pool, but has open leads from it. */
  readonly agent: Agent | null;
  /** At the batch's `now`: hours, leave and word. Caps are not looked at. */
  readonly isPresent: boolean;
  /** From when on, at or after the batch's `now`, no word holds it away; null: nobody has said. */
  readonly backAt: number | null;
  open: number;
  daily: number;
  total: number;
}

export interface PoolDraft {
  readonly poolId: string;
  /** null: the rule set no longer has it. */
  readonly pool: Pool | null;
  /** null: its caps are not counted. */
  readonly destination: DestinationDraft | null;
  /** Within the pool's hours at the batch's `now`. */
  readonly isOpen: boolean;
  readonly day: string;
  readonly members: readonly MemberDraft[];
  generation: number;
  open: number;
  daily: number;
  waiting: number;
  wakePending: boolean;
  wakeAt: number | null;
  wakeGeneration: number;
  isChanged: boolean;
  /** The wake timer's generation that this batch has acted on; null for none. */
  wokenGeneration: number | null;
  /** Waiters that the batch knows: those listed in the snapshot and those that joined. */
  readonly waiters: Map<LeadId, WaiterRecord>;
  /** Waiters that the snapshot did not list. */
  unlisted: number;
  /** Unlisted waiters may have seen an older generation than `generation`. */
  isUnlistedStale: boolean;
  readonly joined: Set<LeadId>;
  readonly left: Set<LeadId>;
}

export interface OpenPoolRequest {
  readonly poolId: string;
  readonly pool: Pool | null;
  readonly record: PoolRecord | undefined;
  readonly destination: DestinationDraft | null;
  readonly waiters: readonly WaiterRecord[];
  readonly away: Absences;
  readonly now: number;
}

export function openPool(request: OpenPoolRequest): PoolDraft {
  const { poolId, pool, record, waiters, now } = request;
  const day = pool === null ? (record?.day ?? '') : localDay(pool.zone, now);
  const members = joinMembers(request, day);
  const listed = new Map(waiters.map((waiter) => [waiter.leadId, waiter]));
  const unlisted = Math.max(0, (record?.waiting ?? 0) - listed.size);
  const generation = record?.generation ?? 0;
  const draft: PoolDraft = {
    poolId,
    pool,
    destination: request.destination,
    isOpen: pool !== null && isOpen(pool.hours, now),
    day,
    members,
    generation,
    open: record?.open ?? 0,
    daily: record?.day === day ? record.daily : 0,
    waiting: record?.waiting ?? 0,
    wakePending: record?.wakePending ?? false,
    wakeAt: record?.wakeAt ?? null,
    wakeGeneration: record?.wakeGeneration ?? 0,
    isChanged: false,
    wokenGeneration: null,
    waiters: listed,
    unlisted,
    // The store lists the stale ones first of all: if it listed none, there is none.
    isUnlistedStale: unlisted > 0 && (record?.wakePending ?? false) && waiters.some((waiter) => waiter.seenGeneration < generation),
    joined: new Set(),
    left: new Set(),
  };
  if (record !== undefined && hasOtherMembers(record, pool)) raiseGeneration(draft);
  if (draft.wakeAt !== null && draft.wakeAt <= now) wakeByTime(draft);
  return draft;
}

export function openDestination(destination: Destination, record: DestinationRecord | undefined, now: number): DestinationDraft {
  const day = localDay(destination.zone, now);
  return { destination, day, open: record?.open ?? 0, daily: record?.day === day ? record.daily : 0, isChanged: false };
}

/** Something changed in favour of those who wait: each of them may be tried again. */
export function raiseGeneration(draft: PoolDraft): void {
  draft.generation++;
  draft.isChanged = true;
  if (draft.waiting > 0) draft.wakePending = true;
  if (draft.unlisted > 0) draft.isUnlistedStale = true;
}

/**
 * The pool's timer is due. A batch that holds the lock past that instant acts on it, whether or not the timer's event has
 * arrived: it would otherwise set the timer anew and make the event a superseded one.
 */
export function wakeByTime(draft: PoolDraft): void {
  draft.wokenGeneration = draft.wakeGeneration;
  draft.wakeAt = null;
  draft.wakeGeneration++;
  raiseGeneration(draft);
}

/** Leads that pool and destination could still take, whoever works them; may be negative after a cap was lowered. */
export function roomOf(draft: PoolDraft): number {
  if (draft.pool === null || !draft.isOpen) return 0;
  const room = roomUnder(draft.pool.caps, draft);
  return draft.destination === null ? room : Math.min(room, roomUnder(draft.destination.destination.caps, draft.destination));
}

/** Leads that could be given right now; Infinity where nothing is capped. */
export function placesOf(draft: PoolDraft): number {
  const room = roomOf(draft);
  if (room <= 0 || draft.pool === null) return 0;
  if (draft.pool.agents.length === 0) return room;
  let places = 0;
  for (const member of draft.members) if (member.isPresent) places += Math.max(0, roomOfMember(member));
  return Math.min(room, places);
}

export function roomOfMember(member: MemberDraft): number {
  return member.agent === null ? 0 : roomUnder(member.agent.caps, member);
}

/** Somebody's word holds it away at the batch's `now`. */
export function isAway(member: MemberDraft, now: number): boolean {
  return member.backAt !== now;
}

/** Counts a lead given to `member` (null: to the destination itself). */
export function countGiven(draft: PoolDraft, member: MemberDraft | null): void {
  draft.isChanged = true;
  for (const counter of [draft, member, draft.destination]) {
    if (counter === null) continue;
    counter.open++;
    counter.daily++;
  }
  if (member !== null) member.total++;
  if (draft.destination !== null) draft.destination.isChanged = true;
}

/** Counts a lead that is no longer worked in the pool; its destination's place is the caller's to free. */
export function countFreed(draft: PoolDraft, agentId: string | null): void {
  draft.open = Math.max(0, draft.open - 1);
  const member = draft.members.find((one) => one.agentId === agentId);
  if (member !== undefined) member.open = Math.max(0, member.open - 1);
  raiseGeneration(draft);
}

export function putWaiter(draft: PoolDraft, waiter: WaiterRecord): void {
  draft.waiters.set(waiter.leadId, waiter);
  draft.joined.add(waiter.leadId);
  draft.left.delete(waiter.leadId);
}

export function closePool(draft: PoolDraft): PoolRecord {
  const { poolId, generation, open, daily, day, waiting, wakePending, wakeAt, wakeGeneration } = draft;
  const members = draft.members.filter((member) => member.agent !== null || member.open > 0).map((member) => closeMember(member, day));
  return { poolId, generation, open, daily, day, waiting, wakePending, wakeAt, wakeGeneration, members };
}

function closeMember({ agentId, credit, open, daily, total }: MemberDraft, day: string): MemberLedger {
  return { agentId, credit, open, daily, day, total };
}

function roomUnder(caps: Caps, counter: { readonly open: number; readonly daily: number }): number {
  const open = caps.open === null ? Number.POSITIVE_INFINITY : caps.open - counter.open;
  return caps.daily === null ? open : Math.min(open, caps.daily - counter.daily);
}

/** The rule set's agents in their order with their lines of the ledger, then those who left with leads still open. */
function joinMembers({ pool, record, away, now }: OpenPoolRequest, day: string): readonly MemberDraft[] {
  const lines = new Map(record?.members.map((line) => [line.agentId, line]));
  const members = (pool?.agents ?? []).map((agent): MemberDraft => {
    const line = lines.get(agent.agentId);
    lines.delete(agent.agentId);
    const back = backAt(away, agent.agentId, now);
    return {
      ...openMember(agent.agentId, line, day),
      agent,
      weight: agent.weight,
      isPresent: pool !== null && back === now && isPresent(agent, pool, now),
      backAt: back,
    };
  });
  const left: MemberDraft[] = [];
  for (const line of lines.values()) {
    settleLeaver(members, line.credit);
    left.push({ ...openMember(line.agentId, line, day), credit: 0, agent: null, weight: 0, isPresent: false, backAt: now });
  }
  return left.length === 0 ? members : [...members, ...left];
}

function openMember(agentId: string, line: MemberLedger | undefined, day: string) {
  return {
    agentId,
    tieHash: hashText(agentId),
    credit: line?.credit ?? 0,
    open: line?.open ?? 0,
    daily: line?.day === day ? line.daily : 0,
    total: line?.total ?? 0,
  };
}

function hasOtherMembers(record: PoolRecord, pool: Pool | null): boolean {
  if (pool === null || record.waiting === 0) return false;
  const known = new Set(record.members.map((line) => line.agentId));
  return pool.agents.some((agent) => !known.has(agent.agentId));
}
