/**
 * Who gets a lead: the rule's pool, the member whose turn it is, the pools it overflows into, the queue, and in the end the
 * final decision makers, who always take it. Books the place in the drafts; what becomes of the lead is the caller's.
 */
import { candidatesBefore, tracePool } from './decide-candidates.ts';
import { countGiven, type MemberDraft, type PoolDraft, placesOf, roomOf, roomOfMember } from './decide-pool.ts';
import { factsOf, isHopeless, matchOf, targetOf } from './decide-rules.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { Facts } from './facts.ts';
import { giveInTurn, giveOutOfTurn, mix } from './ledger.ts';
import type { LeadRecord } from './routing-model.ts';

export type Choice =
  /** `member` null: the destination itself, in a pool without agents; or nobody, where not even the last resort has somebody active. */
  | { readonly kind: 'PLACED'; readonly pool: PoolDraft; readonly member: MemberDraft | null; readonly ruleId: string | null }
  | { readonly kind: 'QUEUED'; readonly pool: PoolDraft; readonly seenGeneration: number; readonly ruleId: string | null };

export interface ChoiceRequest {
  /** The lead as it stands, its earlier place already free. */
  readonly lead: LeadRecord;
  /** null: not known, so that no rule can be asked. */
  readonly facts: Facts | null;
  readonly turn: Turn;
  /** The queue that the lead was called from: it passes those who wait there. null: a new arrival, which does not. */
  readonly calledFrom: string | null;
}

/** Runs all rules and finds the lead its place. */
export function chooseByRules(state: BatchState, request: ChoiceRequest): Choice {
  const { ruleSet } = state;
  const { lead } = request;
  const facts = factsOf(lead, request.facts);
  const match = facts === null ? null : matchOf(ruleSet, facts);
  const ruleId = match?.rule.ruleId ?? null;
  if (match === null) state.trace?.push({ kind: 'NO_RULE', reason: 'the facts of the lead are not known' });
  else state.trace?.push({ kind: 'RULE', match });
  const target = targetOf(ruleSet, facts);
  if (target === ruleSet.lastResortPool) return placeAtLastResort(state, request, ruleId);
  const chain = state.topology.chainOf(target);
  // Arrivals come after those who wait: free places are promised to the queues on the way before they are the arrival's.
  let places = 0;
  let promised = 0;
  let isHeldBack = false;
  for (const poolId of chain) {
    if (poolId === ruleSet.lastResortPool) return placeAtLastResort(state, request, ruleId);
    const pool = state.pool(poolId);
    if (request.calledFrom !== target && (promised > 0 || pool.waiting > 0)) {
      const free = placesOf(pool);
      places += free;
      promised += pool.waiting;
      if (places <= promised) {
        isHeldBack ||= free > 0;
        const before = candidatesBefore(state, pool, lead);
        tracePool(state, { pool, outcome: free > 0 ? 'OTHERS_WAIT' : 'FULL_OR_CLOSED', chosen: null, before });
        continue;
      }
    }
    const placed = placeInPool(state, pool, request);
    if (placed !== null) return { kind: 'PLACED', pool, member: placed.member, ruleId };
  }
  if (isHopeless(ruleSet, chain, lead.formerAgents)) {
    state.trace?.push({ kind: 'NOBODY_EVER', poolId: target });
    return placeAtLastResort(state, request, ruleId);
  }
  const pool = state.pool(target);
  state.trace?.push({ kind: 'QUEUED', poolId: target });
  return { kind: 'QUEUED', pool, seenGeneration: isHeldBack ? -1 : pool.generation, ruleId };
}

/**
 * The final decision makers, whom nothing passes by: somebody there and with room; else regardless of caps; else regardless of
 * hours. When each of them has had the lead, a new round begins with the others, and with the same one only if there is no other.
 */
export function placeAtLastResort(state: BatchState, request: ChoiceRequest, ruleId: string | null): Choice {
  const pool = state.pool(state.ruleSet.lastResortPool);
  const before = candidatesBefore(state, pool, request.lead);
  const former = request.lead.formerAgents;
  const latest = former.at(-1);
  const fresh = activeOf(pool).filter((member) => !former.includes(member.agentId));
  const round = fresh.length > 0 ? fresh : activeOf(pool).filter((member) => member.agentId !== latest);
  const member = giveToBest(state, { pool, members: round.length > 0 ? round : activeOf(pool), request });
  tracePool(state, { pool, outcome: member === null ? 'NOBODY' : 'GIVEN_REGARDLESS', chosen: member, before });
  countGiven(pool, member);
  return { kind: 'PLACED', pool, member, ruleId };
}

/** By hand, into a pool: somebody who never had it if one is there, else anybody active. null: nobody is active. */
export function placeByHand(
  state: BatchState,
  request: ChoiceRequest,
  target: { readonly pool: PoolDraft; readonly member: MemberDraft | null },
): Choice | null {
  const { pool } = target;
  let { member } = target;
  const before = candidatesBefore(state, pool, request.lead);
  if (member !== null) {
    giveOutOfTurn(eligibleOf(pool, []), member);
  } else if (pool.pool?.agents.length !== 0) {
    const active = activeOf(pool);
    if (active.length === 0) return null;
    const fresh = active.filter((one) => !request.lead.formerAgents.includes(one.agentId));
    member = giveToBest(state, { pool, members: fresh.length > 0 ? fresh : active, request });
  }
  tracePool(state, { pool, outcome: 'GIVEN_REGARDLESS', chosen: member, before });
  countGiven(pool, member);
  return { kind: 'PLACED', pool, member, ruleId: null };
}

/** null: the pool cannot take the lead now. */
function placeInPool(state: BatchState, pool: PoolDraft, request: ChoiceRequest): { readonly member: MemberDraft | null } | null {
  const before = candidatesBefore(state, pool, request.lead);
  const eligible = roomOf(pool) > 0 ? eligibleOf(pool, request.lead.formerAgents) : [];
  const isDestination = pool.pool?.agents.length === 0;
  if (isDestination ? roomOf(pool) <= 0 || request.lead.formerAgents.includes(`@${pool.poolId}`) : eligible.length === 0) {
    tracePool(state, { pool, outcome: 'FULL_OR_CLOSED', chosen: null, before });
    return null;
  }
  const owner = pool.pool?.sticky === true ? stickyOwner(state, eligible, request.lead) : null;
  if (owner !== null) giveOutOfTurn(eligible, owner);
  const member = isDestination ? null : (owner ?? giveInTurn(eligible, tieSeed(state, request.turn)));
  tracePool(state, { pool, outcome: owner !== null ? 'STICKY' : isDestination ? 'GIVEN_TO_DESTINATION' : 'GIVEN', chosen: member, before });
  countGiven(pool, member);
  return { member };
}

/** Present and under the caps where possible, else present, else whoever is there. null: nobody. */
function giveToBest(
  state: BatchState,
  options: { readonly pool: PoolDraft; readonly members: readonly MemberDraft[]; readonly request: ChoiceRequest },
): MemberDraft | null {
  const { members, request } = options;
  if (members.length === 0) return null;
  const present = members.filter((member) => member.isPresent);
  const free = roomOf(options.pool) > 0 ? present.filter((member) => roomOfMember(member) > 0) : [];
  const candidates = free.length > 0 ? free : present.length > 0 ? present : members;
  return giveInTurn(candidates, tieSeed(state, request.turn));
}

function activeOf(pool: PoolDraft): readonly MemberDraft[] {
  return pool.members.filter((member) => member.agent?.active === true);
}

function eligibleOf(pool: PoolDraft, former: readonly string[]): readonly MemberDraft[] {
  const eligible: MemberDraft[] = [];
  for (const member of pool.members) {
    if (member.isPresent && roomOfMember(member) > 0 && !former.includes(member.agentId)) eligible.push(member);
  }
  return eligible;
}

/** The agent who latest had a lead of this person, if it is one of `eligible`. */
function stickyOwner(state: BatchState, eligible: readonly MemberDraft[], lead: LeadRecord): MemberDraft | null {
  let owner: MemberDraft | null = null;
  let latest = Number.NEGATIVE_INFINITY;
  for (const identity of lead.identities) {
    const record = state.identity(identity);
    if (record === undefined || record.lastAgentId === null) continue;
    const member = eligible.find((one) => one.agentId === record.lastAgentId);
    if (member !== undefined && (record.lastDecidedAt ?? 0) > latest) {
      owner = member;
      latest = record.lastDecidedAt ?? 0;
    }
  }
  return owner;
}

/** Differs from input to input, and is the same however the log is cut into batches. */
function tieSeed(state: BatchState, turn: Turn): number {
  return mix(state.seed ^ mix(turn.offset));
}
