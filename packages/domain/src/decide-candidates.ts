/** Why each member of a pool could or could not take a lead: the same checks as the choice, one reason each, for people. */
import { isOnLeave } from './availability.ts';
import { roomUnder } from './decide-counters.ts';
import type { Demand } from './decide-demand.ts';
import { isAway, type MemberDraft, type PoolDraft, roomOf } from './decide-pool.ts';
import type { BatchState } from './decide-state.ts';
import type { Candidate, CandidateVerdict, TraceStep } from './decide-trace.ts';
import { turnsOf } from './ledger.ts';
import type { LeadRecord } from './routing-model.ts';
import type { Caps } from './rule-set.ts';
import { type Score, scoresOf, whyNotSuited } from './strategies/agent-strategies.ts';
import { WEIGHTED } from './strategies/strategy-names.ts';

type PoolStep = Extract<TraceStep, { readonly kind: 'POOL' }>;

interface PoolStepRequest {
  readonly pool: PoolDraft;
  readonly outcome: PoolStep['outcome'];
  readonly chosen: MemberDraft | null;
  /** Those whom the lead is offered to, by their ids. */
  readonly asked?: readonly string[];
  /** Those whom the ledger was asked about, whatever caps and hours say; left out: those whom nothing keeps out. */
  readonly among?: readonly MemberDraft[];
  /** As the books stood before the choice. */
  readonly before: readonly Candidate[] | null;
}

/** As the books stand now: call it before they change. null, at no cost, while nobody asks. */
export function candidatesBefore(
  state: BatchState,
  pool: PoolDraft,
  { lead, demand }: { readonly lead: LeadRecord; readonly demand: Demand | null },
): readonly Candidate[] | null {
  if (state.trace === null) return null;
  return pool.members.map((member) => {
    const { agent } = member;
    const reason = demand === null || agent === null ? null : whyNotSuited(demand.strategy, agent, demand.question);
    const verdict = verdictOn(pool, member, { formerOwners: lead.formerAgents, now: state.now });
    return {
      agentId: member.agentId,
      verdict: reason !== null && COULD_HAVE_IT.includes(verdict) ? 'NOT_SUITED' : verdict,
      weight: member.weight,
      credit: member.credit,
      creditAfter: member.credit,
      turn: null,
      coveredBy: pool.covers.get(member.agentId) ?? null,
      open: member.open,
      daily: member.daily,
      total: member.total,
      scores: demand === null ? [] : scoresOf(demand.strategy, member, demand.question),
      whyNotSuited: reason,
    };
  });
}

/** Skills are told before hours and caps: these change, skills do not. */
const COULD_HAVE_IT: readonly CandidateVerdict[] = [
  'NOT_IN_TURN',
  'POOL_CLOSED',
  'OUT_OF_HOURS',
  'OPEN_CAP',
  'DAILY_CAP',
  'HOURLY_CAP',
  'POOL_CAP',
  'DESTINATION_CAP',
];

export function tracePool(state: BatchState, { pool, outcome, chosen, before, asked = [], among = [] }: PoolStepRequest): void {
  if (state.trace === null || before === null) return;
  const winner = before.find(({ agentId }) => agentId === (chosen?.agentId ?? asked.at(-1)));
  const candidates = before.map((candidate): Candidate => {
    const { credit: creditAfter } = pool.members.find(({ agentId }) => agentId === candidate.agentId) ?? candidate;
    const { agentId } = candidate;
    const verdict = among.some((member) => member.agentId === agentId) ? 'NOT_IN_TURN' : candidate.verdict;
    const isOutranked = verdict === 'NOT_IN_TURN' && winner !== undefined && isBeaten(candidate.scores, winner.scores);
    if (agentId === chosen?.agentId) return { ...candidate, creditAfter, verdict: 'CHOSEN' };
    if (asked.includes(agentId)) return { ...candidate, creditAfter, verdict: 'ASKED' };
    return { ...candidate, creditAfter, verdict: isOutranked ? 'OUTRANKED' : verdict };
  });
  const strategy = (pool.pool?.strategy ?? WEIGHTED).name;
  const { poolId, waiting, open, daily } = pool;
  const told = isInTurn(outcome) ? withTurns(candidates) : candidates;
  state.trace.push({ kind: 'POOL', poolId, outcome, strategy, candidates: told, waiting, open, daily });
}

const IN_TURN: readonly PoolStep['outcome'][] = ['GIVEN', 'GIVEN_REGARDLESS', 'GIVEN_UNCLAIMED'];

/** The pool's strategy decided, and among equals the ledger. */
export const isInTurn = (outcome: PoolStep['outcome']): boolean => IN_TURN.includes(outcome);

/** Among whom the ledger decides. */
export const SHARING: readonly CandidateVerdict[] = ['CHOSEN', 'ASKED', 'NOT_IN_TURN'];

function withTurns(candidates: readonly Candidate[]): readonly Candidate[] {
  const equals = candidates.filter(({ verdict }) => SHARING.includes(verdict));
  const turns = turnsOf(equals);
  return candidates.map((candidate) => ({ ...candidate, turn: turns[equals.indexOf(candidate)] ?? null }));
}

function isBeaten(scores: readonly Score[], others: readonly Score[]): boolean {
  const decisive = scores.find(({ score }, index) => score !== others[index]?.score);
  return decisive !== undefined && decisive.score < (others[scores.indexOf(decisive)]?.score ?? decisive.score);
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
  const cap = capReached(agent.caps, member);
  if (cap !== null) return cap;
  if (roomOf(draft) > 0) return 'NOT_IN_TURN';
  return roomUnder(pool.caps, draft) <= 0 ? 'POOL_CAP' : 'DESTINATION_CAP';
}

function capReached(
  caps: Caps,
  { open, daily, hourly }: MemberDraft,
): Extract<CandidateVerdict, 'OPEN_CAP' | 'DAILY_CAP' | 'HOURLY_CAP'> | null {
  if (caps.open !== null && open >= caps.open) return 'OPEN_CAP';
  if (caps.daily !== null && daily >= caps.daily) return 'DAILY_CAP';
  return caps.hourly !== undefined && hourly >= caps.hourly ? 'HOURLY_CAP' : null;
}
