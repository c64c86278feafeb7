/** A clock that ran out: the accept clock takes the lead on to somebody else, the wait limit to the final decision makers. */
import { chooseByRules, placeAtLastResort } from './decide-choice.ts';
import { wakeByTime } from './decide-pool.ts';
import { recordChoice, withFormerOwner } from './decide-record.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { LeadRecord, RouterInput } from './routing-model.ts';
import { isCurrentTimer } from './timers.ts';

type TimerInput = Extract<RouterInput, { readonly kind: 'TIMER' }>;

export function decideTimer(state: BatchState, input: TimerInput, turn: Turn): void {
  if (input.timer === 'POOL_WAKE') {
    wakePool(state, input, turn);
    return;
  }
  const lead = state.lead(input.leadId);
  if (lead === undefined) {
    state.ignore(turn, 'LEAD_UNKNOWN');
    return;
  }
  if (!isCurrentTimer(lead, { kind: input.timer, generation: input.generation })) {
    state.ignore(turn, 'TIMER_SUPERSEDED');
    return;
  }
  if (input.timer === 'ACCEPT') breachAccept(state, { lead, input, turn });
  else endWait(state, { lead, input, turn });
}

interface Fired {
  readonly lead: LeadRecord;
  readonly input: TimerInput;
  readonly turn: Turn;
}

/** The breach is told, then the lead goes through all the rules again, never back to somebody who had it. */
function breachAccept(state: BatchState, { lead, input, turn }: Fired): void {
  const { agentId, revision } = lead;
  const dueAt = lead.timer?.dueAt ?? state.now;
  state.report(turn, { kind: 'ACCEPT_BREACHED', lead, agentId, dueAt, revision });
  state.freePlace(lead);
  const free = { ...withFormerOwner(lead), breaches: [...lead.breaches, { revision, agentId, dueAt }] };
  const choice = chooseByRules(state, { lead: free, facts: input.facts, turn, calledFrom: null });
  recordChoice(state, { lead: free, choice, cause: 'ACCEPT_OVERDUE', facts: input.facts, turn });
}

function endWait(state: BatchState, { lead, input, turn }: Fired): void {
  state.leaveQueue(lead);
  const choice = placeAtLastResort(state, { lead, facts: input.facts, turn, calledFrom: null }, lead.ruleId);
  recordChoice(state, { lead, choice, cause: 'WAITED_TOO_LONG', facts: input.facts, turn });
}

/** An opening, a cap's new day, a leave's end. One that this clock thinks early is acted on, and set again if nobody is there yet. */
function wakePool(state: BatchState, { poolId, generation }: TimerInput, turn: Turn): void {
  if (poolId === null) {
    state.ignore(turn, 'TIMER_SUPERSEDED');
    return;
  }
  const pool = state.pool(poolId);
  if (pool.wokenGeneration === generation) return;
  if (pool.wakeAt === null || pool.wakeGeneration !== generation) {
    state.ignore(turn, 'TIMER_SUPERSEDED');
    return;
  }
  wakeByTime(pool);
}
