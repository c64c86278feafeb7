/**
 * A pool in the hands of a batch: the locked record and the rule set's members joined into one mutable draft, so that five
 * hundred leads change numbers in place and one immutable record is made at the end. Nothing here decides anything.
 */
import { type Absences, backAt, isOpen, isPresent, localDay } from './availability.ts';
import { type Counters, count, hourOf, openCounters, roomUnder } from './decide-counters.ts';
import { type Covers, coversAt, standInOf } from './decide-cover.ts';
import type { LeadId } from './lead.ts';
import { hashText, type LedgerEntry, settleLeaver } from './ledger.ts';
import type { DestinationRecord, LeadRecord, MemberLedger, PoolRecord, WaiterRecord } from './routing-model.ts';
import { type Agent, DEFAULT_AGEING_MS, type Destination, GRADE_RANK, type Pool } from './rule-set.ts';

export interface DestinationDraft extends Counters {
  readonly destination: Destination;
  readonly day: string;
  isChanged: boolean;
}

export interface MemberDraft extends LedgerEntry, Counters {
  readonly agentId: string;
  /** null: no longer in the pool, but has open leads from it. */
  readonly agent: Agent | null;
  /** At the batch's `now`: hours, leave and word. Caps are not looked at. */
  readonly isPresent: boolean;
  /** From when on, at or after the batch's `now`, no word holds it away; null: nobody has said. */
  readonly backAt: number | null;
  /** In the pool's list, from 0; with leave as it is at `now`. */
  readonly place: number;
  /** On leave, and the reason for `place`; null where it stands in for nobody. */
  readonly covers: string | null;
  total: number;
}

export interface PoolDraft extends Counters {
  readonly poolId: string;
  /** null: the rule set no longer has it. */
  readonly pool: Pool | null;
  /** null: its caps are not counted. */
  readonly destination: DestinationDraft | null;
  /** Within the pool's hours at the batch's `now`. */
  readonly isOpen: boolean;
  readonly day: string;
  readonly members: readonly MemberDraft[];
  /** Who stands in for whom at `now`. */
  readonly covers: Covers;
  /** Leads of `open` that are offered and nobody's yet. */
  offered: number;
  generation: number;
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

const NO_COVERS: Covers = new Map();
/** Of a member who is no longer in the pool. */
const NOBODY_COVERED = { place: Number.MAX_SAFE_INTEGER, weight: 0, covers: null };

export function openPool(request: OpenPoolRequest): PoolDraft {
  const { poolId, pool, record, waiters, now } = request;
  const day = pool === null ? (record?.day ?? '') : localDay(pool.zone, now);
  const covers = pool === null ? NO_COVERS : coversAt(pool, now);
  const members = joinMembers(request, { day, covers });
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
    covers,
    offered: record?.offered ?? 0,
    generation,
    ...openCounters(record, { caps: pool?.caps, zone: pool?.zone ?? '', now, day }),
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
  const { caps, zone } = destination;
  return { destination, day, ...openCounters(record, { caps, zone, now, day }), isChanged: false };
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

/** Leads that could be given right now, those aside that are offered already; Infinity where nothing is capped. */
export function placesOf(draft: PoolDraft): number {
  const room = roomOf(draft);
  if (room <= 0 || draft.pool === null) return 0;
  if (draft.pool.agents.length === 0) return room;
  let places = 0;
  for (const member of draft.members) if (member.isPresent) places += Math.max(0, roomOfMember(member));
  // Fewer than none, where somebody got a lead by hand meanwhile, would take places of other pools away.
  return Math.max(0, Math.min(room, places - draft.offered));
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
    if (counter !== null) count(counter);
  }
  if (member !== null) member.total++;
  if (draft.destination !== null) draft.destination.isChanged = true;
}

/** Counts a lead that is offered: pool and destination keep a place for it, whoever takes it. */
export function countOffered(draft: PoolDraft): void {
  countGiven(draft, null);
  draft.offered++;
}

/** Counts an offered lead that is `member`'s now; its place in pool and destination is counted already. */
export function countTaken(draft: PoolDraft, member: MemberDraft): void {
  draft.isChanged = true;
  draft.offered = Math.max(0, draft.offered - 1);
  count(member);
  member.total++;
}

/** Counts a lead that is no longer worked in the pool; its destination's place is the caller's to free. */
export function countFreed(draft: PoolDraft, agentId: string | null): void {
  draft.open = Math.max(0, draft.open - 1);
  const member = draft.members.find((one) => one.agentId === agentId);
  if (member !== undefined) member.open = Math.max(0, member.open - 1);
  raiseGeneration(draft);
}

/**
 * Puts a lead into the queue, or gives it another place in it. The place is a time that never changes while it waits: of two that began to
 * wait together the better grade goes first, and a worse one that has waited for the ageing of the pool longer goes before it.
 */
export function putWaiter(draft: PoolDraft, lead: LeadRecord, seenGeneration: number): void {
  const { leadId } = lead;
  const waitingSince = lead.waitingSince ?? lead.decidedAt;
  const turnAt = waitingSince + GRADE_RANK[lead.grade] * (draft.pool?.ageingMs ?? DEFAULT_AGEING_MS);
  draft.waiters.set(leadId, { poolId: draft.poolId, leadId, turnAt, waitingSince, seenGeneration });
  draft.joined.add(leadId);
  draft.left.delete(leadId);
}

export function closePool(draft: PoolDraft): PoolRecord {
  const { poolId, generation, open, daily, day, waiting, wakePending, wakeAt, wakeGeneration, offered } = draft;
  const members = draft.members.filter((member) => member.agent !== null || member.open > 0).map((member) => closeMember(member, day));
  const books = { poolId, generation, open, daily, day, waiting, wakePending, wakeAt, wakeGeneration, members };
  return { ...books, ...(offered > 0 && { offered }), ...hourOf(draft) };
}

export function closeDestination(draft: DestinationDraft): DestinationRecord {
  const { destination, open, daily, day } = draft;
  return { destinationId: destination.destinationId, open, daily, day, ...hourOf(draft) };
}

function closeMember(member: MemberDraft, day: string): MemberLedger {
  const { agentId, credit, open, daily, total } = member;
  return { agentId, credit, open, daily, day, total, ...hourOf(member) };
}

/** The rule set's agents in their order with their lines of the ledger, then those who left with leads still open. */
function joinMembers(
  { pool, record, away, now }: OpenPoolRequest,
  { day, covers }: { readonly day: string; readonly covers: Covers },
): readonly MemberDraft[] {
  const lines = new Map(record?.members.map((line) => [line.agentId, line]));
  const zone = pool?.zone ?? '';
  const members = (pool?.agents ?? []).map((agent, place): MemberDraft => {
    const line = lines.get(agent.agentId);
    lines.delete(agent.agentId);
    const back = backAt(away, agent.agentId, now);
    return {
      ...openMember(agent.agentId, line),
      ...openCounters(line, { caps: agent.caps, zone, now, day }),
      ...(pool === null ? NOBODY_COVERED : standInOf(pool, covers, { agent, place })),
      agent,
      isPresent: pool !== null && back === now && isPresent(agent, pool, now),
      backAt: back,
    };
  });
  const left: MemberDraft[] = [];
  for (const line of lines.values()) {
    settleLeaver(members, line.credit);
    left.push({
      ...openMember(line.agentId, line),
      ...openCounters(line, { caps: undefined, zone, now, day }),
      ...NOBODY_COVERED,
      credit: 0,
      agent: null,
      isPresent: false,
      backAt: now,
    });
  }
  return left.length === 0 ? members : [...members, ...left];
}

function openMember(agentId: string, line: MemberLedger | undefined) {
  return { agentId, tieHash: hashText(agentId), credit: line?.credit ?? 0, total: line?.total ?? 0 };
}

function hasOtherMembers(record: PoolRecord, pool: Pool | null): boolean {
  if (pool === null || record.waiting === 0) return false;
  const known = new Set(record.members.map((line) => line.agentId));
  return pool.agents.some((agent) => !known.has(agent.agentId));
}
