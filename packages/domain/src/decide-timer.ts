/**
 * A clock that ran out. A warning is told and changes nothing else; a broken promise (accept, first response) is told and takes the
 * lead on to somebody else, after enough of them to the final decision makers; the wait limit takes it there at once.
 */
import { chooseByRules, placeAtLastResort } from './decide-choice.ts';
import { endRound } from './decide-offer.ts';
import { wakeByTime } from './decide-pool.ts';
import { recordChoice, withFormerOwner } from './decide-record.ts';
import { isExhausted, matchOf } from './decide-rules.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { LeadRecord, RouterInput } from './routing-model.ts';
import { dueAtOf, isCurrentTimer, stopClocks } from './timers.ts';

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
  const fired = { lead, input, turn };
  switch (input.timer) {
    case 'ACCEPT_WARNING':
      warn(state, fired, 'ACCEPT');
      return;
    case 'RESPONSE_WARNING':
      warn(state, fired, 'RESPONSE');
      return;
    case 'ACCEPT':
    case 'RESPONSE':
      breach(state, fired, input.timer);
      return;
    case 'OFFER':
      endRound(state, { lead, facts: input.facts, turn });
      return;
    case 'WAIT_LIMIT':
      endWait(state, fired);
      return;
  }
}

interface Fired {
  readonly lead: LeadRecord;
  readonly input: TimerInput;
  readonly turn: Turn;
}

type Promised = 'ACCEPT' | 'RESPONSE';

function warn(state: BatchState, { lead, turn }: Fired, clock: Promised): void {
  const { agentId, revision } = lead;
  const after: LeadRecord = { ...lead, version: lead.version + 1, ...stopClocks(lead, [`${clock}_WARNING`]) };
  state.report(turn, { kind: `${clock}_WARNED`, lead: after, agentId, dueAt: dueAtOf(lead, clock) ?? state.now, revision });
  state.change(turn, after);
}

/** The breach is told, then the lead goes through all the rules again, never back to somebody who had it. */
function breach(state: BatchState, { lead, input, turn }: Fired, clock: Promised): void {
  const { agentId, revision } = lead;
  const dueAt = lead.timer?.dueAt ?? state.now;
  state.report(turn, { kind: `${clock}_BREACHED`, lead, agentId, dueAt, revision });
  state.freePlace(lead);
  const free = { ...withFormerOwner(lead), breaches: [...lead.breaches, { clock, revision, agentId, dueAt }] };
  const { facts } = input;
  const request = { lead: free, facts, turn, calledFrom: null };
  const isLast = isExhausted(state.ruleSet, { facts, breaches: free.breaches.length });
  const ruleId = facts === null ? null : matchOf(state.ruleSet, facts).rule.ruleId;
  const choice = isLast ? placeAtLastResort(state, request, ruleId) : chooseByRules(state, request);
  const after = recordChoice(state, { lead: free, choice, cause: `${clock}_OVERDUE`, facts, turn });
  if (isLast && lead.stage !== 'EXCEPTION')
    state.report(turn, { kind: 'ESCALATED', lead: after, agentId: after.agentId, dueAt, revision: after.revision });
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
