/**
 * What happened to a lead out there. Repeats and late arrivals are harmless: whatever is not news is ignored with its reason.
 *
 * Only the owner, or a system on nobody's behalf, moves a lead. An acceptance or first contact that happened before a deadline
 * but arrives after the lead was taken away retracts the breach; the lead stays with its new owner, who has been told of it.
 */
import { chooseByRules } from './decide-choice.ts';
import { putWaiter } from './decide-pool.ts';
import { noteClosed, recordChoice, withFormerOwner } from './decide-record.ts';
import { factsOf, targetOf } from './decide-rules.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { LeadRecord, RouterInput } from './routing-model.ts';
import { GRADE_RANK } from './rule-set.ts';
import { setTimer } from './timers.ts';

type ActivityInput = Extract<RouterInput, { readonly kind: 'ACTIVITY' }>;

interface Report {
  readonly lead: LeadRecord;
  readonly input: ActivityInput;
  readonly turn: Turn;
}

export function decideActivity(state: BatchState, input: ActivityInput, turn: Turn): void {
  const lead = state.lead(input.leadId);
  if (lead === undefined) {
    state.ignore(turn, 'LEAD_UNKNOWN');
    return;
  }
  const report = { lead, input, turn };
  if (retractsBreach(state, report)) return;
  if (lead.stage === 'CLOSED') {
    state.ignore(turn, 'ALREADY_CLOSED');
    return;
  }
  if (input.agentId !== null && input.agentId !== lead.agentId) {
    state.ignore(turn, 'NOT_THE_OWNER');
    return;
  }
  switch (input.activity) {
    case 'ACCEPTED':
      accept(state, report);
      return;
    case 'CONTACTED':
      contact(state, report);
      return;
    case 'DECLINED':
    case 'RETURNED':
      giveUp(state, report, input.activity);
      return;
    case 'QUALIFIED':
      qualify(state, report);
      return;
    case 'DISQUALIFIED':
    case 'WON':
    case 'LOST':
      close(state, report);
      return;
  }
}

function retractsBreach(state: BatchState, { lead, input, turn }: Report): boolean {
  if (input.activity !== 'ACCEPTED' && input.activity !== 'CONTACTED') return false;
  if (input.agentId === null || input.agentId === lead.agentId) return false;
  const breach = lead.breaches.find(({ agentId, dueAt }) => agentId === input.agentId && input.occurredAt < dueAt);
  if (breach === undefined) return false;
  const respondedAt = input.activity === 'CONTACTED' ? earlier(lead.respondedAt, input.occurredAt) : lead.respondedAt;
  const after = { ...lead, version: lead.version + 1, respondedAt, breaches: lead.breaches.filter((one) => one !== breach) };
  state.report(turn, { kind: 'BREACH_RETRACTED', lead: after, agentId: breach.agentId, dueAt: breach.dueAt, revision: breach.revision });
  state.change(turn, after);
  return true;
}

function accept(state: BatchState, { lead, input, turn }: Report): void {
  if (lead.stage === 'WAITING') {
    state.ignore(turn, 'NO_CHANGE');
    return;
  }
  if (lead.acceptedAt !== null) {
    state.ignore(turn, 'ALREADY_ACCEPTED');
    return;
  }
  state.change(turn, accepted(lead, input.occurredAt));
}

/** Who has talked to the person has accepted the lead, said or not. Of several contacts the earliest is the response. */
function contact(state: BatchState, { lead, input, turn }: Report): void {
  const respondedAt = earlier(lead.respondedAt, input.occurredAt);
  if (respondedAt === lead.respondedAt) {
    state.ignore(turn, 'NO_CHANGE');
    return;
  }
  const owned =
    lead.stage === 'WAITING' || lead.acceptedAt !== null ? { ...lead, version: lead.version + 1 } : accepted(lead, input.occurredAt);
  state.change(turn, { ...owned, respondedAt });
}

/** The owner will not have it: through all the rules again, without that owner. */
function giveUp(state: BatchState, { lead, input, turn }: Report, cause: 'DECLINED' | 'RETURNED'): void {
  if (lead.stage === 'WAITING') {
    state.ignore(turn, 'NO_CHANGE');
    return;
  }
  state.freePlace(lead);
  const free = withFormerOwner(lead);
  const choice = chooseByRules(state, { lead: free, facts: input.facts, turn, calledFrom: null });
  recordChoice(state, { lead: free, choice, cause, facts: input.facts, turn });
}

/**
 * Qualification may open other rules. A lead whose pool the rules still allow stays with its owner (a change of state, no
 * decision); else it is handed on, and the owner who qualified it may have it again some day.
 */
function qualify(state: BatchState, { lead, input, turn }: Report): void {
  if (lead.isQualified) {
    state.ignore(turn, 'NO_CHANGE');
    return;
  }
  const facts = factsOf({ isQualified: true }, input.facts);
  const after: LeadRecord = { ...lead, isQualified: true, grade: facts?.grade ?? lead.grade, score: facts?.score ?? lead.score };
  const target = targetOf(state.ruleSet, facts);
  const stays = lead.stage === 'LINKED' || facts === null || (lead.poolId !== null && state.topology.chainOf(target).includes(lead.poolId));
  if (lead.stage === 'WAITING') {
    // A queue is the rules' pool itself: from one further along its chain the lead would not come back.
    if (facts === null || target === lead.poolId) {
      keepWaiting(state, { ...after, version: lead.version + 1 }, turn);
      return;
    }
    state.leaveQueue(lead);
  } else if (stays) {
    const isNews = lead.stage !== 'LINKED' && lead.acceptedAt === null;
    state.change(turn, isNews ? accepted(after, input.occurredAt) : { ...after, version: lead.version + 1 });
    return;
  }
  state.freePlace(lead);
  const choice = chooseByRules(state, { lead: after, facts, turn, calledFrom: null });
  recordChoice(state, { lead: after, choice, cause: 'QUALIFIED', facts, turn });
}

/** The same queue, perhaps another place in it: called up again, so that a better rank is worth something at once. */
function keepWaiting(state: BatchState, lead: LeadRecord, turn: Turn): void {
  state.change(turn, lead);
  if (lead.poolId === null) return;
  const pool = state.pool(lead.poolId);
  const waitingSince = lead.waitingSince ?? lead.decidedAt;
  if (!pool.waiters.has(lead.leadId)) pool.unlisted = Math.max(0, pool.unlisted - 1);
  putWaiter(pool, { poolId: pool.poolId, leadId: lead.leadId, rank: GRADE_RANK[lead.grade], waitingSince, seenGeneration: -1 });
  pool.wakePending = true;
  pool.isChanged = true;
}

function close(state: BatchState, { lead, turn }: Report): void {
  if (lead.stage === 'WAITING') state.leaveQueue(lead);
  else state.freePlace(lead);
  const after: LeadRecord = { ...lead, version: lead.version + 1, stage: 'CLOSED', waitingSince: null, ...setTimer(lead, null) };
  noteClosed(state, after);
  state.change(turn, after);
}

/** An accepted lead has no clock running. */
function accepted(lead: LeadRecord, acceptedAt: number): LeadRecord {
  return { ...lead, version: lead.version + 1, acceptedAt, ...setTimer(lead, null) };
}

function earlier(known: number | null, occurredAt: number): number {
  return known === null ? occurredAt : Math.min(known, occurredAt);
}
