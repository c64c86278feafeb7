/** Plain words for what the router does: one sentence each. */
import { causeWords } from './cause-words.ts';
import { isInTurn } from './decide-candidates.ts';
import type { Candidate, TraceStep } from './decide-trace.ts';
import type { IgnoredReason } from './ignored-reason.ts';
import type { Unclaimed } from './lead-offer.ts';
import type { BatchEffect, LeadRecord, RouterInput, SlaEvent } from './routing-model.ts';
import type { RuleSet } from './rule-set.ts';
import { WEIGHTED } from './strategies/strategy-names.ts';

export type PoolStep = Extract<TraceStep, { readonly kind: 'POOL' }>;

const IGNORED: Readonly<Record<IgnoredReason, string>> = {
  TIMER_SUPERSEDED: 'the clock that fired had been stopped or set anew',
  LEAD_UNKNOWN: 'no such lead has been decided',
  LEAD_NOT_YET_KNOWN: 'the lead had not come yet: it is kept until then',
  LEAD_ALREADY_SUBMITTED: 'the lead had been decided before',
  NOT_WAITING: 'the lead was not waiting there any more',
  ALREADY_CLOSED: 'the lead was closed',
  NOT_THE_OWNER: 'it came from somebody who does not own the lead',
  REVISION_SUPERSEDED: 'it was about an earlier assignment of the lead',
  ALREADY_ACCEPTED: 'the lead had been accepted before',
  OFFER_TAKEN: 'somebody else was first, and has the lead',
  NOT_OFFERED: 'the lead is offered to others, not to who it came from',
  NO_ROOM: 'who accepted is at a cap; the lead is offered as before',
  NOT_THERE: 'who accepted is on leave or away; the lead is offered as before',
  TARGET_UNKNOWN: 'the rule set has no such pool or active agent',
  NO_CHANGE: 'it changed nothing',
};

const SLA: Readonly<Record<SlaEvent['kind'], string>> = {
  ACCEPT_WARNED: 'The accept clock will soon run out',
  ACCEPT_BREACHED: 'The accept clock ran out',
  RESPONSE_WARNED: 'The clock of the first response will soon run out',
  RESPONSE_BREACHED: 'The clock of the first response ran out',
  ESCALATED: 'Too many owners have let a clock run out, so it was escalated',
  BREACH_RETRACTED: 'The breach is retracted',
};

const OUTCOMES: Readonly<Record<PoolStep['outcome'], string>> = {
  GIVEN: 'takes it; whose turn it is is in the ledger',
  GIVEN_TO_DESTINATION: 'takes it; it has no agents, the destination itself works it',
  STICKY: 'takes it; the agent who last had a lead of this person, or of its account where the pool says so, comes first',
  FULL_OR_CLOSED: 'cannot take it now',
  OTHERS_WAIT: 'has places, but not more than leads that were there first',
  GIVEN_REGARDLESS: 'takes it whatever its caps and hours; whose turn it is is in the ledger',
  GIVEN_BY_HAND: 'takes it for the agent who was named by hand, whatever its caps and hours',
  NOBODY: 'has nobody active to take it',
  OFFERED: 'offers it to those whom its strategy puts first, and keeps a place for it; who accepts first has it',
  CLAIMED: 'has offered it, and gives it to the first who accepted',
  GIVEN_UNCLAIMED: 'gives it to whom its strategy puts first, because nobody took it when it was offered',
  PASSED_BY: 'is passed by: it has offered the lead, and nobody took it',
};

/** Of pools whose strategy asks for more than whose turn it is. */
const BY_STRATEGY: Readonly<Partial<typeof OUTCOMES>> = {
  GIVEN: 'takes it by its strategy',
  GIVEN_REGARDLESS: 'takes it whatever its caps and hours, by its strategy',
};

export function inputWords(input: RouterInput): string {
  switch (input.kind) {
    case 'SCORED':
      return `Lead ${input.leadId} of ${input.vendor} arrived, graded ${input.facts.grade} with ${input.facts.score} points.`;
    case 'ACTIVITY':
      return `${input.agentId ?? 'A system'} reported lead ${input.leadId} as ${input.activity}${reasonWords(input.reason)}.`;
    case 'TIMER':
      return input.timer === 'POOL_WAKE'
        ? `The timer of pool ${input.poolId ?? '?'} fired.`
        : `The ${input.timer} clock of lead ${input.leadId} ran out.`;
    case 'ROUTE':
      return `Lead ${input.leadId}, waiting in pool ${input.poolId}, was called because ${causeWords(input.cause)}.`;
    case 'REASSIGN':
      return `${input.by} reassigned lead ${input.leadId} to ${input.to}: ${input.reason}.`;
  }
}

export function effectWords(effect: BatchEffect): string {
  switch (effect.kind) {
    case 'DECISION': {
      const { lead, kind, cause } = effect.decision;
      return `Revision ${lead.revision}, because ${causeWords(cause)}: ${kind} ${placeWords(lead)}${acceptWords(effect.decision.acceptBy)}.`;
    }
    case 'STATE':
      return `No new decision: the lead is ${effect.change.lead.stage} ${placeWords(effect.change.lead)}.`;
    case 'SLA':
      return `${SLA[effect.sla.kind]} for ${effect.sla.agentId ?? 'the destination'}, due ${instant(effect.sla.dueAt)}.`;
  }
}

export function ignoredWords(reason: IgnoredReason): string {
  return `Nothing came of it: ${IGNORED[reason]}.`;
}

/** The rule's pools as they were ranked. */
export function rankedWords({ ruleId, pools, margins }: Extract<TraceStep, { readonly kind: 'RANKED' }>): string {
  const words = (scores: (typeof pools)[number]['scores']): string => (margins === undefined ? ` (${scoreWords(scores)})` : '');
  const ranked = pools.map(({ poolId, scores }) => `${poolId}${words(scores)}`).join(', then ');
  return `Rule ${ruleId} tries ${ranked}${margins === undefined ? '.' : ', by margin:'}`;
}

export function passedOnWords({ poolId, atCap }: Extract<TraceStep, { readonly kind: 'PASSED_ON' }>): string {
  const next = atCap === 'NEXT_RULE' ? 'the rules after it are asked' : 'it goes to the final decision makers';
  return `Only caps keep it out of pool ${poolId}, or nobody there could ever take it: ${next}.`;
}

export function poolWords(ruleSet: RuleSet, step: PoolStep): string {
  const isLast = step.poolId === ruleSet.lastResortPool ? ' (the final decision makers)' : '';
  const queue = step.waiting === 0 ? '' : ` ${step.waiting} wait there.`;
  const byStrategy = step.strategy === WEIGHTED.name ? undefined : BY_STRATEGY[step.outcome];
  const outcome = byStrategy === undefined ? OUTCOMES[step.outcome] : `${byStrategy} (${step.strategy}), and by the ledger among equals`;
  return `Pool ${step.poolId}${isLast} ${outcome}.${queue}`;
}

/** The books before and after, of those whose line changed; nothing where the pool did not take it. */
export function ledgerWords({ candidates, outcome, open, daily }: PoolStep): readonly string[] {
  if (outcome !== 'GIVEN_TO_DESTINATION' && !candidates.some(({ verdict }) => verdict === 'CHOSEN')) return [];
  const changed = candidates.filter(({ credit, creditAfter }) => credit !== creditAfter);
  const credits = changed.map(({ agentId, credit, creditAfter }) => `${agentId} ${signed(credit)} to ${signed(creditAfter)}`);
  const owed = credits.length === 0 ? '' : `owed ${credits.join(', ')}; `;
  const isKept = outcome === 'CLAIMED' || outcome === 'GIVEN_UNCLAIMED';
  const counts = isKept ? `the pool ${open} open, as before` : `the pool ${open} to ${open + 1} open, ${daily} to ${daily + 1} today`;
  return [`Ledger before and after: ${owed}${counts}.`];
}

/** What the pool's offer says of a lead that nobody took. */
export function unclaimedWords({ poolId, rounds, unclaimed }: Extract<TraceStep, { readonly kind: 'UNCLAIMED' }>): string {
  return `Nobody in pool ${poolId} took it in ${rounds === 1 ? 'its round' : `${rounds} rounds`}: ${UNCLAIMED[unclaimed ?? 'NO_OFFER']}.`;
}

const UNCLAIMED: Readonly<Record<Unclaimed | 'NO_OFFER', string>> = {
  WAIT: 'it is to wait until something changes there',
  OVERFLOW: 'the other pools of the rule, and those it overflows into, are tried',
  NEXT_RULE: 'the rules after it are asked',
  EXCEPTION: 'it goes to the final decision makers',
  ASSIGN: 'it is given to one of those who are there, if there is one',
  NO_OFFER: 'by the rules of now this pool does not offer leads, so they are asked anew',
};

/** Leads, to two places. */
export function signed(credit: number): string {
  const rounded = round(credit);
  return rounded.startsWith('-') || rounded === '0' ? rounded : `+${rounded}`;
}

/** To whom the lot gave the lead where this one was as much in turn by the ledger; null: it was not the lot that decided. */
export function lotWinnerOf({ outcome, candidates }: PoolStep, { verdict, turn }: Candidate): string | null {
  if (!isInTurn(outcome) || verdict !== 'NOT_IN_TURN' || turn === null || turn.deadline === null) return null;
  const chosen = candidates.find((one) => one.verdict === 'CHOSEN');
  return chosen?.turn?.deadline === turn.deadline ? chosen.agentId : null;
}

/** @param share of the weight of all who could be chosen, 0 to 1. */
export function candidateWords(step: PoolStep, candidate: Candidate, share: number): string {
  const { agentId, credit, open, daily, scores } = candidate;
  const books = `${open} open, ${daily} today`;
  const ledger = `share ${percent(share)}, ${credit >= 0 ? 'owed' : 'ahead by'} ${Math.abs(credit).toFixed(2)} leads`;
  const standing = scores.length === 0 ? ledger : `${scoreWords(scores)}; ${ledger}`;
  switch (candidate.verdict) {
    case 'CHOSEN':
      return `${agentId}: chosen (${standing}; ${books}).`;
    case 'ASKED':
      return `${agentId}: asked (${standing}; ${books}).`;
    case 'NOT_IN_TURN':
      return `${agentId}: ${turnWords(lotWinnerOf(step, candidate))} (${standing}; ${books}).`;
    case 'OUTRANKED':
      return `${agentId}: the strategy puts another first (${scoreWords(scores)}; ${books}).`;
    case 'NOT_SUITED':
      return `${agentId}: ${candidate.whyNotSuited ?? 'not suited'}.`;
    case 'INACTIVE':
      return `${agentId}: not active.`;
    case 'POOL_CLOSED':
      return `${agentId}: the pool is closed.`;
    case 'OUT_OF_HOURS':
      return `${agentId}: out of hours.`;
    case 'ON_LEAVE':
      return candidate.coveredBy === null ? `${agentId}: on leave.` : `${agentId}: on leave, ${candidate.coveredBy} stands in.`;
    case 'AWAY':
      return `${agentId}: away (by its own or somebody's word).`;
    case 'OPEN_CAP':
      return `${agentId}: at the cap of open leads (${books}).`;
    case 'DAILY_CAP':
      return `${agentId}: at the cap of the day (${books}).`;
    case 'HOURLY_CAP':
      return `${agentId}: at the cap of the hour (${books}).`;
    case 'POOL_CAP':
      return `${agentId}: the pool is at its cap.`;
    case 'DESTINATION_CAP':
      return `${agentId}: the destination is at its cap.`;
    case 'FORMER_OWNER':
      return `${agentId}: had it before.`;
    case 'LEFT_THE_POOL':
      return `${agentId}: no longer in the pool (${books}).`;
  }
}

function turnWords(lotWinner: string | null): string {
  return lotWinner === null ? 'not in turn' : `equally in turn, and the lot went to ${lotWinner}`;
}

/** Of a load the leads themselves, of all else the score. */
export function scoreWords(scores: readonly { readonly by: string; readonly score: number }[]): string {
  return scores
    .map(({ by, score }) => {
      if (by === 'in-order') return `place ${1 - score}`;
      return by === 'least-loaded' ? `load ${round(-score)}` : `${by} ${round(score)}`;
    })
    .join(', ');
}

/** To two places, without a minus before nothing. */
function round(value: number): string {
  return (Math.round(value * 100) / 100 + 0).toString();
}

function placeWords(lead: LeadRecord): string {
  if (lead.stage === 'LINKED') return `to lead ${lead.linkedTo ?? '?'}, with ${lead.agentId ?? 'nobody yet'}`;
  const pool = `pool ${lead.poolId ?? '?'}`;
  if (lead.offer !== undefined) return `to ${lead.offer.offeredTo.join(', ')} in ${pool}, round ${lead.offer.round}`;
  return lead.agentId === null ? `in ${pool}` : `with ${lead.agentId} in ${pool}`;
}

function acceptWords(acceptBy: number | null): string {
  return acceptBy === null ? '' : `, to be accepted by ${instant(acceptBy)}`;
}

function reasonWords(reason: string | null): string {
  return reason === null ? '' : `: ${reason}`;
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
