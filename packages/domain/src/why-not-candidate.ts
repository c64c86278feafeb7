/** Why a member of a pool was passed over, in one sentence that names what stood against it and what would have been enough. */
import { isInTurn } from './decide-candidates.ts';
import type { Candidate, TraceStep } from './decide-trace.ts';
import { lotWinnerOf, scoreWords, signed } from './explain-words.ts';

type PoolStep = Extract<TraceStep, { readonly kind: 'POOL' }>;

/** @param chosen null: the pool gave it to nobody. */
export function passedOverWords(step: PoolStep, candidate: Candidate, chosen: Candidate | null): string {
  const { agentId, open, daily } = candidate;
  switch (candidate.verdict) {
    case 'CHOSEN':
      return `${agentId} got it.`;
    case 'ASKED':
      return chosen === null
        ? 'it is offered to it: it has to accept before the others do.'
        : `it was asked, and ${chosen.agentId} was first.`;
    case 'NOT_IN_TURN':
      return freeWords(step, candidate, chosen);
    case 'OUTRANKED':
      if (step.outcome === 'OFFERED') return `by ${step.strategy} those who are asked stand before it: ${askedWords(step)}.`;
      return `by ${step.strategy} ${chosen?.agentId ?? 'another'} stands before it: ${comparedScores(candidate, chosen)}.`;
    case 'NOT_SUITED':
      return `it does not suit: ${candidate.whyNotSuited ?? 'a filter of the strategy keeps it out'}.`;
    case 'INACTIVE':
      return 'it is not active in the rule set.';
    case 'POOL_CLOSED':
      return 'the pool was closed.';
    case 'OUT_OF_HOURS':
      return 'it was out of its hours.';
    case 'ON_LEAVE':
      return `it was on leave${candidate.coveredBy === null ? '' : `, and ${candidate.coveredBy} stands in for it`}.`;
    case 'AWAY':
      return "it was away, by its own or somebody else's word.";
    case 'OPEN_CAP':
      return `its cap of open leads was reached, with ${open} open.`;
    case 'DAILY_CAP':
      return `its cap of the day was reached, with ${daily} given.`;
    case 'HOURLY_CAP':
      return 'its cap of the hour was reached.';
    case 'POOL_CAP':
      return `the cap of the pool was reached, with ${step.open} open and ${step.daily} today.`;
    case 'DESTINATION_CAP':
      return 'the cap of the destination was reached.';
    case 'FORMER_OWNER':
      return 'it had this lead before: who lost a lead does not get it back unless a person says so.';
    case 'LEFT_THE_POOL':
      return 'it is no longer a member; only its open leads are still counted there.';
  }
}

/** It could have had the lead. */
function freeWords(step: PoolStep, candidate: Candidate, chosen: Candidate | null): string {
  if (step.outcome === 'OTHERS_WAIT') return `it was free, but ${step.waiting} leads wait there that came first.`;
  if (step.outcome === 'OFFERED') return `it was free, but is not asked in this round: the strategy puts ${askedWords(step)} first.`;
  if (step.outcome === 'CLAIMED') return `it was free, but was not asked: it was offered to ${askedWords(step)}, and one of them took it.`;
  if (step.outcome === 'PASSED_BY') return 'it was free; its pool had offered the lead before, and nobody took it.';
  if (chosen === null) return 'it was free; the pool did not give this lead away.';
  if (step.outcome === 'STICKY') return `it was free, but ${chosen.agentId} had the latest lead of this person, and comes first.`;
  if (!isInTurn(step.outcome)) return `it was free; ${chosen.agentId} was chosen by hand, out of turn.`;
  return turnWords(step, candidate, chosen);
}

function askedWords({ candidates }: PoolStep): string {
  return candidates.flatMap(({ verdict, agentId }) => (verdict === 'ASKED' || verdict === 'CHOSEN' ? [agentId] : [])).join(', ');
}

function turnWords(step: PoolStep, candidate: Candidate, chosen: Candidate): string {
  const { turn, credit } = candidate;
  const standing = `it was owed ${signed(credit)} leads`;
  const other = `${chosen.agentId} ${signed(chosen.credit)}`;
  if (turn === null || chosen.turn === null) return `not in turn: ${standing}, ${other}.`;
  if (turn.deadline === null) return `not in turn: ${standing}, ${other}; with this one it would be too far ahead of its share.`;
  const deadlines = `it has to get one within ${turn.deadline} ${turn.deadline === 1 ? 'lead' : 'leads'}, ${chosen.agentId} within ${chosen.turn.deadline ?? 0}`;
  if (lotWinnerOf(step, candidate) !== null)
    return `equally in turn (${standing}, ${other}; ${deadlines}): the lot went to ${chosen.agentId}.`;
  return `not in turn: ${standing}, ${other}; ${deadlines}.`;
}

function comparedScores(candidate: Candidate, chosen: Candidate | null): string {
  const own = scoreWords(candidate.scores);
  return chosen === null ? own : `${own} against ${scoreWords(chosen.scores)}`;
}
