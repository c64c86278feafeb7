/** What must hold after every batch of a world, each check as a list of faults in plain words; empty is right. */
import { isDeepStrictEqual } from 'node:util';
import { hourAt, isPresent, localDay } from '@lead-router/domain/availability.ts';
import { type Demand, demandOn, isSuited } from '@lead-router/domain/decide-demand.ts';
import { hasLost, homeOf, matchesOf, targetOf } from '@lead-router/domain/decide-rules.ts';
import { topologyOf } from '@lead-router/domain/decide-topology.ts';
import { isStale } from '@lead-router/domain/decide-wake.ts';
import { wasAsked } from '@lead-router/domain/lead-offer.ts';
import { levelsOf, NO_OUTCOMES, type OutcomeCounts } from '@lead-router/domain/margin/conversion.ts';
import { sumOf } from '@lead-router/domain/margin/conversion-book.ts';
import type { DecisionCause, HourCount, LeadRecord, PoolRecord } from '@lead-router/domain/routing-model.ts';
import type { Agent, Pool } from '@lead-router/domain/rule-set.ts';
import type { Decided, World } from './decision-world.ts';

/** An offer may end so, its place kept for whoever has the lead then. */
const ENDS_OFFER: readonly DecisionCause[] = ['CLAIMED', 'OFFER_EXPIRED', 'DECLINED', 'RETURNED', 'UNDELIVERABLE'];
const NEVER_CAPPED = { open: null, daily: null };

const isWorked = (lead: LeadRecord): boolean => lead.stage === 'ASSIGNED' || lead.stage === 'EXCEPTION';
/** Has a place in its pool and destination: an offer keeps one, for nobody yet. */
const hasPlace = (lead: LeadRecord): boolean => isWorked(lead) || lead.stage === 'OFFERED';

/** Faults of the books: what the counters say against what the leads say. */
export function bookFaults(world: World): readonly string[] {
  const faults: string[] = [];
  const leads = [...world.leads.values()];
  const expect = (what: string, is: number, should: number): void => {
    if (is !== should) faults.push(`${what} is ${is}, the leads say ${should}`);
  };
  for (const record of world.pools.values()) {
    const here = leads.filter((lead) => lead.poolId === record.poolId);
    expect(`open of ${record.poolId}`, record.open, here.filter(hasPlace).length);
    expect(`offered in ${record.poolId}`, record.offered ?? 0, here.filter((lead) => lead.stage === 'OFFERED').length);
    expect(`waiting in ${record.poolId}`, record.waiting, here.filter((lead) => lead.stage === 'WAITING').length);
    for (const member of record.members) {
      expect(
        `open of ${record.poolId}/${member.agentId}`,
        member.open,
        here.filter((lead) => isWorked(lead) && lead.agentId === member.agentId).length,
      );
    }
    expect(
      `credits of ${record.poolId}`,
      record.members.reduce((sum, member) => sum + member.credit, 0),
      0,
    );
  }
  for (const record of world.destinations.values()) {
    expect(
      `open of ${record.destinationId}`,
      record.open,
      leads.filter((lead) => hasPlace(lead) && lead.destinationId === record.destinationId).length,
    );
  }
  const queued = [...world.waiters.values()].map((waiter) => `${waiter.poolId} ${waiter.leadId}`).sort();
  const waiting = leads
    .filter((lead) => lead.stage === 'WAITING')
    .map((lead) => `${lead.poolId} ${lead.leadId}`)
    .sort();
  if (queued.join() !== waiting.join()) faults.push(`the queues hold ${queued.join()}, the leads that wait are ${waiting.join()}`);
  return [...faults, ...conversionFaults(world)];
}

/** A lead that has ended is nobody's trial; what a destination's cells count, it counts. */
function conversionFaults({ leads, conversions }: World): readonly string[] {
  const faults: string[] = [];
  for (const { leadId, stage, trial } of leads.values())
    if (stage === 'CLOSED' && trial !== undefined) faults.push(`closed ${leadId} is still a trial`);
  const sums = new Map<string, OutcomeCounts>();
  for (const [key, counts] of conversions) {
    if (counts.conversions < 0 || counts.conversions > counts.outcomes) faults.push(`${key} has ${JSON.stringify(counts)}`);
    const [destinationId, grade, cell] = levelsOf(key);
    // Keys of wider levels have fewer slashes: only whole cells are summed up.
    if (key.split('/').length < 3) continue;
    for (const wider of [destinationId, grade]) if (wider !== cell) sums.set(wider, sumOf(sums.get(wider) ?? NO_OUTCOMES, counts));
  }
  for (const [key, sum] of sums)
    if (!isDeepStrictEqual(conversions.get(key), sum))
      faults.push(`${key} counts ${JSON.stringify(conversions.get(key))}, its cells ${JSON.stringify(sum)}`);
  return faults;
}

/** Daily counters against the decisions that gave leads. */
export function dailyFaults(world: World): readonly string[] {
  const given = new Map<string, number>();
  const keptIn = new Map<string, string | null>();
  for (const effect of world.effects) {
    if (effect.kind === 'SLA') continue;
    const { lead } = effect.kind === 'DECISION' ? effect.decision : effect.change;
    // The place that an offer keeps is counted once, whatever comes of it; an agent when it has the lead.
    const isKept = keptIn.get(lead.leadId) === lead.poolId;
    keptIn.set(lead.leadId, lead.stage === 'OFFERED' ? lead.poolId : null);
    if (effect.kind !== 'DECISION' || !hasPlace(lead)) continue;
    const { poolId, agentId, decidedAt } = lead;
    const isSamePlace = isKept && (lead.stage === 'OFFERED' ? (lead.offer?.round ?? 1) > 1 : ENDS_OFFER.includes(effect.decision.cause));
    const day = localDay(world.ruleSet.pools.get(poolId ?? '')?.zone ?? 'UTC', decidedAt);
    const counted = [...(isSamePlace ? [] : [`${poolId} ${day}`]), ...(lead.stage === 'OFFERED' ? [] : [`${poolId}/${agentId} ${day}`])];
    for (const key of counted) given.set(key, (given.get(key) ?? 0) + 1);
  }
  const faults: string[] = [];
  for (const record of world.pools.values()) {
    const counters = [
      { name: record.poolId, ...record },
      ...record.members.map((member) => ({ ...member, name: `${record.poolId}/${member.agentId}` })),
    ];
    for (const { name, day, daily } of counters) {
      const should = given.get(`${name} ${day}`) ?? 0;
      if (daily !== should) faults.push(`daily of ${name} on ${day} is ${daily}, the decisions say ${should}`);
    }
  }
  return faults;
}

/** Faults of the choices in one batch: `before` are the leads as they were. */
export function choiceFaults(world: World, outcome: Decided, before: ReadonlyMap<string, LeadRecord>): readonly string[] {
  const faults: string[] = [];
  const current = new Map(before);
  for (const effect of outcome.effects) {
    if (effect.kind === 'SLA') continue;
    const lead = effect.kind === 'DECISION' ? effect.decision.lead : effect.change.lead;
    const earlier = current.get(lead.leadId);
    current.set(lead.leadId, lead);
    if (lead.version !== (earlier?.version ?? 0) + 1)
      faults.push(`${lead.leadId}: version ${earlier?.version} is followed by ${lead.version}`);
    const revision = (earlier?.revision ?? 0) + (effect.kind === 'DECISION' ? 1 : 0);
    if (lead.revision !== revision) faults.push(`${lead.leadId}: revision ${lead.revision} should be ${revision}`);
    if ((lead.stage === 'OFFERED') !== (lead.offer !== undefined))
      faults.push(`${lead.leadId}: is ${lead.stage}, and its offer does not agree`);
    if (effect.kind !== 'DECISION' || effect.decision.cause === 'REASSIGNED_BY_HAND') continue;
    if (effect.decision.cause === 'CLAIMED') faults.push(...claimFaults(earlier, lead));
    else if (lead.stage === 'ASSIGNED' || lead.stage === 'OFFERED')
      for (const agentId of lead.offer?.offeredTo ?? [lead.agentId]) faults.push(...agentFaults(world, agentId, { lead, earlier }));
  }
  return faults;
}

/** Whoever is given a lead, or asked, is there, suits, and has not lost it before. */
function agentFaults(
  world: World,
  agentId: string | null,
  { lead, earlier }: { readonly lead: LeadRecord; readonly earlier: LeadRecord | undefined },
): readonly string[] {
  const pool = world.ruleSet.pools.get(lead.poolId ?? '');
  if (pool === undefined || agentId === null) return [];
  const faults: string[] = [];
  const chosen = pool.agents.find((one) => one.agentId === agentId);
  if (chosen === undefined || !isThere(world, chosen, pool)) faults.push(`${lead.leadId}: ${agentId} is not there`);
  if ([...(earlier?.formerAgents ?? []), ...lead.formerAgents].includes(agentId)) faults.push(`${lead.leadId}: ${agentId} had it before`);
  const rule = world.ruleSet.rules.find(({ ruleId }) => ruleId === lead.ruleId) ?? null;
  if (chosen !== undefined && !isSuited(demandOn(pool, { facts: world.factsOf(lead.leadId), rule }), chosen))
    faults.push(`${lead.leadId}: ${agentId} lacks what it requires`);
  return faults;
}

/** An offer has one winner: one who was asked, of a lead that was nobody's until then. */
function claimFaults(earlier: LeadRecord | undefined, lead: LeadRecord): readonly string[] {
  const { leadId, agentId, poolId } = lead;
  if (earlier?.offer === undefined) return [`${leadId}: ${agentId} claims what is not offered`];
  if (agentId === null || !wasAsked(earlier.offer, agentId) || poolId !== earlier.poolId) return [`${leadId}: ${agentId} was not asked`];
  return earlier.formerAgents.includes(agentId) ? [`${leadId}: ${agentId} had declined it`] : [];
}

interface Counted {
  readonly open: number;
  readonly daily: number;
  readonly hour?: HourCount;
}

/** Caps that are exceeded; only by hand and by the last resort they may be. */
export function capFaults(world: World): readonly string[] {
  const faults: string[] = [];
  const check = (name: string, record: Counted, allowed: Pool['caps']): void => {
    const { hour } = record;
    if (allowed.hourly !== undefined && hour !== undefined && hour.given > allowed.hourly)
      faults.push(`${name} had ${hour.given} in an hour, over ${allowed.hourly}`);
    if (allowed.open !== null && record.open > allowed.open) faults.push(`${name} has ${record.open} open, over ${allowed.open}`);
    if (allowed.daily !== null && record.daily > allowed.daily) faults.push(`${name} had ${record.daily} today, over ${allowed.daily}`);
  };
  for (const record of world.pools.values()) {
    const pool = world.ruleSet.pools.get(record.poolId);
    if (pool === undefined || record.poolId === world.ruleSet.lastResortPool) continue;
    check(record.poolId, record, pool.caps);
    for (const member of record.members)
      check(`${record.poolId}/${member.agentId}`, member, pool.agents.find((one) => one.agentId === member.agentId)?.caps ?? NEVER_CAPPED);
  }
  for (const record of world.destinations.values())
    check(record.destinationId, record, world.ruleSet.destinations.get(record.destinationId)?.caps ?? NEVER_CAPPED);
  return faults;
}

/** Between batches: a stale waiter beside a free place has a call under way, or its pool's timer is due. */
export function wakeFaults(world: World): readonly string[] {
  const faults: string[] = [];
  for (const record of world.pools.values()) {
    const stale = world.waitersOf(record.poolId).filter((waiter) => isStale(waiter, record.generation));
    if (stale.length > 0 && !record.wakePending) faults.push(`${record.poolId} does not know of its stale waiters`);
    const isUnderWay = world.logs.some((log) => log.some((input) => input.kind === 'ROUTE' && input.poolId === record.poolId));
    const isDue = record.wakeAt !== null && record.wakeAt <= world.now;
    const places = topologyOf(world.ruleSet)
      .reachOf(record.poolId)
      .some((poolId) => placesIn(world, poolId) > 0);
    if (stale.length > 0 && places && !isUnderWay && !isDue && !isOpeningDue(world, record))
      faults.push(`${record.poolId}: ${stale.length} stale waiters beside a free place, and nobody on the way`);
  }
  return faults;
}

/**
 * After a batch of one: an arrival was given a place in its own pool although those that were there first are more than the
 * places that are left.
 */
export function overtakingFaults(world: World, outcome: Decided): readonly string[] {
  return outcome.effects.flatMap((effect) => {
    if (effect.kind !== 'DECISION' || effect.decision.cause !== 'SUBMITTED') return [];
    if (effect.decision.kind !== 'ASSIGNED' && effect.decision.kind !== 'OFFERED') return [];
    const { poolId, leadId: id } = effect.decision.lead;
    if (poolId === null || targetOf(world.ruleSet, world.factsOf(id)) !== poolId) return [];
    const waiting = world.pools.get(poolId)?.waiting ?? 0;
    // Those who wait for a rule of several pools may find their places in any of them.
    const rule = world.ruleSet.rules.find(({ ruleId }) => ruleId === effect.decision.lead.ruleId);
    const places = (rule?.among?.pools ?? [poolId]).reduce((sum, one) => sum + placesIn(world, one), 0);
    return places < waiting ? [`${id} overtook ${waiting} leads in ${poolId}`] : [];
  });
}

/** At rest: leads that wait although the rule in whose queue they are would find them a place. */
export function stuckLeads(world: World): readonly string[] {
  return [...world.leads.values()]
    .filter((lead) => lead.stage === 'WAITING')
    .filter((lead) => {
      const facts = world.factsOf(lead.leadId);
      if (facts === null) return false;
      const matches = matchesOf(world.ruleSet, facts);
      const own = matches.find((match) => homeOf(world.ruleSet, match.rule) === lead.poolId);
      // Other rules than those that queued it may want it elsewhere: it is asked about when its own queue moves.
      const rule = (own ?? (lead.ruleSetVersion === world.ruleSetVersion ? matches[0] : undefined))?.rule;
      if (rule === undefined) return false;
      const { chainOf } = topologyOf(world.ruleSet);
      const hasOffered = wasUnclaimed(world, lead);
      return (rule.among?.pools ?? [homeOf(world.ruleSet, rule)])
        .flatMap((poolId) => chainOf(poolId))
        .some((poolId) => {
          const pool = world.ruleSet.pools.get(poolId);
          return (
            pool !== undefined &&
            !(hasOffered && pool.offer?.unclaimed === 'WAIT') &&
            placesIn(world, poolId, { formerOwners: lead.formerAgents, demand: demandOn(pool, { facts, rule }) }) > 0
          );
        });
    })
    .map((lead) => `${lead.leadId} waits in ${lead.poolId} beside a free place`);
}

/** Nobody took it, and it waits until something changes in the pool. */
function wasUnclaimed({ effects }: World, { leadId }: LeadRecord): boolean {
  const latest = effects.findLast((effect) => effect.kind === 'DECISION' && effect.decision.lead.leadId === leadId);
  return latest?.kind === 'DECISION' && ENDS_OFFER.includes(latest.decision.cause);
}

/** The clock went on past the pool's timer; its event is still to come. */
function isOpeningDue(world: World, record: PoolRecord): boolean {
  return topologyOf(world.ruleSet)
    .reachOf(record.poolId)
    .some((poolId) => {
      const at = world.pools.get(poolId)?.wakeAt ?? null;
      return at !== null && at <= world.now;
    });
}

interface For {
  readonly formerOwners: readonly string[];
  readonly demand: Demand | null;
}

const ANY_LEAD: For = { formerOwners: [], demand: null };

/** Leads that the pool could take now from those who did not have them before and who suit; Infinity where nothing is capped. */
function placesIn(world: World, poolId: string, { formerOwners, demand }: For = ANY_LEAD): number {
  const pool = world.ruleSet.pools.get(poolId);
  if (pool === undefined) return 0;
  const record = world.pools.get(poolId);
  const shared = world.ruleSet.destinations.get(pool.destinationId);
  const ofDestination = shared === undefined ? Number.POSITIVE_INFINITY : roomIn(world, shared, world.destinations.get(pool.destinationId));
  const room = Math.min(roomIn(world, pool, record), ofDestination);
  if (pool.agents.length === 0) return !formerOwners.includes(`@${poolId}`) && isPresent(ALWAYS, pool, world.now) ? room : 0;
  if (hasLost(pool, formerOwners)) return 0;
  const roomOf = (agents: readonly Agent[]): number =>
    agents
      .map(({ agentId, caps }) =>
        roomIn(
          world,
          { caps, zone: pool.zone },
          record?.members.find((member) => member.agentId === agentId),
        ),
      )
      .reduce((sum, one) => sum + one, 0);
  const present = pool.agents.filter((one) => isThere(world, one, pool));
  const suited = present.filter((one) => !formerOwners.includes(one.agentId) && isSuited(demand, one));
  return Math.max(0, Math.min(room, roomOf(suited), roomOf(present) - (record?.offered ?? 0)));
}

/** By hours, leave and word. */
function isThere(world: World, agent: Agent, pool: Pool): boolean {
  const until = world.away.get(agent.agentId);
  return isPresent(agent, pool, world.now) && (until === undefined || (until !== null && until <= world.now));
}

const ALWAYS: Agent = { agentId: 'anybody', name: 'anybody', weight: 1, caps: NEVER_CAPPED, hours: null, leave: [], active: true };

function roomIn(
  world: World,
  limit: { readonly caps: Pool['caps']; readonly zone: string },
  counter: (Counted & { readonly day: string }) | undefined,
): number {
  const { open, daily, hourly } = limit.caps;
  const today = counter?.day === localDay(limit.zone, world.now) ? counter.daily : 0;
  const thisHour = counter?.hour?.from === hourAt(limit.zone, world.now).from ? counter.hour.given : 0;
  const rooms = [
    open === null ? Number.POSITIVE_INFINITY : open - (counter?.open ?? 0),
    daily === null ? Number.POSITIVE_INFINITY : daily - today,
    hourly === undefined ? Number.POSITIVE_INFINITY : hourly - thisHour,
  ];
  return Math.max(0, Math.min(...rooms));
}
