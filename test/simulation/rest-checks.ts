/** The guarantee, word for word, once everything has come to rest: what is missing, what is there twice, what does not agree. */
import { isDeepStrictEqual } from 'node:util';
import { toLeadRecord } from '@lead-router/contracts/mappers/state-mapper.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { hourAt, isOpen } from '@lead-router/domain/availability.ts';
import { demandOn, isSuited } from '@lead-router/domain/decide-demand.ts';
import { hasLost } from '@lead-router/domain/decide-rules.ts';
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { Pool } from '@lead-router/domain/rule-set.ts';
import type { InboxMessage } from '@lead-router/router/router-wire.ts';
import { ROUTER_GROUP } from '@lead-router/router/topology.ts';
import { buildFacts } from '@lead-router/testkit/builders/test-rule-set.ts';
import { decisionKey } from '@lead-router/testkit/memory-database.ts';
import { hasPlace, isAway, isWorked } from './commit-checks.ts';
import { violationsOfHistory } from './history-checks.ts';
import { violationsOfOffers } from './offers.ts';
import { violationsOfRecords } from './record-checks.ts';
import { LAST_RESORT, languageOf, SIMULATION_HORIZON, simulationRuleSet } from './simulation-rules.ts';
import type { Upstream } from './upstream.ts';
import { ROUTER_DEAD_LETTERS, type World } from './world.ts';

export async function violationsAtRest(world: World, upstream: Upstream): Promise<readonly string[]> {
  return [
    ...leadsNotDecided(world, upstream),
    ...decisionsNotVisibleOnce(world),
    ...statesUnlikePostgres(world),
    ...slaEventsTwice(world),
    ...(await inboxNotApplied(world)),
    ...clocksMissed(world),
    ...(await violationsOfHistory(world)),
    ...violationsOfOffers(world),
    ...wakeUpsLost(world),
    ...countsWrong(world),
    ...(await violationsOfRecords(world)),
    ...positionsWrong(world),
    ...world.database.deadlocks.map((circle) => `deadlock: ${circle}`),
  ];
}

/** Every accepted lead has its decisions, from revision 1 to the one its row has, and nobody else has any. */
function leadsNotDecided({ database }: World, { accepted }: Upstream): readonly string[] {
  const missing = [...accepted].filter((leadId) => !database.leads.has(leadId)).map((leadId) => `lead never decided: ${leadId}`);
  const extra = [...database.leads.keys()]
    .filter((leadId) => !accepted.has(leadId))
    .map((leadId) => `lead that was never accepted: ${leadId}`);
  const gaps = [...database.leads.values()].flatMap(({ leadId, revision }) =>
    Array.from({ length: revision }, (_, i) => `${leadId}/${i + 1}`)
      .filter((key) => !database.decisions.has(key))
      .map((key) => `no decision ${key}`),
  );
  return [...missing, ...extra, ...gaps];
}

function decisionsNotVisibleOnce({ broker, database, codecs }: World): readonly string[] {
  const expected = [...database.decisions.values()].map((row) => `${decisionKey(row)} ${row.decision.eventId} ${row.decision.kind}`);
  const visible = broker.committed(TOPICS.decided.topic).map(({ value }) => {
    const { envelope, revision, kind } = codecs.decided.decodePrefix(bytes(value)).prefix;
    return `${envelope.leadId}/${revision} ${envelope.eventId} ${kind}`;
  });
  return [
    ...difference(expected, visible).map((one) => `in Postgres, never visible: decision ${one}`),
    ...difference(visible, expected).map((one) => `visible twice or without Postgres: decision ${one}`),
  ];
}

/** Per lead the versions grow, and the last one is the row, field by field. */
function statesUnlikePostgres({ broker, database, codecs }: World): readonly string[] {
  const latest = new Map<LeadId, LeadRecord>();
  const backwards: string[] = [];
  for (const { value } of broker.committed(TOPICS.state.topic)) {
    const record = toLeadRecord(codecs.state.decodePrefix(bytes(value)).prefix);
    const previous = latest.get(record.leadId);
    if (previous && record.version <= previous.version)
      backwards.push(`state of ${record.leadId}: version ${record.version} after ${previous.version}`);
    latest.set(record.leadId, record);
  }
  // The router alone needs to know where the outcome will count.
  const unlike = [...database.leads.values()].filter(({ trial: _, ...lead }) => !isDeepStrictEqual(latest.get(lead.leadId), lead));
  const unknown = [...latest.keys()].filter((leadId) => !database.leads.has(leadId));
  return [
    ...backwards,
    ...unlike.map(
      ({ leadId, version }) => `state of ${leadId} is ${latest.get(leadId)?.version ?? 'missing'}, Postgres has ${version}, or they differ`,
    ),
    ...unknown.map((leadId) => `state of a lead that Postgres lacks: ${leadId}`),
  ];
}

function slaEventsTwice({ broker, codecs }: World): readonly string[] {
  const ids = broker.committed(TOPICS.sla.topic).map(({ value }) => codecs.sla.decode(bytes(value)).envelope.eventId);
  return difference(ids, [...new Set(ids)]).map((eventId) => `visible twice: SLA event ${eventId}`);
}

/** Each readable event is applied, or Postgres refused it and it is a dead letter; each unreadable value is a dead letter, once. */
async function inboxNotApplied({ broker, database, codecs }: World): Promise<readonly string[]> {
  const deadLetters = broker
    .committed(ROUTER_DEAD_LETTERS)
    .map(({ headers }) => `${String(headers['dlq.source.partition'])}:${String(headers['dlq.source.offset'])}`);
  const expected: string[] = [];
  const refused = new Map<EventId, InboxMessage>();
  const isApplied = ({ kind, eventId, leadId }: InboxMessage): boolean =>
    kind === 'SCORED' ? database.leads.has(leadId) : database.appliedEvents.has(eventId);
  const routes: string[] = [];
  const problems: string[] = [];
  for (const log of broker.logs(TOPICS.inbox.topic)) {
    for (const answer of await codecs.wire.read(log.committed())) {
      const place = `${log.at.partition}:${answer.ok ? answer.message.offset : answer.record.offset}`;
      if (!answer.ok) {
        expected.push(place);
        continue;
      }
      const { message } = answer;
      if (message.kind === 'ROUTE') routes.push(message.eventId);
      if (message.kind === 'SCORED' && message.content.lead.vendor.includes('\0')) {
        // Twice in one batch it is one event, with one dead letter.
        if (!refused.has(message.eventId) || deadLetters.includes(place)) expected.push(place);
        refused.set(message.eventId, message);
      } else if (!isApplied(message)) problems.push(`event never applied: ${message.kind} ${message.eventId} at ${place}`);
    }
  }
  return [
    ...problems,
    ...[...refused.values()].filter(isApplied).map(({ eventId }) => `a refused event counts as applied: ${eventId}`),
    ...difference(expected, deadLetters).map((place) => `no dead letter for the bad value at ${place}`),
    ...difference(deadLetters, expected).map((place) => `a dead letter too many, of ${place}`),
    ...difference(routes, [...new Set(routes)]).map((eventId) => `visible twice: wake-up ${eventId}`),
  ];
}

/** Nothing that was due is left: each clock has acted, or was cancelled. */
function clocksMissed({ database }: World): readonly string[] {
  const leads = [...database.leads.values()].filter(({ timer }) => timer !== null && timer.dueAt < SIMULATION_HORIZON);
  const pools = [...database.pools.values()].filter(({ wakeAt }) => wakeAt !== null && wakeAt < SIMULATION_HORIZON);
  return [
    ...leads.map(({ leadId, timer, timerGeneration }) => `clock missed: ${timer?.kind} of ${leadId}, generation ${timerGeneration}`),
    ...pools.map(({ poolId, wakeGeneration }) => `clock missed: wake-up of pool ${poolId}, generation ${wakeGeneration}`),
  ];
}

/** Nobody waits beside a free place that would suit. */
function wakeUpsLost(world: World): readonly string[] {
  const { database, scheduler } = world;
  const { pools, destinations } = simulationRuleSet(database.activeRuleVersion ?? 1);
  const placed = [...database.leads.values()].filter(hasPlace);
  const hasRoom = (cap: number | null | undefined, isCounted: (lead: LeadRecord) => boolean) =>
    cap === null || placed.filter(isCounted).length < (cap ?? 0);
  const suits = (poolId: string, lead: LeadRecord): boolean => {
    const pool = pools.get(poolId);
    if (!pool || !isOpen(pool.hours, scheduler.now)) return false;
    if (!hasRoom(pool.caps.open, (other) => other.poolId === poolId)) return false;
    if (!hasRoom(destinations.get(pool.destinationId)?.caps.open, (other) => other.destinationId === pool.destinationId)) return false;
    if (hasLost(pool, lead.formerAgents)) return false;
    if (pool.agents.length === 0) return true;
    if (pool.offer !== undefined && placesLeft(world, pool) <= 0) return false;
    const demand = demandOn(pool, { facts: buildFacts({ language: languageOf(lead.identities) }), rule: null });
    const ledger = new Map(database.pools.get(poolId)?.members.map((member) => [member.agentId, member]));
    return pool.agents.some((agent) => {
      const { agentId, caps } = agent;
      const hour = ledger.get(agentId)?.hour;
      const isHourFull = hour?.from === hourAt(pool.zone, scheduler.now).from && hour.given >= (caps.hourly ?? Number.POSITIVE_INFINITY);
      return (
        !isAway(world, { agentId, now: scheduler.now }) &&
        !lead.formerAgents.includes(agentId) &&
        !isHourFull &&
        isSuited(demand, agent) &&
        hasRoom(caps.open, (other) => other.poolId === poolId && other.agentId === agentId)
      );
    });
  };
  return [...database.leads.values()].flatMap((lead) => {
    if (lead.stage !== 'WAITING') return [];
    const chain: string[] = [];
    for (
      let poolId = lead.poolId;
      poolId !== null && poolId !== LAST_RESORT && !chain.includes(poolId);
      poolId = pools.get(poolId)?.overflowTo ?? null
    )
      chain.push(poolId);
    const free = chain.find((poolId) => suits(poolId, lead));
    return free === undefined ? [] : [`lost wake-up: ${lead.leadId} waits in ${lead.poolId}, ${free} has a free place`];
  });
}

/** Of those who are there, but for those that are kept for leads which are offered. */
function placesLeft(world: World, { poolId, agents }: Pool): number {
  const here = [...world.database.leads.values()].filter((lead) => lead.poolId === poolId);
  const rooms = agents
    .filter(({ agentId }) => !isAway(world, { agentId, now: world.scheduler.now }))
    .map(
      ({ agentId, caps }) =>
        (caps.open ?? Number.POSITIVE_INFINITY) - here.filter((lead) => isWorked(lead) && lead.agentId === agentId).length,
    );
  return rooms.reduce((sum, room) => sum + Math.max(0, room), 0) - here.filter(({ stage }) => stage === 'OFFERED').length;
}

function countsWrong({ database }: World): readonly string[] {
  const leads = [...database.leads.values()];
  const wrongPools = [...database.pools.values()].filter(
    ({ poolId, open }) => open !== leads.filter((lead) => hasPlace(lead) && lead.poolId === poolId).length,
  );
  const wrongDestinations = [...database.destinations.values()].filter(
    ({ destinationId, open }) => open !== leads.filter((lead) => hasPlace(lead) && lead.destinationId === destinationId).length,
  );
  const waiting = leads.filter(({ stage }) => stage === 'WAITING').map(({ poolId, leadId }) => `${poolId} ${leadId}`);
  const queued = [...database.waiters.values()].flatMap((waiters) =>
    [...waiters.values()].map(({ poolId, leadId }) => `${poolId} ${leadId}`),
  );
  return [
    ...wrongPools.map(({ poolId, open }) => `pool ${poolId} counts ${open} open leads, which is not so`),
    ...wrongDestinations.map(({ destinationId, open }) => `destination ${destinationId} counts ${open} open leads, which is not so`),
    ...difference(waiting, queued).map((one) => `waits, but is in no queue: ${one}`),
    ...difference(queued, waiting).map((one) => `is in a queue, but does not wait: ${one}`),
  ];
}

/** The stored batch's Kafka half is there: its offset is the committed one. */
function positionsWrong({ broker, database }: World): readonly string[] {
  return broker.logs(TOPICS.inbox.topic).flatMap(({ at }) => {
    const stored = database.partition(at.partition).stored;
    const committed = broker.group(ROUTER_GROUP).committed(at);
    return stored === null || stored.to === committed
      ? []
      : [`partition ${at.partition}: stored up to ${stored.to}, committed ${committed}`];
  });
}

/** What `list` has more of than `other`, as often as it has more. */
function difference(list: readonly string[], other: readonly string[]): readonly string[] {
  const left = new Map<string, number>();
  for (const one of other) left.set(one, (left.get(one) ?? 0) + 1);
  return list.filter((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  });
}

function bytes(value: Buffer | null): Buffer {
  if (value === null) throw new Error('the router writes no tombstones');
  return value;
}
