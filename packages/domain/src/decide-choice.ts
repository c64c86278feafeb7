/**
 * Who gets a lead: the rule's pool, the member whose turn it is, the pools it overflows into, the queue, and in the end the
 * final decision makers, who always take it. Books the place in the drafts; what becomes of the lead is the caller's.
 */
import { describeCandidates } from './decide-candidates.ts';
import { countGiven, type MemberDraft, type PoolDraft, placesOf, roomOf, roomOfMember } from './decide-pool.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { TraceStep } from './decide-trace.ts';
import type { Facts } from './facts.ts';
import { giveInTurn, giveOutOfTurn, mix } from './ledger.ts';
import type { LeadRecord } from './routing-model.ts';
import type { Destination, Pool, RuleMatch, RuleSet } from './rule-set.ts';

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

const matches = new WeakMap<RuleSet, WeakMap<Facts, RuleMatch>>();
const qualifiedFacts = new WeakMap<Facts, Facts>();

/** The rule that these facts match; asked once per facts and rule set, however often it is looked up. */
export function matchOf(ruleSet: RuleSet, facts: Facts): RuleMatch {
  let ofRuleSet = matches.get(ruleSet);
  if (ofRuleSet === undefined) {
    ofRuleSet = new WeakMap();
    matches.set(ruleSet, ofRuleSet);
  }
  const kept = ofRuleSet.get(facts);
  if (kept !== undefined) return kept;
  const match = ruleSet.matchRule(facts);
  ofRuleSet.set(facts, match);
  return match;
}

/**
 * The facts as the lead stands: whoever made them may not have seen a qualification earlier in the same batch. The score is left
 * as it was computed.
 */
export function factsOf(lead: Pick<LeadRecord, 'isQualified'>, facts: Facts | null): Facts | null {
  if (facts === null || facts.isQualified || !lead.isQualified) return facts;
  const kept = qualifiedFacts.get(facts);
  if (kept !== undefined) return kept;
  const qualified = { ...facts, isQualified: true };
  qualifiedFacts.set(facts, qualified);
  return qualified;
}

/** The pool that the rules name for these facts; the last resort where they name none that exists, or cannot be asked. */
export function targetOf(ruleSet: RuleSet, facts: Facts | null): string {
  if (facts === null) return ruleSet.lastResortPool;
  const { to } = matchOf(ruleSet, facts).rule;
  return ruleSet.pools.has(to) ? to : ruleSet.lastResortPool;
}

/** How a pool without agents is named among the former owners. */
export function formerOwnerOf(lead: LeadRecord): string {
  return lead.agentId ?? `@${lead.poolId ?? ''}`;
}

/** Somebody in the pool could take such a lead some day: it makes sense to wait. */
export function canEverTake(pool: Pool, destination: Destination | undefined, formerOwners: readonly string[]): boolean {
  if (pool.caps.open === 0 || pool.caps.daily === 0 || pool.hours?.spans.length === 0) return false;
  if (destination?.caps.open === 0 || destination?.caps.daily === 0) return false;
  if (pool.agents.length === 0) return !formerOwners.includes(`@${pool.poolId}`);
  return pool.agents.some(
    ({ active, agentId, caps, hours }) =>
      active && caps.open !== 0 && caps.daily !== 0 && hours?.spans.length !== 0 && !formerOwners.includes(agentId),
  );
}

/** Nobody in the rule's pool, nor in those it overflows into, could ever take such a lead. */
export function isHopeless(ruleSet: RuleSet, chain: readonly string[], formerOwners: readonly string[]): boolean {
  return !chain.some((poolId) => {
    const pool = ruleSet.pools.get(poolId);
    return pool !== undefined && canEverTake(pool, ruleSet.destinations.get(pool.destinationId), formerOwners);
  });
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
        tracePool(state, { pool, lead, outcome: free > 0 ? 'OTHERS_WAIT' : 'FULL_OR_CLOSED', chosen: null });
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
  const former = request.lead.formerAgents;
  const latest = former.at(-1);
  const fresh = activeOf(pool).filter((member) => !former.includes(member.agentId));
  const round = fresh.length > 0 ? fresh : activeOf(pool).filter((member) => member.agentId !== latest);
  const member = giveToBest(state, { pool, members: round.length > 0 ? round : activeOf(pool), request });
  tracePool(state, { pool, lead: request.lead, outcome: member === null ? 'NOBODY' : 'GIVEN_REGARDLESS', chosen: member });
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
  if (member !== null) {
    giveOutOfTurn(eligibleOf(pool, []), member);
  } else if (pool.pool?.agents.length !== 0) {
    const active = activeOf(pool);
    if (active.length === 0) return null;
    const fresh = active.filter((one) => !request.lead.formerAgents.includes(one.agentId));
    member = giveToBest(state, { pool, members: fresh.length > 0 ? fresh : active, request });
  }
  tracePool(state, { pool, lead: request.lead, outcome: 'GIVEN_REGARDLESS', chosen: member });
  countGiven(pool, member);
  return { kind: 'PLACED', pool, member, ruleId: null };
}

function placeInPool(state: BatchState, pool: PoolDraft, request: ChoiceRequest): { readonly member: MemberDraft | null } | null {
  const former = request.lead.formerAgents;
  if (pool.pool === null || roomOf(pool) <= 0) return refuse(state, pool, request);
  if (pool.pool.agents.length === 0) {
    if (former.includes(`@${pool.poolId}`)) return refuse(state, pool, request);
    tracePool(state, { pool, lead: request.lead, outcome: 'GIVEN_TO_DESTINATION', chosen: null });
    countGiven(pool, null);
    return { member: null };
  }
  const eligible = eligibleOf(pool, former);
  if (eligible.length === 0) return refuse(state, pool, request);
  const owner = pool.pool.sticky ? stickyOwner(state, eligible, request.lead) : undefined;
  if (owner !== undefined) {
    tracePool(state, { pool, lead: request.lead, outcome: 'STICKY', chosen: owner });
    giveOutOfTurn(eligible, owner);
    countGiven(pool, owner);
    return { member: owner };
  }
  const before = state.trace === null ? null : describeCandidates(pool, { formerOwners: former, now: state.now });
  const member = giveInTurn(eligible, tieSeed(state, request.turn));
  if (before !== null) tracePool(state, { pool, lead: request.lead, outcome: 'GIVEN', chosen: member, candidates: before });
  countGiven(pool, member);
  return { member };
}

function refuse(state: BatchState, pool: PoolDraft, request: ChoiceRequest): null {
  tracePool(state, { pool, lead: request.lead, outcome: 'FULL_OR_CLOSED', chosen: null });
  return null;
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
function stickyOwner(state: BatchState, eligible: readonly MemberDraft[], lead: LeadRecord): MemberDraft | undefined {
  let owner: MemberDraft | undefined;
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

type PoolStep = Extract<TraceStep, { readonly kind: 'POOL' }>;

interface PoolStepRequest {
  readonly pool: PoolDraft;
  readonly lead: LeadRecord;
  readonly outcome: PoolStep['outcome'];
  readonly chosen: MemberDraft | null;
  /** Taken before the books changed. */
  readonly candidates?: PoolStep['candidates'];
}

function tracePool(state: BatchState, request: PoolStepRequest): void {
  if (state.trace === null) return;
  const { pool, lead, outcome, chosen } = request;
  const candidates = (request.candidates ?? describeCandidates(pool, { formerOwners: lead.formerAgents, now: state.now })).map(
    (candidate) => (candidate.agentId === chosen?.agentId ? { ...candidate, verdict: 'CHOSEN' as const } : candidate),
  );
  state.trace.push({ kind: 'POOL', poolId: pool.poolId, outcome, candidates, waiting: pool.waiting });
}
