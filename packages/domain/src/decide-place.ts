/**
 * Finds a lead one of a pool's agents: the person's earlier one first, else by the pool's strategy among those who are there, have room and
 * suit. Books the place in the drafts.
 */
import { accountEntryOf, asksPerson } from './account-owner.ts';
import { candidatesBefore, tracePool } from './decide-candidates.ts';
import { type Demand, isSuited } from './decide-demand.ts';
import { countGiven, countOffered, type MemberDraft, type PoolDraft, placesOf, roomOf, roomOfMember } from './decide-pool.ts';
import { hasLost } from './decide-rules.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { Facts } from './facts.ts';
import type { LeadOffer } from './lead-offer.ts';
import { giveInTurn, giveOutOfTurn, mix } from './ledger.ts';
import type { ConversionCell } from './margin/conversion.ts';
import type { LeadRecord } from './routing-model.ts';
import type { Pool } from './rule-set.ts';
import { findBest, takeBest } from './strategies/agent-strategies.ts';
import { NO_WANTS } from './strategies/skills.ts';
import { WEIGHTED } from './strategies/strategy-names.ts';

export interface Placed {
  readonly kind: 'PLACED';
  readonly pool: PoolDraft;
  readonly member: MemberDraft | null;
  /** Who is the person's agent from now on: the member, or whom it stands in for. */
  readonly ownerId: string | null;
  readonly ruleId: string | null;
  /** Where its outcome will count, if margin chose the pool. */
  readonly trial?: ConversionCell;
  /** Its offer kept the place for it, and has ended so; absent: it was not offered there. */
  readonly kept?: {
    /** When the one who has it now accepted; null: nobody had, and it was given. */
    readonly acceptedAt: number | null;
  };
}

export interface Offered {
  readonly kind: 'OFFERED';
  readonly pool: PoolDraft;
  readonly offer: Omit<LeadOffer, 'expiresAt'>;
  readonly ruleId: string | null;
  readonly trial?: ConversionCell;
}

export type Choice =
  /** `member` null: the destination itself, in a pool without agents; or nobody, where not even the last resort has somebody active. */
  Placed | Offered | { readonly kind: 'QUEUED'; readonly pool: PoolDraft; readonly seenGeneration: number; readonly ruleId: string | null };

export interface ChoiceRequest {
  /** The lead as it stands, its earlier place already free. */
  readonly lead: LeadRecord;
  /** null: not known, so that no rule can be asked. */
  readonly facts: Facts | null;
  readonly turn: Turn;
  /** The queue that the lead was called from: it passes those who wait there. null: a new arrival, which does not. */
  readonly calledFrom: string | null;
  /** A pool that has just offered the lead in vain, and is passed by this once. */
  readonly notIn?: string;
}

/** With what the lead asks of the pool in question. */
interface Demanding {
  readonly request: ChoiceRequest;
  readonly demand: Demand | null;
}

/** null: the pool cannot take the lead now. */
export function placeInPool(
  state: BatchState,
  pool: PoolDraft,
  { request, demand }: Demanding,
): Omit<Placed, 'ruleId'> | Omit<Offered, 'ruleId'> | null {
  const { lead, turn } = request;
  const before = candidatesBefore(state, pool, { lead, demand });
  const isDestination = pool.pool?.agents.length === 0;
  const isPassedBy = pool.pool !== null && hasLost(pool.pool, lead.formerAgents);
  if (isPassedBy || request.notIn === pool.poolId) {
    tracePool(state, { pool, outcome: isDestination ? 'FULL_OR_CLOSED' : 'PASSED_BY', chosen: null, before });
    return null;
  }
  const eligible = roomOf(pool) > 0 ? eligibleOf(pool, { former: lead.formerAgents, demand }) : [];
  if (isDestination ? roomOf(pool) <= 0 : eligible.length === 0) {
    tracePool(state, { pool, outcome: 'FULL_OR_CLOSED', chosen: null, before });
    return null;
  }
  const owner = earlierOwner(state, { pool, eligible, request });
  if (owner === null && pool.pool?.offer !== undefined && !isDestination)
    return offerFirst(state, { pool, policy: pool.pool.offer, eligible, asked: { request, demand } });
  if (owner !== null) giveOutOfTurn(eligible, owner);
  const member = isDestination ? null : (owner ?? take(state, eligible, { turn, demand }));
  tracePool(state, { pool, outcome: owner !== null ? 'STICKY' : isDestination ? 'GIVEN_TO_DESTINATION' : 'GIVEN', chosen: member, before });
  countGiven(pool, member);
  // Chosen for the place of somebody on leave: the person's next lead is for that one.
  const isByPlace = owner === null && demand?.strategy.rank.includes('in-order') === true;
  return { kind: 'PLACED', pool, member, ownerId: (isByPlace ? member?.covers : null) ?? member?.agentId ?? null };
}

/** null: every place that those who are there have is kept for a lead that is offered already. */
function offerFirst(
  state: BatchState,
  options: {
    readonly pool: PoolDraft;
    readonly policy: NonNullable<Pool['offer']>;
    readonly eligible: readonly MemberDraft[];
    readonly asked: Demanding;
  },
): Omit<Offered, 'ruleId'> | null {
  const { pool, policy, eligible, asked } = options;
  const before = candidatesBefore(state, pool, { lead: asked.request.lead, demand: asked.demand });
  if (placesOf(pool) <= 0) {
    tracePool(state, { pool, outcome: 'FULL_OR_CLOSED', chosen: null, before });
    return null;
  }
  const offeredTo = whomToAsk(state, eligible, { ...asked, most: policy.agents });
  tracePool(state, { pool, outcome: 'OFFERED', chosen: null, asked: offeredTo, before });
  countOffered(pool);
  return { kind: 'OFFERED', pool, offer: { round: 1, offeredTo, declined: [], expired: [] } };
}

/** The ids of at most so many of them, in the order of the pool's strategy. Books nothing. */
export function whomToAsk(
  state: BatchState,
  eligible: readonly MemberDraft[],
  { request, demand, most }: Demanding & { readonly most: number },
): readonly string[] {
  const { strategy, question } = demand ?? { strategy: WEIGHTED, question: { facts: request.facts, wants: NO_WANTS } };
  return findBest(strategy, eligible, { question, seed: tieSeed(state, request.turn), most }).map(({ agentId }) => agentId);
}

/**
 * Those of the members who can take a lead whatever the pool's cap and hours: present and under their own caps where possible, else present, else
 * under their own caps, else anybody; of these who suits, if somebody does.
 */
export function whateverTheCaps(members: readonly MemberDraft[], demand: Demand | null): readonly MemberDraft[] {
  const present = members.filter((member) => member.isPresent);
  const there = present.length > 0 ? present : members;
  const free = there.filter((member) => roomOfMember(member) > 0);
  const candidates = free.length > 0 ? free : there;
  const suited = candidates.filter((member) => isFor(member, demand));
  return suited.length > 0 ? suited : candidates;
}

/** By the pool's strategy, booked. Most pools have no other than the ledger's turns. */
export function take(
  state: BatchState,
  candidates: readonly MemberDraft[],
  { demand, turn }: { readonly demand: Demand | null; readonly turn: Turn },
): MemberDraft {
  const seed = tieSeed(state, turn);
  return demand === null ? giveInTurn(candidates, seed) : takeBest(demand.strategy, candidates, { question: demand.question, seed });
}

export function activeOf(pool: PoolDraft): readonly MemberDraft[] {
  return pool.members.filter((member) => member.agent?.active === true);
}

interface Eligibility {
  readonly former: readonly string[];
  readonly demand: Demand | null;
}

export function eligibleOf(pool: PoolDraft, { former, demand }: Eligibility): readonly MemberDraft[] {
  const eligible: MemberDraft[] = [];
  for (const member of pool.members) {
    if (member.isPresent && roomOfMember(member) > 0 && !former.includes(member.agentId) && isFor(member, demand)) eligible.push(member);
  }
  return eligible;
}

/** Leads of this kind that the pool could take now. */
export function placesFor(pool: PoolDraft, demand: Demand | null): number {
  const places = placesOf(pool);
  if (demand === null || places === 0 || pool.pool?.agents.length === 0) return places;
  let suited = 0;
  for (const member of pool.members) if (member.isPresent && isFor(member, demand)) suited += Math.max(0, roomOfMember(member));
  return Math.min(places, suited);
}

export function isFor(member: MemberDraft, demand: Demand | null): boolean {
  return demand === null || (member.agent !== null && isSuited(demand, member.agent));
}

/** Of the person, then of the account, as far as the pool asks for them; null: nobody who could take the lead. */
function earlierOwner(
  state: BatchState,
  { pool, eligible, request }: { readonly pool: PoolDraft; readonly eligible: readonly MemberDraft[]; readonly request: ChoiceRequest },
): MemberDraft | null {
  const ofPerson = asksPerson(pool.pool?.owner) ? ownerOfPerson(state, { pool, eligible, lead: request.lead }) : null;
  if (ofPerson !== null) return ofPerson;
  const entry = accountEntryOf(state.ruleSet, request.facts, pool.poolId);
  return entry === null ? null : standIn(pool, eligible, state.identity(entry)?.lastAgentId ?? null);
}

/** The agent who latest had a lead of this person; of two entries of the same moment the first by its hash. */
function ownerOfPerson(
  state: BatchState,
  { pool, eligible, lead }: { readonly pool: PoolDraft; readonly eligible: readonly MemberDraft[]; readonly lead: LeadRecord },
): MemberDraft | null {
  let owner: MemberDraft | null = null;
  let latest = Number.NEGATIVE_INFINITY;
  for (const identity of lead.identities) {
    const record = state.identity(identity);
    const member = standIn(pool, eligible, record?.lastAgentId ?? null);
    if (record !== undefined && member !== null && (record.lastDecidedAt ?? 0) > latest) {
      owner = member;
      latest = record.lastDecidedAt ?? 0;
    }
  }
  return owner;
}

/** The agent, or who stands in for it, if it is one of `eligible`. */
function standIn(pool: PoolDraft, eligible: readonly MemberDraft[], agentId: string | null): MemberDraft | null {
  if (agentId === null) return null;
  const present = pool.covers.get(agentId) ?? agentId;
  return eligible.find((one) => one.agentId === present) ?? null;
}

/** Differs from input to input, and is the same however the log is cut into batches. */
function tieSeed(state: BatchState, turn: Turn): number {
  return mix(state.seed ^ mix(turn.offset));
}
