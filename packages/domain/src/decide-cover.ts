/**
 * Who stands in for whom at an instant: the cover that a leave names, or whoever covers that one in turn. A stand-in has the place and the
 * weight of those it covers beside its own; their credits in the ledger rest, as of everybody who is away.
 */
import { coverAt } from './availability.ts';
import type { Agent, Pool } from './rule-set.ts';

/** By agent who is on leave: who has its leads meanwhile. */
export type Covers = ReadonlyMap<string, string>;

export interface StandIn {
  readonly place: number;
  readonly weight: number;
  /** The first of those it covers, where that one stands before it in the pool's list. */
  readonly covers: string | null;
}

const NOBODY: Covers = new Map();

export function coversAt(pool: Pool, now: number): Covers {
  let covers: Map<string, string> | null = null;
  for (const agent of pool.agents) {
    if (agent.leave.length === 0 || !agent.active) continue;
    const cover = endOfCover(pool, agent, now);
    if (cover === null) continue;
    covers ??= new Map();
    covers.set(agent.agentId, cover);
  }
  return covers ?? NOBODY;
}

export function standInOf(pool: Pool, covers: Covers, { agent, place }: { readonly agent: Agent; readonly place: number }): StandIn {
  const own: StandIn = { place, weight: agent.weight, covers: null };
  if (covers.size === 0) return own;
  let { weight } = own;
  let first = own;
  for (const [other, one] of pool.agents.entries()) {
    if (covers.get(one.agentId) !== agent.agentId) continue;
    weight += one.weight;
    if (other < first.place) first = { place: other, weight, covers: one.agentId };
  }
  return { ...first, weight };
}

/** The first along the covers who is not on leave; null where nobody covers, or they cover each other. */
function endOfCover(pool: Pool, agent: Agent, now: number): string | null {
  const seen = new Set([agent.agentId]);
  let next = coverAt(agent, pool, now);
  while (next !== null && !seen.has(next)) {
    seen.add(next);
    const cover = pool.agents.find(({ agentId }) => agentId === next);
    if (cover === undefined || !cover.active) return null;
    const further = coverAt(cover, pool, now);
    if (further === null) return next;
    next = further;
  }
  return null;
}
