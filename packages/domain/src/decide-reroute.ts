/**
 * More is known of a lead than when it was given to somebody: a person has qualified it, it has answered, it has engaged. The rules
 * are asked again. A lead whose pool they still allow stays with its owner (a change of state, no decision); else it is handed on,
 * and the owner, who has lost nothing, may have it again some day.
 */
import { chooseByRules } from './decide-choice.ts';
import { putWaiter } from './decide-pool.ts';
import { recordChoice } from './decide-record.ts';
import { type Report, withResponse } from './decide-report.ts';
import { factsOf, isAllowed, isPromotion, targetOf } from './decide-rules.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { Facts } from './facts.ts';
import { settleQualified } from './margin/trial.ts';
import type { DecisionCause, LeadRecord } from './routing-model.ts';
import type { Destination } from './rule-set.ts';

interface Reroute extends Report {
  /** With what is known now; not yet numbered. */
  readonly after: LeadRecord;
  readonly facts: Facts | null;
  readonly cause: Extract<DecisionCause, 'QUALIFIED' | 'ANSWERED' | 'ENGAGED'>;
}

/** Where no person works the leads, engagement may take one away although it was accepted. */
const AUTOMATED: readonly Destination['kind'][] = ['NURTURE', 'WEB'];

/** Whoever has qualified a lead has talked to the person, unless it says otherwise. */
export function qualify(state: BatchState, report: Report): void {
  const { lead, input } = report;
  const facts = factsOf({ isQualified: true }, input.facts);
  const settled = settleQualified(state.conversions, lead, state.ruleSet);
  const talked = input.isHumanResponse && lead.stage !== 'LINKED' ? withResponse(settled, input.occurredAt) : settled;
  reroute(state, { ...report, after: { ...graded(talked, facts), isQualified: true }, facts, cause: 'QUALIFIED' });
}

/** Answers to what was missing. Who brings them as the owner has talked to the person; a form that the person filled in is no such talk. */
export function answer(state: BatchState, report: Report): void {
  const { lead, input } = report;
  const facts = factsOf(lead, input.facts);
  const isOwners = input.agentId !== null && input.agentId === lead.agentId && lead.stage !== 'LINKED';
  const talked = isOwners && input.isHumanResponse ? withResponse(lead, input.occurredAt) : lead;
  reroute(state, { ...report, after: graded(talked, facts), facts, cause: 'ANSWERED' });
}

/** Opens and clicks promote a lead, and never take it from a person who has accepted it. One that waits is nobody's yet: the rules have it. */
export function engage(state: BatchState, report: Report): void {
  const { lead, input, turn } = report;
  const facts = factsOf(lead, input.facts);
  const destination = lead.destinationId === null ? undefined : state.ruleSet.destinations.get(lead.destinationId);
  const isWorked = lead.acceptedAt !== null && destination !== undefined && !AUTOMATED.includes(destination.kind);
  if (lead.stage !== 'WAITING' && !isPromotion(lead, facts)) {
    state.change(turn, { ...lead, version: lead.version + 1 });
    return;
  }
  const after = graded(lead, facts);
  if (isWorked) state.change(turn, { ...after, version: lead.version + 1 });
  else reroute(state, { ...report, after, facts, cause: 'ENGAGED' });
}

function reroute(state: BatchState, { lead, after, facts, cause, turn }: Reroute): void {
  const target = targetOf(state.ruleSet, facts);
  const { poolId } = lead;
  const stays =
    lead.stage === 'LINKED' || facts === null || (poolId !== null && isAllowed(state.ruleSet, state.topology, { facts, poolId }));
  if (lead.stage === 'WAITING') {
    // A queue is the rules' pool itself: from one further along its chain the lead would not come back.
    if (facts === null || target === lead.poolId) {
      keepWaiting(state, { ...after, version: lead.version + 1 }, turn);
      return;
    }
    state.leaveQueue(lead);
  } else if (stays) {
    state.change(turn, { ...after, version: lead.version + 1 });
    return;
  }
  state.freePlace(lead);
  const choice = chooseByRules(state, { lead: after, facts, turn, calledFrom: null });
  recordChoice(state, { lead: after, choice, cause, facts, turn });
}

/** The same queue, perhaps another place in it: called up again, so that a better rank is worth something at once. */
function keepWaiting(state: BatchState, lead: LeadRecord, turn: Turn): void {
  state.change(turn, lead);
  if (lead.poolId === null) return;
  const pool = state.pool(lead.poolId);
  if (!pool.waiters.has(lead.leadId)) pool.unlisted = Math.max(0, pool.unlisted - 1);
  putWaiter(pool, lead, -1);
  pool.wakePending = true;
  pool.isChanged = true;
}

function graded(lead: LeadRecord, facts: Facts | null): LeadRecord {
  return facts === null ? lead : { ...lead, grade: facts.grade, score: facts.score };
}
