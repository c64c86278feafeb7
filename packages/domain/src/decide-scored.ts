/** A lead that is seen for the first time: linked to the open lead of the same person, or placed by the rules. */
import { chooseByRules } from './decide-choice.ts';
import { recordChoice } from './decide-record.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { IdentityRecord, LeadRecord, RouterInput } from './routing-model.ts';

type ScoredInput = Extract<RouterInput, { readonly kind: 'SCORED' }>;

export function decideScored(state: BatchState, input: ScoredInput, turn: Turn): void {
  if (state.lead(input.leadId) !== undefined) {
    state.ignore(turn, 'LEAD_ALREADY_SUBMITTED');
    return;
  }
  const owner = openLeadOf(state, input.identities);
  const lead = newLead(state, input);
  if (owner !== null) {
    link(state, { lead, owner, turn });
    return;
  }
  const choice = chooseByRules(state, { lead, facts: input.facts, turn, calledFrom: null });
  recordChoice(state, { lead, choice, cause: 'SUBMITTED', facts: input.facts, turn });
}

/** Of the open leads of this person decided within the window the latest; the least lead id among equals. */
function openLeadOf(state: BatchState, identities: readonly string[]): IdentityRecord | null {
  const since = state.now - state.ruleSet.linkWindowMs;
  let owner: IdentityRecord | null = null;
  for (const identity of identities) {
    const record = state.identity(identity);
    if (record === undefined || !record.isOpen || record.leadId === null || (record.lastDecidedAt ?? 0) < since) continue;
    if (owner === null || isLater(record, owner)) owner = record;
  }
  return owner;
}

function isLater(record: IdentityRecord, other: IdentityRecord): boolean {
  const difference = (record.lastDecidedAt ?? 0) - (other.lastDecidedAt ?? 0);
  return difference > 0 || (difference === 0 && (record.leadId ?? '') < (other.leadId ?? ''));
}

/** Told to the owner of the other lead, not worked twice: it takes no place, has no clock and leaves the person's entry alone. */
function link(state: BatchState, options: { readonly lead: LeadRecord; readonly owner: IdentityRecord; readonly turn: Turn }): void {
  const { owner, turn } = options;
  state.trace?.push({ kind: 'LINKED', identity: owner.identity, to: owner.leadId ?? options.lead.leadId });
  const { poolId, agentId, destinationId, leadId: linkedTo } = owner;
  const lead: LeadRecord = { ...options.lead, version: 1, revision: 1, stage: 'LINKED', poolId, agentId, destinationId, linkedTo };
  state.decide(turn, { kind: 'LINKED', cause: 'SUBMITTED', lead, previousAgentId: null, acceptBy: null });
}

function newLead(state: BatchState, input: ScoredInput): LeadRecord {
  return {
    leadId: input.leadId,
    version: 0,
    revision: 0,
    stage: 'WAITING',
    vendor: input.vendor,
    grade: input.facts.grade,
    score: input.facts.score,
    poolId: null,
    agentId: null,
    destinationId: null,
    ruleId: null,
    ruleSetVersion: state.ruleSetVersion,
    linkedTo: null,
    identities: input.identities,
    formerAgents: [],
    isQualified: input.facts.isQualified,
    submittedAt: input.submittedAt,
    decidedAt: state.now,
    acceptedAt: null,
    respondedAt: null,
    waitingSince: null,
    timerGeneration: 0,
    timer: null,
    laterTimers: [],
    breaches: [],
    outcome: null,
  };
}
