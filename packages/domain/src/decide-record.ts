/** Writes a choice down: the lead's next revision, its clock, its place in the queue, the person's entry, and the decision. */
import { accountEntry, accountEntryOf } from './account-owner.ts';
import { isOnLeave } from './availability.ts';
import type { Choice, Offered, Placed } from './decide-place.ts';
import { isAway, putWaiter } from './decide-pool.ts';
import { formerOwnerOf } from './decide-rules.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { Facts } from './facts.ts';
import { moveTrial } from './margin/trial.ts';
import type { DecisionCause, LeadRecord } from './routing-model.ts';
import { ACCEPT_CLOCKS, dueAtOf, offerClock, ownerClocks, setClocks, waitClocks } from './timers.ts';

export interface RecordRequest {
  /** The lead before; revision 0 for a new one. */
  readonly lead: LeadRecord;
  readonly choice: Choice;
  readonly cause: DecisionCause;
  readonly facts: Facts | null;
  readonly turn: Turn;
}

/** Returns the lead as it is after the decision. */
export function recordChoice(state: BatchState, request: RecordRequest): LeadRecord {
  const { choice, cause, turn } = request;
  const decided = decidedLead(state, request);
  const trial = choice.kind === 'QUEUED' ? undefined : choice.trial;
  const lead = moveTrial(state.conversions, { lead: decided, cause, trial });
  const ownerId = choice.kind === 'PLACED' ? choice.ownerId : null;
  noteOwner(state, lead, ownerId);
  if (ownerId !== null) noteAccountOwner(state, { lead, facts: request.facts, ownerId });
  const kind = lead.stage === 'EXCEPTION' ? 'EXCEPTION' : choice.kind === 'PLACED' ? 'ASSIGNED' : choice.kind;
  const acceptBy = lead.offer?.expiresAt ?? dueAtOf(lead, 'ACCEPT');
  state.decide(turn, { kind, cause, lead, previousAgentId: request.lead.agentId, acceptBy });
  return lead;
}

/** The offer has ended, however. */
export function withoutOffer(lead: LeadRecord): LeadRecord {
  if (lead.offer === undefined) return lead;
  const { offer: _ended, ...rest } = lead;
  return rest;
}

/** The owner loses the lead: never given back. */
export function withFormerOwner(lead: LeadRecord): LeadRecord {
  return { ...lead, formerAgents: [...lead.formerAgents.filter((agent) => agent !== formerOwnerOf(lead)), formerOwnerOf(lead)] };
}

/** The person's entries no longer name an open lead, where this is the one they name. */
export function noteClosed(state: BatchState, lead: LeadRecord): void {
  for (const identity of lead.identities) {
    const record = state.identity(identity);
    if (record?.leadId === lead.leadId) state.putIdentity({ ...record, isOpen: false });
  }
}

/** Puts a lead into a queue's books, at the place that its grade and its age give it. */
export function joinQueue(lead: LeadRecord, choice: Extract<Choice, { readonly kind: 'QUEUED' }>): void {
  const { pool, seenGeneration } = choice;
  pool.waiting++;
  if (seenGeneration < pool.generation) pool.wakePending = true;
  pool.isChanged = true;
  putWaiter(pool, lead, seenGeneration);
}

/** Keeps the entries of the lead's person in step with it, unless another open lead of that person has taken them over. */
function noteOwner(state: BatchState, lead: LeadRecord, ownerId: string | null): void {
  const { leadId, poolId, agentId, destinationId, decidedAt } = lead;
  for (const identity of lead.identities) {
    const record = state.identity(identity);
    if (record?.isOpen && record.leadId !== leadId && lead.revision > 1) continue;
    const before = record?.lastAgentId ?? null;
    const lastAgentId = ownerId === null || isCoveredFor(state, lead, before) ? before : ownerId;
    state.putIdentity({ identity, leadId, poolId, agentId, destinationId, lastAgentId, isOpen: true, lastDecidedAt: decidedAt });
  }
}

/** Written only when somebody else has the account from now on: an account with many leads a day costs no write for each. */
function noteAccountOwner(
  state: BatchState,
  { lead, facts, ownerId }: { readonly lead: LeadRecord; readonly facts: Facts | null; readonly ownerId: string },
): void {
  const { poolId, decidedAt: at } = lead;
  const entry = accountEntryOf(state.ruleSet, facts, poolId);
  if (entry === null || poolId === null) return;
  const before = state.identity(entry)?.lastAgentId ?? null;
  if (before === ownerId || isCoveredFor(state, lead, before)) return;
  state.putIdentity(accountEntry(entry, { poolId, agentId: ownerId, at }));
}

/**
 * On leave or away, and nothing else keeps this agent from having the lead: who has it now covers, and the next lead of the person or
 * account is for this agent again, if it is back by then.
 */
function isCoveredFor(state: BatchState, lead: LeadRecord, agentId: string | null): boolean {
  if (agentId === null || lead.poolId === null || lead.formerAgents.includes(agentId)) return false;
  const { pool, members } = state.pool(lead.poolId);
  const member = members.find((one) => one.agentId === agentId);
  if (pool === null || pool.owner === 'NONE' || member === undefined || member.agent?.active !== true) return false;
  return isAway(member, state.now) || isOnLeave(member.agent, pool, state.now);
}

function decidedLead(state: BatchState, request: RecordRequest): LeadRecord {
  const { choice } = request;
  switch (choice.kind) {
    case 'PLACED':
      return placedLead(state, request, choice);
    case 'OFFERED':
      return offeredLead(state, request, choice);
    case 'QUEUED':
      return queuedLead(state, request, choice);
  }
}

function placedLead(state: BatchState, request: RecordRequest, choice: Placed): LeadRecord {
  const { pool, member, kept } = choice;
  const agentId = member?.agentId ?? null;
  // Where not even the last resort has somebody active, there is nobody to run a clock for.
  const hasOwner = member !== null || pool.pool?.agents.length === 0;
  const { formerAgents } = request.lead;
  const clocks = hasOwner ? ownerClocks(pool.pool, state.now) : [];
  const acceptedAt = kept?.acceptedAt ?? null;
  return {
    ...revised(state, request),
    stage: pool.poolId === state.ruleSet.lastResortPool ? 'EXCEPTION' : 'ASSIGNED',
    poolId: pool.poolId,
    agentId,
    // Where its place was kept; other rules may have the pool deliver elsewhere by now.
    destinationId: kept === undefined ? (pool.pool?.destinationId ?? null) : request.lead.destinationId,
    ruleId: choice.ruleId,
    formerAgents: agentId !== null && formerAgents.includes(agentId) ? formerAgents.filter((agent) => agent !== agentId) : formerAgents,
    waitingSince: null,
    acceptedAt,
    ...setClocks(request.lead, acceptedAt === null ? clocks : clocks.filter(({ kind }) => !ACCEPT_CLOCKS.includes(kind))),
  };
}

function offeredLead(state: BatchState, request: RecordRequest, { pool, offer, ruleId }: Offered): LeadRecord {
  const { lead } = request;
  const clock = pool.pool?.offer === undefined ? null : offerClock(pool.pool, pool.pool.offer, state.now);
  return {
    ...revised(state, request),
    stage: 'OFFERED',
    poolId: pool.poolId,
    agentId: null,
    destinationId: offer.round === 1 ? (pool.pool?.destinationId ?? null) : lead.destinationId,
    ruleId,
    offer: { ...offer, expiresAt: clock?.dueAt ?? state.now },
    ...setClocks(lead, clock === null ? [] : [clock]),
  };
}

function queuedLead(state: BatchState, request: RecordRequest, choice: Extract<Choice, { readonly kind: 'QUEUED' }>): LeadRecord {
  const { pool } = choice;
  const waitingSince = request.lead.waitingSince ?? state.now;
  const lead: LeadRecord = {
    ...revised(state, request),
    stage: 'WAITING',
    poolId: pool.poolId,
    agentId: null,
    destinationId: pool.pool?.destinationId ?? null,
    ruleId: choice.ruleId,
    waitingSince,
    ...setClocks(request.lead, waitClocks(pool.pool, waitingSince)),
  };
  joinQueue(lead, choice);
  return lead;
}

/** What every new revision has in common: numbers, time, rule set, what the facts say; nobody has accepted it yet. */
function revised(state: BatchState, { lead, facts }: RecordRequest): LeadRecord {
  return {
    ...withoutOffer(lead),
    version: lead.version + 1,
    revision: lead.revision + 1,
    ruleSetVersion: state.ruleSetVersion,
    grade: facts?.grade ?? lead.grade,
    score: facts?.score ?? lead.score,
    linkedTo: null,
    decidedAt: state.now,
    acceptedAt: null,
  };
}
