/** Why each member of a pool could or could not take a lead: the same checks as the choice, one reason each, for people. */
import { isOnLeave } from './availability.ts';
import { type MemberDraft, type PoolDraft, roomOf } from './decide-pool.ts';
import type { Candidate, CandidateVerdict } from './decide-trace.ts';

export interface CandidateView {
  readonly formerOwners: readonly string[];
  readonly now: number;
}

/** As the books stand now: call it before they change. */
export function describeCandidates(pool: PoolDraft, view: CandidateView): readonly Candidate[] {
  return pool.members.map((member) => ({
    agentId: member.agentId,
    verdict: verdictOn(pool, member, view),
    weight: member.weight,
    credit: member.credit,
    open: member.open,
    daily: member.daily,
    total: member.total,
  }));
}

function verdictOn(draft: PoolDraft, member: MemberDraft, { formerOwners, now }: CandidateView): CandidateVerdict {
  const { pool } = draft;
  const { agent } = member;
  if (agent === null || pool === null) return 'LEFT_THE_POOL';
  if (!agent.active) return 'INACTIVE';
  if (formerOwners.includes(agent.agentId)) return 'FORMER_OWNER';
  if (!draft.isOpen) return 'POOL_CLOSED';
  if (!member.isPresent) return isOnLeave(agent, pool, now) ? 'ON_LEAVE' : 'OUT_OF_HOURS';
  if (agent.caps.open !== null && member.open >= agent.caps.open) return 'OPEN_CAP';
  if (agent.caps.daily !== null && member.daily >= agent.caps.daily) return 'DAILY_CAP';
  if (roomOf(draft) > 0) return 'NOT_IN_TURN';
  const isPoolFull =
    (pool.caps.open !== null && draft.open >= pool.caps.open) || (pool.caps.daily !== null && draft.daily >= pool.caps.daily);
  return isPoolFull ? 'POOL_CAP' : 'DESTINATION_CAP';
}
