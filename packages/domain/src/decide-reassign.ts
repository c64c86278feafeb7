/**
 * A person's wish: to a pool (`pool`) or to one agent in it (`pool/agent`). It overrides rules, caps, hours and former
 * ownership, because the person answers for it; only somebody inactive is never given a lead.
 */
import { placeByHand } from './decide-choice.ts';
import type { MemberDraft, PoolDraft } from './decide-pool.ts';
import { recordChoice, withFormerOwner } from './decide-record.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { RouterInput } from './routing-model.ts';
import type { RuleSet } from './rule-set.ts';

type ReassignInput = Extract<RouterInput, { readonly kind: 'REASSIGN' }>;

export interface ReassignTarget {
  readonly poolId: string;
  /** null: whose turn it is. */
  readonly agentId: string | null;
}

/** null: the rule set has no such pool, or the pool no such active agent. */
export function parseTarget(ruleSet: RuleSet, to: string): ReassignTarget | null {
  const slash = to.indexOf('/');
  const poolId = slash < 0 ? to : to.slice(0, slash);
  const agentId = slash < 0 ? null : to.slice(slash + 1);
  const pool = ruleSet.pools.get(poolId);
  if (pool === undefined) return null;
  const suits = (agent: { readonly agentId: string; readonly active: boolean }): boolean =>
    agent.active && (agentId === null || agent.agentId === agentId);
  const isDestination = agentId === null && pool.agents.length === 0;
  return isDestination || pool.agents.some(suits) ? { poolId, agentId } : null;
}

export function decideReassign(state: BatchState, input: ReassignInput, turn: Turn): void {
  const lead = state.lead(input.leadId);
  if (lead === undefined) {
    state.ignore(turn, 'LEAD_UNKNOWN');
    return;
  }
  if (lead.stage === 'CLOSED') {
    state.ignore(turn, 'ALREADY_CLOSED');
    return;
  }
  const target = parseTarget(state.ruleSet, input.to);
  if (target === null) {
    state.ignore(turn, 'TARGET_UNKNOWN');
    return;
  }
  const isOwned = lead.stage === 'ASSIGNED' || lead.stage === 'EXCEPTION';
  if (isOwned && lead.poolId === target.poolId && target.agentId === lead.agentId) {
    state.ignore(turn, 'NO_CHANGE');
    return;
  }
  state.leaveQueue(lead);
  state.freePlace(lead);
  const free = isOwned ? withFormerOwner(lead) : lead;
  const pool = state.pool(target.poolId);
  const request = { lead: free, facts: input.facts, turn, calledFrom: null };
  const choice = placeByHand(state, request, { pool, member: memberOf(pool, target) });
  if (choice === null) {
    state.ignore(turn, 'TARGET_UNKNOWN');
    return;
  }
  recordChoice(state, { lead: free, choice, cause: 'REASSIGNED_BY_HAND', facts: input.facts, turn });
}

function memberOf(pool: PoolDraft, { agentId }: ReassignTarget): MemberDraft | null {
  return pool.members.find((member) => member.agentId === agentId) ?? null;
}
