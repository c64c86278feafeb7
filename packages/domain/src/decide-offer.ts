/**
 * A lead that is offered to several agents: the first who accepts has it. Accepts are taken in the order of the log, under the lock of the
 * pool: whoever comes second is told so. Until then pool and destination keep a place for it, and it is in nobody's ledger (docs/adr/0029).
 *
 * Who declines, or cannot be told, is not asked again about this lead. A round that ends goes on with others, and with those who were asked
 * only where there are no others; when all rounds are over, or nobody is left, the pool's offer says what becomes of the lead.
 */
import { isOnLeave } from './availability.ts';
import { candidatesBefore, tracePool } from './decide-candidates.ts';
import { chooseByRules, placeAtLastResort } from './decide-choice.ts';
import { type Demand, demandOn } from './decide-demand.ts';
import { type ChoiceRequest, eligibleOf, take, whomToAsk } from './decide-place.ts';
import { countTaken, isAway, type MemberDraft, type PoolDraft, roomOfMember } from './decide-pool.ts';
import { recordChoice, withFormerOwner } from './decide-record.ts';
import type { ActivityInput, Report } from './decide-report.ts';
import { factsOf } from './decide-rules.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { Facts } from './facts.ts';
import type { IgnoredReason } from './ignored-reason.ts';
import { type LeadOffer, type OfferPolicy, wasAsked } from './lead-offer.ts';
import { giveOutOfTurn } from './ledger.ts';
import type { DecisionCause, LeadRecord } from './routing-model.ts';
import type { RuleSet } from './rule-set.ts';

/** What became of a word about an offered lead. */
type HeardOffer =
  | { readonly kind: 'DONE' }
  | { readonly kind: 'IGNORED'; readonly reason: IgnoredReason }
  /** What else the word says is still to be done, with the lead as it is now: somebody's, or offered as before. */
  | { readonly kind: 'GOES_ON'; readonly lead: LeadRecord };

type Refusal = Extract<DecisionCause, 'DECLINED' | 'RETURNED' | 'UNDELIVERABLE'>;

const DONE: HeardOffer = { kind: 'DONE' };
const NO_OFFER: LeadOffer = { round: 1, offeredTo: [], declined: [], expired: [], expiresAt: 0 };

/** Somebody says something of a lead that is offered. Who was asked and works the lead has accepted it, said or not. */
export function hearOffered(state: BatchState, report: Report): HeardOffer {
  const { lead, input } = report;
  const { activity, agentId } = input;
  if (activity === 'DECLINED' || activity === 'RETURNED' || activity === 'UNDELIVERABLE') return refuse(state, report, activity);
  // A system speaks for nobody: it may end a lead or know more of it, and accepts none.
  if (agentId === null) return activity === 'ACCEPTED' ? ignored('NOT_OFFERED') : { kind: 'GOES_ON', lead };
  if (!wasAsked(offerOf(lead), agentId)) return ignored('NOT_OFFERED');
  if (activity === 'CONTACTED' && !input.isHumanResponse) return { kind: 'GOES_ON', lead };
  const taken = claim(state, report, agentId);
  if (activity === 'ACCEPTED') return typeof taken === 'string' ? ignored(taken) : DONE;
  return { kind: 'GOES_ON', lead: typeof taken === 'string' ? lead : taken };
}

/** Somebody who may have been asked accepts a lead that somebody else has by now. */
export function isLateClaim(ruleSet: RuleSet, lead: LeadRecord, { activity, agentId }: ActivityInput): boolean {
  if (activity !== 'ACCEPTED' || lead.stage !== 'ASSIGNED' || agentId === null) return false;
  const pool = ruleSet.pools.get(lead.poolId ?? '');
  const isMember = pool?.agents.some((agent) => agent.agentId === agentId) === true;
  return isMember && pool.offer !== undefined && !lead.formerAgents.includes(agentId);
}

interface EndedRound {
  readonly lead: LeadRecord;
  readonly facts: Facts | null;
  readonly turn: Turn;
}

/** Its time is over: those who said nothing are asked again only where there are no others. */
export function endRound(state: BatchState, { lead, facts, turn }: EndedRound): void {
  const offer = offerOf(lead);
  const expired = [...offer.expired.filter((agentId) => !offer.offeredTo.includes(agentId)), ...offer.offeredTo];
  goOn(state, { lead: { ...lead, offer: { ...offer, offeredTo: [], expired } }, facts, turn, cause: 'OFFER_EXPIRED' });
}

/** Gives the lead to who accepts; the reason if that cannot be, and then the offer stays as it is. */
function claim(state: BatchState, { lead, input, turn }: Report, agentId: string): LeadRecord | IgnoredReason {
  const pool = state.pool(lead.poolId ?? '');
  const member = pool.members.find((one) => one.agentId === agentId);
  if (member?.agent?.active !== true || pool.pool === null) return 'NOT_OFFERED';
  if (isAway(member, state.now) || isOnLeave(member.agent, pool.pool, state.now)) return 'NOT_THERE';
  if (roomOfMember(member) <= 0) return 'NO_ROOM';
  const demand = demandOf(state, { pool, lead, facts: input.facts });
  const before = candidatesBefore(state, pool, { lead, demand });
  // Out of turn, as the ledger sees it: entitled to it were all who could have had it, whoever was asked.
  giveOutOfTurn(eligibleOf(pool, { former: lead.formerAgents, demand }), member);
  countTaken(pool, member);
  // Not among those who are there: it is a place of theirs that was kept.
  if (!member.isPresent) state.releaseKept(pool, lead);
  const { offeredTo, expired } = offerOf(lead);
  tracePool(state, { pool, outcome: 'CLAIMED', chosen: member, asked: [...offeredTo, ...expired], before });
  const kept = { acceptedAt: input.occurredAt };
  const choice = { kind: 'PLACED', pool, member, ownerId: agentId, ruleId: lead.ruleId, kept } as const;
  return recordChoice(state, { lead, choice, cause: 'CLAIMED', facts: input.facts, turn });
}

/** No from one who was asked, or for one who cannot be told; from a system, for all of them. The others may still accept. */
function refuse(state: BatchState, { lead, input, turn }: Report, cause: Refusal): HeardOffer {
  const offer = offerOf(lead);
  const { agentId } = input;
  if (agentId === null && input.revision !== null && input.revision !== lead.revision) return ignored('REVISION_SUPERSEDED');
  if (agentId !== null && !wasAsked(offer, agentId)) return ignored(offer.declined.includes(agentId) ? 'NO_CHANGE' : 'NOT_OFFERED');
  const gone = agentId === null ? offer.offeredTo : [agentId];
  const isLeft = (one: string): boolean => !gone.includes(one);
  const after: LeadRecord = {
    ...lead,
    formerAgents: [...lead.formerAgents.filter(isLeft), ...gone],
    offer: {
      ...offer,
      offeredTo: offer.offeredTo.filter(isLeft),
      declined: [...offer.declined, ...gone],
      expired: offer.expired.filter(isLeft),
    },
  };
  if (offerOf(after).offeredTo.length > 0) state.change(turn, { ...after, version: lead.version + 1 });
  else goOn(state, { lead: after, facts: input.facts, turn, cause });
  return DONE;
}

interface OpenOffer extends EndedRound {
  /** Nobody can accept any more, but late. */
  readonly lead: LeadRecord;
  readonly cause: Extract<DecisionCause, Refusal | 'OFFER_EXPIRED'>;
}

/** The next round, with the place that is kept; or what the pool does with leads that nobody takes. */
function goOn(state: BatchState, ended: OpenOffer): void {
  const { lead, facts, turn, cause } = ended;
  const pool = state.pool(lead.poolId ?? '');
  const policy = pool.pool?.offer;
  const offer = offerOf(lead);
  if (policy === undefined || offer.round >= policy.rounds) {
    endOffer(state, ended, { pool, policy });
    return;
  }
  const demand = demandOf(state, { pool, lead, facts });
  const eligible = eligibleOf(pool, { former: lead.formerAgents, demand });
  const fresh = eligible.filter(({ agentId }) => !offer.expired.includes(agentId));
  if (eligible.length === 0) {
    endOffer(state, ended, { pool, policy });
    return;
  }
  const before = candidatesBefore(state, pool, { lead, demand });
  const request = requestFor(lead, ended);
  const offeredTo = whomToAsk(state, fresh.length > 0 ? fresh : eligible, { request, demand, most: policy.agents });
  tracePool(state, { pool, outcome: 'OFFERED', chosen: null, asked: offeredTo, before });
  const { declined, expired } = offer;
  const next = { round: offer.round + 1, offeredTo, declined, expired: expired.filter((agentId) => !offeredTo.includes(agentId)) };
  recordChoice(state, { lead, choice: { kind: 'OFFERED', pool, offer: next, ruleId: lead.ruleId }, cause, facts, turn });
}

/** Nobody took it. @param policy undefined: the rule set has no such pool any more, or it does not offer its leads. */
function endOffer(
  state: BatchState,
  ended: OpenOffer,
  { pool, policy }: { readonly pool: PoolDraft; readonly policy: OfferPolicy | undefined },
): void {
  const { lead, facts, turn, cause } = ended;
  const unclaimed = policy?.unclaimed ?? null;
  state.trace?.push({ kind: 'UNCLAIMED', poolId: pool.poolId, rounds: offerOf(lead).round, unclaimed });
  if (unclaimed === 'ASSIGN') {
    const member = giveUnclaimed(state, ended, pool);
    if (member !== null) {
      const choice = { kind: 'PLACED', pool, member, ownerId: member.agentId, ruleId: lead.ruleId, kept: { acceptedAt: null } } as const;
      recordChoice(state, { lead, choice, cause, facts, turn });
      return;
    }
  }
  state.freePlace(lead);
  // Waiting for a change in this very pool, or under other rules than those that offered it, it may come back here.
  const isPassedBy = unclaimed !== null && unclaimed !== 'WAIT';
  const free = isPassedBy ? withFormerOwner(lead) : lead;
  const request = requestFor(free, ended);
  const choice =
    unclaimed === 'EXCEPTION'
      ? placeAtLastResort(state, request, lead.ruleId)
      : chooseByRules(state, unclaimed === 'WAIT' ? { ...request, notIn: pool.poolId } : request);
  recordChoice(state, { lead: free, choice, cause, facts, turn });
}

/** By the pool's strategy, as if it had not been offered: asked or not, if only they did not decline. null: nobody is there and has room. */
function giveUnclaimed(state: BatchState, { lead, facts, turn }: OpenOffer, pool: PoolDraft): MemberDraft | null {
  const demand = demandOf(state, { pool, lead, facts });
  const before = candidatesBefore(state, pool, { lead, demand });
  const eligible = eligibleOf(pool, { former: lead.formerAgents, demand });
  if (eligible.length === 0) return null;
  const member = take(state, eligible, { turn, demand });
  countTaken(pool, member);
  tracePool(state, { pool, outcome: 'GIVEN_UNCLAIMED', chosen: member, among: eligible, before });
  return member;
}

function demandOf(
  { ruleSet }: BatchState,
  { pool, lead, facts }: { readonly pool: PoolDraft; readonly lead: LeadRecord; readonly facts: Facts | null },
): Demand | null {
  if (pool.pool === null) return null;
  const rule = ruleSet.rules.find(({ ruleId }) => ruleId === lead.ruleId) ?? null;
  return demandOn(pool.pool, { facts: factsOf(lead, facts), rule });
}

function requestFor(lead: LeadRecord, { facts, turn }: EndedRound): ChoiceRequest {
  return { lead, facts, turn, calledFrom: null };
}

function offerOf(lead: LeadRecord): LeadOffer {
  return lead.offer ?? NO_OFFER;
}

function ignored(reason: IgnoredReason): HeardOffer {
  return { kind: 'IGNORED', reason };
}
