/**
 * Who gets a lead: the rule's pools by rank, the pools they overflow into, the rules after it, the queue, and in the end the final decision
 * makers, who always take it. What becomes of the lead is the caller's.
 */
import { candidatesBefore, tracePool } from './decide-candidates.ts';
import { roomUnder } from './decide-counters.ts';
import { type Demand, demandOn } from './decide-demand.ts';
import { marginsOf, trialOf } from './decide-margin.ts';
import {
  activeOf,
  type Choice,
  type ChoiceRequest,
  eligibleOf,
  isFor,
  placeInPool,
  placesFor,
  take,
  whateverTheCaps,
} from './decide-place.ts';
import { countGiven, type DestinationDraft, type MemberDraft, type PoolDraft } from './decide-pool.ts';
import { atCapOf, factsOf, hasLost, homeOf, isHopeless, matchAfter, matchOf } from './decide-rules.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { Facts } from './facts.ts';
import { giveOutOfTurn } from './ledger.ts';
import type { Rule } from './rule-set.ts';
import { poolScoresOf, rankPools } from './strategies/pool-strategies.ts';
import { joinWants } from './strategies/skills.ts';

/** A rule that is being asked, and the facts as the lead stands. */
interface Asked {
  readonly facts: Facts;
  readonly rule: Rule;
}

/** Runs all rules and finds the lead its place. */
export function chooseByRules(state: BatchState, request: ChoiceRequest): Choice {
  const facts = factsOf(request.lead, request.facts);
  if (facts === null) {
    state.trace?.push({ kind: 'NO_RULE', reason: 'the facts of the lead are not known' });
    return placeAtLastResort(state, request, null);
  }
  for (let match = matchOf(state.ruleSet, facts); ; match = matchAfter(state.ruleSet, facts, match)) {
    state.trace?.push({ kind: 'RULE', match });
    const choice = chooseByRule(state, request, { facts, rule: match.rule });
    if (choice !== null) return choice;
  }
}

/** null: the rule's pool is at a cap at which it passes leads on to the next rule, or nobody in it took the lead and it passes it on. */
function chooseByRule(state: BatchState, request: ChoiceRequest, asked: Asked): Choice | null {
  const { ruleSet } = state;
  const { ruleId } = asked.rule;
  const home = homeOf(ruleSet, asked.rule);
  const path = pathOf(state, asked, { home, turn: request.turn });
  // Arrivals come after those who wait: free places are promised to the queues on the way before they are the arrival's.
  const isArrival = request.calledFrom !== home;
  let places = 0;
  let counted: Counted | null = null;
  let promised = isArrival && path[0] !== home ? state.pool(home).waiting : 0;
  let isHeldBack = false;
  for (const poolId of path) {
    if (poolId === ruleSet.lastResortPool) return placeAtLastResort(state, request, ruleId);
    const pool = state.pool(poolId);
    const demand = pool.pool === null ? null : demandOn(pool.pool, asked);
    if (isArrival && (promised > 0 || pool.waiting > 0)) {
      const free = placesFor(pool, demand);
      counted ??= new Map();
      places += withinDestination(counted, pool, free);
      if (poolId !== home || path[0] === home) promised += pool.waiting;
      if (places <= promised) {
        isHeldBack ||= free > 0;
        const before = candidatesBefore(state, pool, { lead: request.lead, demand });
        tracePool(state, { pool, outcome: free > 0 ? 'OTHERS_WAIT' : 'FULL_OR_CLOSED', chosen: null, before });
        continue;
      }
    }
    const placed = placeInPool(state, pool, { request, demand });
    if (placed !== null) return { ...placed, ruleId, ...trialOf(ruleSet, asked, pool.pool) };
  }
  const atCap = atCapOf(ruleSet.pools.get(home), request.lead.formerAgents);
  const isNobodys = isHopeless(ruleSet, path, { ...asked, formerOwners: request.lead.formerAgents });
  const passesOn = request.notIn === undefined && (atCap === 'NEXT_RULE' || atCap === 'EXCEPTION');
  if (passesOn && (isNobodys || isHeldBack || isAtCap(state, request, { asked, path }))) {
    state.trace?.push({ kind: 'PASSED_ON', poolId: home, atCap });
    return atCap === 'NEXT_RULE' ? null : placeAtLastResort(state, request, ruleId);
  }
  if (isNobodys) {
    state.trace?.push({ kind: 'NOBODY_EVER', poolId: home });
    return placeAtLastResort(state, request, ruleId);
  }
  const pool = state.pool(home);
  state.trace?.push({ kind: 'QUEUED', poolId: home });
  return { kind: 'QUEUED', pool, seenGeneration: isHeldBack ? -1 : pool.generation, ruleId };
}

/** Places of each destination that its pools on the way were counted with. */
type Counted = Map<DestinationDraft, number>;

/** What the pool adds to the places on the way: pools that share a destination's caps have no more together than these leave. */
function withinDestination(counted: Counted, { destination }: PoolDraft, free: number): number {
  if (destination === null) return free;
  const before = counted.get(destination) ?? 0;
  const added = Math.max(0, Math.min(free, roomUnder(destination.destination.caps, destination) - before));
  counted.set(destination, before + added);
  return added;
}

/** The pools that a lead tries, in this order. */
function pathOf(state: BatchState, asked: Asked, { home, turn }: { readonly home: string; readonly turn: Turn }): readonly string[] {
  const { facts, rule } = asked;
  const { among } = rule;
  if (among === undefined) return state.topology.chainOf(home);
  const margins = marginsOf(state, asked, turn);
  const question = { facts, wants: joinWants(undefined, rule.wants), ...(margins && { margins }) };
  const candidates = among.pools.flatMap((poolId, place) => {
    const { pool, open } = state.pool(poolId);
    return pool === null ? [] : [{ pool, place, open, destination: state.ruleSet.destinations.get(pool.destinationId) }];
  });
  const ranked = rankPools(among.strategy, candidates, question);
  state.trace?.push({
    kind: 'RANKED',
    ruleId: rule.ruleId,
    ...(margins && { margins }),
    pools: ranked.map((candidate) => ({ poolId: candidate.pool.poolId, scores: poolScoresOf(among.strategy, candidate, question) })),
  });
  return [...new Set(ranked.flatMap(({ pool }) => state.topology.chainOf(pool.poolId)))];
}

/** Somebody who suits is there, and it is only caps that keep the lead out. */
function isAtCap(
  state: BatchState,
  { lead }: ChoiceRequest,
  { asked, path }: { readonly asked: Asked; readonly path: readonly string[] },
): boolean {
  return path.some((poolId) => {
    const draft = state.pool(poolId);
    if (draft.pool === null || !draft.isOpen) return false;
    if (hasLost(draft.pool, lead.formerAgents)) return false;
    if (draft.pool.agents.length === 0) return true;
    const demand = demandOn(draft.pool, asked);
    return draft.members.some((member) => member.isPresent && isFor(member, demand) && !lead.formerAgents.includes(member.agentId));
  });
}

/**
 * The final decision makers, whom nothing passes by: somebody there and with room; else regardless of caps; else regardless of
 * hours. When each of them has had the lead, a new round begins with the others, and with the same one only if there is no other.
 */
export function placeAtLastResort(state: BatchState, request: ChoiceRequest, ruleId: string | null): Choice {
  const pool = state.pool(state.ruleSet.lastResortPool);
  const demand = demandByHand(pool, request);
  const before = candidatesBefore(state, pool, { lead: request.lead, demand });
  const former = request.lead.formerAgents;
  const latest = former.at(-1);
  const fresh = activeOf(pool).filter((member) => !former.includes(member.agentId));
  const round = fresh.length > 0 ? fresh : activeOf(pool).filter((member) => member.agentId !== latest);
  const among = whateverTheCaps(round.length > 0 ? round : activeOf(pool), demand);
  const member = among.length === 0 ? null : take(state, among, { turn: request.turn, demand });
  tracePool(state, { pool, outcome: member === null ? 'NOBODY' : 'GIVEN_REGARDLESS', chosen: member, among, before });
  countGiven(pool, member);
  return { kind: 'PLACED', pool, member, ownerId: member?.agentId ?? null, ruleId };
}

/** By hand, into a pool: somebody who never had it if one is there, else anybody active. null: nobody is active. */
export function placeByHand(
  state: BatchState,
  request: ChoiceRequest,
  target: { readonly pool: PoolDraft; readonly member: MemberDraft | null },
): Choice | null {
  const { pool } = target;
  const isNamed = target.member !== null;
  let { member } = target;
  let among: readonly MemberDraft[] = [];
  const demand = demandByHand(pool, request);
  const before = candidatesBefore(state, pool, { lead: request.lead, demand });
  if (member !== null) {
    giveOutOfTurn(eligibleOf(pool, { former: [], demand: null }), member);
  } else if (pool.pool?.agents.length !== 0) {
    const active = activeOf(pool);
    if (active.length === 0) return null;
    const fresh = active.filter((one) => !request.lead.formerAgents.includes(one.agentId));
    among = whateverTheCaps(fresh.length > 0 ? fresh : active, demand);
    member = take(state, among, { turn: request.turn, demand });
  }
  const outcome = isNamed ? 'GIVEN_BY_HAND' : member === null ? 'GIVEN_TO_DESTINATION' : 'GIVEN_REGARDLESS';
  tracePool(state, { pool, outcome, chosen: member, among, before });
  countGiven(pool, member);
  return { kind: 'PLACED', pool, member, ownerId: member?.agentId ?? null, ruleId: null };
}

/** What the pool asks for, where no rule sent the lead. */
function demandByHand({ pool }: PoolDraft, { lead, facts }: ChoiceRequest): Demand | null {
  return pool === null ? null : demandOn(pool, { facts: factsOf(lead, facts), rule: null });
}
