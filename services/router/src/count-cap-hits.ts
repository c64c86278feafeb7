/** Which caps a batch has reached: full now, and not before it. A pure look at the books, for the metrics. */
import type { BatchSnapshot, BatchWrites, HourCount } from '@lead-router/domain/routing-model.ts';
import type { Agent, Caps } from '@lead-router/domain/rule-set.ts';

export interface CapHit {
  readonly scope: 'agent' | 'pool' | 'destination';
  readonly cap: 'open' | 'daily' | 'hourly';
}

export interface CountedBatch {
  readonly ruleSet: {
    readonly pools: ReadonlyMap<string, { readonly caps: Caps; readonly agents: readonly Pick<Agent, 'agentId' | 'caps'>[] }>;
    readonly destinations: ReadonlyMap<string, { readonly caps: Caps }>;
  };
  readonly before: Pick<BatchSnapshot, 'pools' | 'destinations'>;
  readonly writes: Pick<BatchWrites, 'pools' | 'destinations'>;
}

interface Counters {
  readonly open: number;
  readonly daily: number;
  readonly day: string;
  readonly hour?: HourCount;
}

export function capHitsOf({ ruleSet, before, writes }: CountedBatch): readonly CapHit[] {
  const hits: CapHit[] = [];
  const compare = (scope: CapHit['scope'], caps: Caps | undefined, counters: { before: Counters | undefined; after: Counters }): void => {
    if (caps === undefined) return;
    const { before: earlier, after } = counters;
    if (isReached(caps.open, earlier?.open ?? 0, after.open)) hits.push({ scope, cap: 'open' });
    // A new day begins at nothing.
    const dailyBefore = earlier?.day === after.day ? earlier.daily : 0;
    if (isReached(caps.daily, dailyBefore, after.daily)) hits.push({ scope, cap: 'daily' });
    const { hour } = after;
    if (hour === undefined || caps.hourly === undefined) return;
    const hourlyBefore = earlier?.hour?.from === hour.from ? earlier.hour.given : 0;
    if (isReached(caps.hourly, hourlyBefore, hour.given)) hits.push({ scope, cap: 'hourly' });
  };
  for (const after of writes.pools) {
    const pool = ruleSet.pools.get(after.poolId);
    if (pool === undefined) continue;
    const earlier = before.pools.get(after.poolId);
    compare('pool', pool.caps, { before: earlier, after });
    const members = new Map(earlier?.members.map((member) => [member.agentId, member]));
    const caps = new Map(pool.agents.map((agent) => [agent.agentId, agent.caps]));
    for (const member of after.members) compare('agent', caps.get(member.agentId), { before: members.get(member.agentId), after: member });
  }
  for (const after of writes.destinations) {
    const caps = ruleSet.destinations.get(after.destinationId)?.caps;
    compare('destination', caps, { before: before.destinations.get(after.destinationId), after });
  }
  return hits;
}

function isReached(cap: number | null, before: number, after: number): boolean {
  return cap !== null && after >= cap && before < cap;
}
