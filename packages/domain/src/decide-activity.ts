/**
 * What happened to a lead out there. Repeats and late arrivals are harmless: whatever is not news is passed over with its reason,
 * and of two reports of the same thing the earlier counts, in whichever order they come.
 *
 * Only the owner, or a system on nobody's behalf, moves a lead by a word. What becomes known of the lead (answers, notes, engagement)
 * counts whoever says it, and the rules decide again. An acceptance or first response that happened before a deadline but arrives
 * after the lead was taken away retracts the breach; the lead stays with its new owner, who has been told of it.
 *
 * One that comes before its lead is kept by the caller, who gives it as an input again behind the lead's submission.
 */
import { chooseByRules } from './decide-choice.ts';
import { hearOffered, isLateClaim } from './decide-offer.ts';
import { noteClosed, recordChoice, withFormerOwner, withoutOffer } from './decide-record.ts';
import { type ActivityInput, earlier, type Report, withResponse } from './decide-report.ts';
import { answer, engage, qualify } from './decide-reroute.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { IgnoredReason } from './ignored-reason.ts';
import { settleOutcome } from './margin/trial.ts';
import type { Breach, LeadOutcome, LeadRecord } from './routing-model.ts';
import { ACCEPT_CLOCKS, setClocks, stopClocks } from './timers.ts';

export function decideActivity(state: BatchState, input: ActivityInput, turn: Turn): void {
  const lead = state.lead(input.leadId);
  if (lead === undefined) {
    state.ignore(turn, 'LEAD_NOT_YET_KNOWN');
    return;
  }
  const report = { lead, input, turn };
  if (retractsBreach(state, report)) return;
  switch (input.activity) {
    case 'NOTED':
      keep(state, report);
      return;
    case 'ANSWERED':
    case 'ENGAGED':
      if (lead.stage === 'CLOSED') keep(state, report);
      else if (input.activity === 'ANSWERED') answer(state, report);
      else engage(state, report);
      return;
    default: {
      if (lead.stage === 'OFFERED') {
        hearWhileOffered(state, report);
        return;
      }
      const reason = whyNotHeard(state, report);
      if (reason === null) hear(state, report);
      else passOver(state, report, reason);
    }
  }
}

/** Nobody's yet: who was asked may take it, or work it, which is the same. */
function hearWhileOffered(state: BatchState, report: Report): void {
  const heard = hearOffered(state, report);
  if (heard.kind === 'GOES_ON') hear(state, { ...report, lead: heard.lead });
  else if (heard.kind === 'IGNORED') passOver(state, report, heard.reason);
}

/** The owner's word, or a system's. */
function hear(state: BatchState, report: Report): void {
  const { activity } = report.input;
  switch (activity) {
    case 'ACCEPTED':
      accept(state, report);
      return;
    case 'CONTACTED':
      contact(state, report);
      return;
    case 'DECLINED':
    case 'RETURNED':
    case 'UNDELIVERABLE':
      giveUp(state, report, activity);
      return;
    case 'QUALIFIED':
      if (report.lead.isQualified) passOver(state, report, 'NO_CHANGE');
      else qualify(state, report);
      return;
    case 'DISQUALIFIED':
    case 'WON':
    case 'LOST':
      close(state, { ...report, lead: settleOutcome(state.conversions, report.lead, activity) }, activity);
      return;
  }
}

function whyNotHeard(state: BatchState, { lead, input }: Report): IgnoredReason | null {
  if (lead.stage === 'CLOSED') return 'ALREADY_CLOSED';
  if (input.agentId !== null && input.agentId !== lead.agentId)
    return isLateClaim(state.ruleSet, lead, input) ? 'OFFER_TAKEN' : 'NOT_THE_OWNER';
  return input.revision !== null && input.revision !== lead.revision ? 'REVISION_SUPERSEDED' : null;
}

/** Moves nothing. What it brings is kept all the same: a fact stays one, whoever reports it. */
function passOver(state: BatchState, report: Report, reason: IgnoredReason): void {
  if (report.input.bringsData) keep(state, report);
  else state.ignore(report.turn, reason);
}

/** For the lead's history; its context has it already. */
function keep(state: BatchState, { lead, turn }: Report): void {
  state.change(turn, { ...lead, version: lead.version + 1 });
}

function retractsBreach(state: BatchState, { lead, input, turn }: Report): boolean {
  const isResponse = input.activity === 'CONTACTED' && input.isHumanResponse;
  if (!isResponse && input.activity !== 'ACCEPTED') return false;
  if (input.agentId === null || input.agentId === lead.agentId) return false;
  const isKept = ({ clock, agentId, dueAt }: Breach): boolean =>
    agentId === input.agentId && input.occurredAt < dueAt && (isResponse || clock === 'ACCEPT');
  const breach = lead.breaches.find(isKept);
  if (breach === undefined) return false;
  const respondedAt = isResponse ? earlier(lead.respondedAt, input.occurredAt) : lead.respondedAt;
  const after = { ...lead, version: lead.version + 1, respondedAt, breaches: lead.breaches.filter((one) => one !== breach) };
  state.report(turn, { kind: 'BREACH_RETRACTED', lead: after, agentId: breach.agentId, dueAt: breach.dueAt, revision: breach.revision });
  state.change(turn, after);
  return true;
}

function accept(state: BatchState, report: Report): void {
  const { lead, input, turn } = report;
  if (lead.stage === 'WAITING') {
    passOver(state, report, 'NO_CHANGE');
    return;
  }
  const acceptedAt = earlier(lead.acceptedAt, input.occurredAt);
  if (acceptedAt === lead.acceptedAt) {
    passOver(state, report, 'ALREADY_ACCEPTED');
    return;
  }
  state.change(turn, { ...lead, version: lead.version + 1, acceptedAt, ...stopClocks(lead, ACCEPT_CLOCKS) });
}

/** Who has talked to the person has accepted the lead, said or not. An attempt that reached no person is kept, and stops no clock. */
function contact(state: BatchState, report: Report): void {
  const { lead, input, turn } = report;
  if (!input.isHumanResponse) {
    keep(state, report);
    return;
  }
  const after = withResponse(lead, input.occurredAt);
  const isNews =
    after.respondedAt !== lead.respondedAt || after.acceptedAt !== lead.acceptedAt || after.timerGeneration !== lead.timerGeneration;
  if (isNews || after.laterTimers !== lead.laterTimers) state.change(turn, { ...after, version: lead.version + 1 });
  else passOver(state, report, 'NO_CHANGE');
}

/** The owner will not have it, or cannot be told: through all the rules again, without that owner. */
function giveUp(state: BatchState, report: Report, cause: 'DECLINED' | 'RETURNED' | 'UNDELIVERABLE'): void {
  const { lead, input, turn } = report;
  if (lead.stage === 'WAITING' || (cause === 'UNDELIVERABLE' && (isNobodys(state, lead) || !hasOtherDecider(state, lead)))) {
    passOver(state, report, 'NO_CHANGE');
    return;
  }
  state.freePlace(lead);
  const free = withFormerOwner(lead);
  const choice = chooseByRules(state, { lead: free, facts: input.facts, turn, calledFrom: null });
  recordChoice(state, { lead: free, choice, cause, facts: input.facts, turn });
}

/** Linked to a lead that waits or is offered: there was nobody to be told. */
function isNobodys(state: BatchState, { stage, agentId, poolId }: LeadRecord): boolean {
  const agents = state.ruleSet.pools.get(poolId ?? '')?.agents ?? [];
  return stage === 'LINKED' && agentId === null && agents.length > 0;
}

/** Final decision makers who cannot be told keep the lead in sight, with its clock: passed round among them, it would go for ever. */
function hasOtherDecider(state: BatchState, lead: LeadRecord): boolean {
  if (lead.stage !== 'EXCEPTION') return true;
  const deciders = state.ruleSet.pools.get(state.ruleSet.lastResortPool)?.agents ?? [];
  return deciders.some(({ active, agentId }) => active && agentId !== lead.agentId && !lead.formerAgents.includes(agentId));
}

function close(state: BatchState, { lead, turn }: Report, outcome: LeadOutcome): void {
  if (lead.stage === 'WAITING') state.leaveQueue(lead);
  else state.freePlace(lead);
  const ended = { stage: 'CLOSED', outcome, waitingSince: null, ...setClocks(lead, []) } as const;
  const after: LeadRecord = { ...withoutOffer(lead), version: lead.version + 1, ...ended };
  noteClosed(state, after);
  state.change(turn, after);
}
