/** Why each member of a pool could or could not take a lead: the same checks as the choice, one reason each, for people. */
import { isOnLeave } from './availability.ts';
import { isAway, type MemberDraft, type PoolDraft, roomOf } from './decide-pool.ts';
import type { BatchState } from './decide-state.ts';
import type { Candidate, CandidateVerdict, TraceStep } from './decide-trace.ts';
import type { LeadRecord } from './routing-model.ts';

type PoolStep = Extract<TraceStep, { readonly kind: 'POOL' }>;

interface PoolStepRequest {
  readonly pool: PoolDraft;
  readonly outcome: PoolStep['outcome'];
  readonly chosen: MemberDraft | null;
  /** As the books stood before the choice. */
  readonly before: readonly Candidate[] | null;
}

/** As the books stand now: call it before they change. null, at no cost, while nobody asks. */
export function candidatesBefore(state: BatchState, pool: PoolDraft, lead: LeadRecord): readonly Candidate[] | null {
  if (state.trace === null) return null;
  return pool.members.map((member) => ({
    agentId: member.agentId,
    verdict: verdictOn(pool, member, { formerOwners: lead.formerAgents, now: state.now }),
    weight: member.weight,
    credit: member.credit,
    open: member.open,
    daily: member.daily,
    total: member.total,
  }));
}

export function tracePool(state: BatchState, { pool, outcome, chosen, before }: PoolStepRequest): void {
  if (state.trace === null || before === null) return;
  const candidates = before.map((candidate) =>
    candidate.agentId === chosen?.agentId ? { ...candidate, verdict: 'CHOSEN' as const } : candidate,
  );
  state.trace.push({ kind: 'POOL', poolId: pool.poolId, outcome, candidates, waiting: pool.waiting });
}

function verdictOn(
  draft: PoolDraft,
  member: MemberDraft,
  { formerOwners, now }: { readonly formerOwners: readonly string[]; readonly now: number },
): CandidateVerdict {
  const { pool } = draft;
  const { agent } = member;
  if (agent === null || pool === null) return 'LEFT_THE_POOL';
  if (!agent.active) return 'INACTIVE';
  if (formerOwners.includes(agent.agentId)) return 'FORMER_OWNER';
  if (!draft.isOpen) return 'POOL_CLOSED';
  if (isAway(member, now)) return 'AWAY';
  if (!member.isPresent) return isOnLeave(agent, pool, now) ? 'ON_LEAVE' : 'OUT_OF_HOURS';
  if (agent.caps.open !== null && member.open >= agent.caps.open) return 'OPEN_CAP';
  if (agent.caps.daily !== null && member.daily >= agent.caps.daily) return 'DAILY_CAP';
  if (roomOf(draft) > 0) return 'NOT_IN_TURN';
  const isPoolFull =
    (pool.caps.open !== null && draft.open >= pool.caps.open) || (pool.caps.daily !== null && draft.daily >= pool.caps.daily);
  return isPoolFull ? 'POOL_CAP' : 'DESTINATION_CAP';
}
