/** The `pools` and `destinations` sections: who takes leads, when, how many, and where they are told. */
import { isRealDay } from '../instant.ts';
import type { Agent, AtCap, Caps, Destination, Holidays, Leave, OwnerPolicy, Pool, WeeklyHours } from '../rule-set.ts';
import { didYouMean } from './did-you-mean.ts';
import {
  booleanOf,
  type Fields,
  fieldsOf,
  idOf,
  itemsOf,
  numberOf,
  oneOf,
  type Place,
  type RuleSetDocument,
  report,
  textOf,
} from './document.ts';
import { durationOf } from './duration.ts';
import { type Calendars, holidaysOf } from './read-calendars.ts';
import { ECONOMICS_KEYS, readEconomics } from './read-economics.ts';
import { readOffer } from './read-offer.ts';
import { readSkills, readSkillWants } from './read-skills.ts';
import { NO_SLA, readSla } from './read-sla.ts';
import { readAgentStrategy } from './read-strategy.ts';
import { uniqueNames } from './unique-names.ts';
import { hoursOf, WHOLE_WEEK, zoneOf } from './weekly-hours.ts';

/** A part of the document with the spot it was read from, for faults found later. */
export interface Placed<T> {
  readonly value: T;
  readonly place: Place;
  readonly fields: Fields;
}

const KINDS = ['SALES', 'CALL_CENTER', 'CUSTOMER_SERVICE', 'PARTNER', 'WEB', 'NURTURE'] as const satisfies readonly Destination['kind'][];
const COUNT = { min: 1, max: 10_000_000, integer: true } as const;
const WEIGHT = { min: 0.001, max: 1_000_000, integer: false } as const;
const MAX_MEMBERS = 10_000;
const NO_CAPS: Caps = { open: null, daily: null };
const POOL_KEYS = [
  ...['zone', 'hours', 'holidays', 'caps', 'owner', 'sticky', 'acceptWithin', 'sla', 'maxWait', 'overflowTo', 'description'],
  ...['strategy', 'offer', 'skills', 'atCap', 'ageing'],
];
const AGENT_KEYS = ['name', 'weight', 'caps', 'hours', 'holidays', 'zone', 'leave', 'active', 'skills', 'effectiveness'];
const OWNERS = ['none', 'person', 'account', 'person-then-account'] as const;
const OWNER_OF: Readonly<Record<(typeof OWNERS)[number], OwnerPolicy>> = {
  none: 'NONE',
  person: 'PERSON',
  account: 'ACCOUNT',
  'person-then-account': 'PERSON_THEN_ACCOUNT',
};
const AT_CAP = ['wait', 'overflow', 'next-rule', 'exception'] as const;
const AT_CAP_OF: Readonly<Record<(typeof AT_CAP)[number], AtCap>> = {
  wait: 'WAIT',
  overflow: 'OVERFLOW',
  'next-rule': 'NEXT_RULE',
  exception: 'EXCEPTION',
};
const EFFECTIVENESS = { min: 0, max: 100, integer: false } as const;
const DESTINATION_KEYS = ['name', 'zone', 'hours', 'holidays', 'sla', 'caps', 'webhook', 'description', ...ECONOMICS_KEYS];

/** What a destination or pool may refer to, or falls back on. */
export interface Surroundings {
  readonly zone: string;
  readonly calendars: Calendars;
}

export function readDestinations(document: RuleSetDocument, place: Place | null, around: Surroundings): ReadonlyMap<string, Destination> {
  const destinations = new Map<string, Destination>();
  const isNew = uniqueNames(document, { what: 'destination' });
  for (const item of itemsOf(document, place)) {
    const fields = fieldsOf(document, item, { required: ['id', 'kind'], optional: DESTINATION_KEYS });
    const destinationId = idOf(document, fields?.get('id') ?? null);
    const kind = oneOf(document, fields?.get('kind') ?? null, KINDS);
    if (fields === null || destinationId === null) continue;
    isNew(destinationId, fields.get('id') ?? item);
    const zone = zoneOf(document, fields.get('zone'), around.zone);
    const economics = readEconomics(document, fields);
    destinations.set(destinationId, {
      destinationId,
      kind: kind ?? 'SALES',
      name: textOf(document, fields.get('name')) ?? destinationId,
      zone,
      defaults: {
        hours: hoursIn(document, fields, { zone, holidays: holidaysOf(document, fields.get('holidays'), around.calendars) }),
        sla: readSla(document, { sla: fields.get('sla'), acceptWithin: null }, NO_SLA),
      },
      caps: readCaps(document, fields.get('caps')),
      ...(economics && { economics }),
      webhook: readWebhook(document, fields.get('webhook')),
    });
  }
  return destinations;
}

export function readPools(
  document: RuleSetDocument,
  place: Place | null,
  around: Surroundings & { readonly destinations: ReadonlyMap<string, Destination> },
): ReadonlyMap<string, Placed<Pool>> {
  const pools = new Map<string, Placed<Pool>>();
  const isNew = uniqueNames(document, { what: 'pool' });
  for (const item of itemsOf(document, place)) {
    const pool = readPool(document, item, around);
    if (pool !== null && isNew(pool.value.poolId, pool.fields.get('id') ?? item)) pools.set(pool.value.poolId, pool);
  }
  return pools;
}

function readPool(
  document: RuleSetDocument,
  place: Place,
  around: Surroundings & { readonly destinations: ReadonlyMap<string, Destination> },
): Placed<Pool> | null {
  const fields = fieldsOf(document, place, { required: ['id', 'destination', 'agents'], optional: POOL_KEYS });
  const poolId = idOf(document, fields?.get('id') ?? null);
  if (fields === null || poolId === null) return null;
  const zone = zoneOf(document, fields.get('zone'), around.zone);
  const agents = readAgents(document, fields.get('agents'), { zone, calendars: around.calendars });
  const destinationId = textOf(document, fields.get('destination')) ?? '';
  const inherited = around.destinations.get(destinationId)?.defaults;
  const holidays = holidaysOf(document, fields.get('holidays'), around.calendars) ?? inherited?.hours?.holidays;
  // Hours of its own are by its own zone; the destination's come with the destination's.
  const ofDestination = fields.get('hours') === null ? (inherited?.hours ?? null) : null;
  if (fields.get('agents') !== null && !agents.some((agent) => agent.active)) {
    report(document, fields.get('agents') ?? place, { message: `pool "${poolId}" has no active agent: nobody could ever take a lead` });
  }
  const pool: Pool = {
    poolId,
    destinationId,
    zone,
    hours: ofDestination === null ? hoursIn(document, fields, { zone, holidays }) : { ...ofDestination, ...(holidays && { holidays }) },
    caps: readCaps(document, fields.get('caps')),
    agents,
    owner: readOwner(document, fields),
    sla: readSla(document, { sla: fields.get('sla'), acceptWithin: fields.get('acceptWithin') }, inherited?.sla ?? NO_SLA),
    maxWaitMs: durationOf(document, fields.get('maxWait')),
    overflowTo: textOf(document, fields.get('overflowTo')),
    ...readChoosing(document, fields),
  };
  checkCovers(document, fields.get('agents'), agents);
  return { value: pool, place, fields };
}

/** `sticky: true` is short for the person's, `false` for nobody's. */
function readOwner(document: RuleSetDocument, fields: Fields): OwnerPolicy {
  const sticky = booleanOf(document, fields.get('sticky')) ?? true;
  const owner = fields.get('owner');
  if (owner === null) return sticky ? 'PERSON' : 'NONE';
  if (fields.get('sticky') !== null)
    report(document, fields.get('sticky') ?? owner, { message: '`sticky` and `owner` say the same: keep `owner`' });
  const policy = oneOf(document, owner, OWNERS);
  return policy === null ? 'PERSON' : OWNER_OF[policy];
}

/** What is not said stays out, so that it costs nothing. */
function readChoosing(document: RuleSetDocument, fields: Fields): Pick<Pool, 'strategy' | 'offer' | 'wants' | 'atCap' | 'ageingMs'> {
  const strategy = readAgentStrategy(document, fields.get('strategy'));
  const offer = readOffer(document, fields, strategy);
  const wants = readSkillWants(document, fields.get('skills'));
  const atCap = oneOf(document, fields.get('atCap'), AT_CAP);
  const ageingMs = durationOf(document, fields.get('ageing'));
  const overflowTo = fields.get('overflowTo');
  if (atCap === 'overflow' && overflowTo === null)
    report(document, fields.get('atCap') ?? fields.place, { message: 'atCap is "overflow": say where to, with "overflowTo"' });
  if (atCap !== null && atCap !== 'overflow' && overflowTo !== null)
    report(document, overflowTo, { message: `"overflowTo" is for atCap: overflow; with "${atCap}" it would never be looked at` });
  return {
    ...(strategy !== null && { strategy }),
    ...(offer !== null && { offer }),
    ...(wants !== null && { wants }),
    ...(atCap !== null && { atCap: AT_CAP_OF[atCap] }),
    ...(ageingMs !== null && { ageingMs }),
  };
}

/** Whoever covers is somebody else of the pool. */
function checkCovers(document: RuleSetDocument, place: Place | null, agents: readonly Agent[]): void {
  const known = agents.map(({ agentId }) => agentId);
  for (const { agentId, leave } of agents) {
    for (const { cover } of leave) {
      if (cover === undefined || place === null) continue;
      if (cover === agentId) report(document, place, { message: `agent "${agentId}" cannot cover for itself` });
      else if (!known.includes(cover))
        report(document, place, { message: `"${cover}" is to cover for "${agentId}" and is not in this pool${didYouMean(cover, known)}` });
    }
  }
}

/** The week as written, without the holidays; null for around the clock, every day. */
function hoursIn(
  document: RuleSetDocument,
  fields: Fields,
  { zone, holidays }: { readonly zone: string; readonly holidays: Holidays | undefined },
): WeeklyHours | null {
  const hours = hoursOf(document, fields.get('hours'), zone);
  return holidays === undefined ? hours : { ...(hours ?? { zone, spans: WHOLE_WEEK }), holidays };
}

function readAgents(document: RuleSetDocument, place: Place | null, { zone, calendars }: Surroundings): readonly Agent[] {
  const agents = new Map<string, Agent>();
  const isNew = uniqueNames(document, { what: 'agent', within: ' in this pool' });
  const items = itemsOf(document, place);
  if (items.length > MAX_MEMBERS && place !== null)
    report(document, place, { message: `${items.length} agents: a pool holds at most ${MAX_MEMBERS}` });
  for (const item of items) {
    const fields = fieldsOf(document, item, { required: ['id'], optional: AGENT_KEYS });
    const agentId = idOf(document, fields?.get('id') ?? null);
    if (fields === null || agentId === null) continue;
    isNew(agentId, fields.get('id') ?? item);
    const agentZone = zoneOf(document, fields.get('zone'), zone);
    const skills = readSkills(document, fields.get('skills'));
    const effectiveness = numberOf(document, fields.get('effectiveness'), EFFECTIVENESS);
    agents.set(agentId, {
      agentId,
      name: textOf(document, fields.get('name')) ?? agentId,
      weight: numberOf(document, fields.get('weight'), WEIGHT) ?? 1,
      caps: readCaps(document, fields.get('caps')),
      hours: hoursIn(document, fields, { zone: agentZone, holidays: holidaysOf(document, fields.get('holidays'), calendars) }),
      leave: readLeave(document, fields.get('leave')),
      active: booleanOf(document, fields.get('active')) ?? true,
      ...(skills !== null && { skills }),
      ...(effectiveness !== null && { effectiveness }),
    });
  }
  return [...agents.values()];
}

function readCaps(document: RuleSetDocument, place: Place | null): Caps {
  if (place === null) return NO_CAPS;
  const fields = fieldsOf(document, place, { optional: ['open', 'daily', 'hourly'] });
  const hourly = numberOf(document, fields?.get('hourly') ?? null, COUNT);
  return {
    ...(hourly !== null && { hourly }),
    open: numberOf(document, fields?.get('open') ?? null, COUNT),
    daily: numberOf(document, fields?.get('daily') ?? null, COUNT),
  };
}

function readLeave(document: RuleSetDocument, place: Place | null): readonly Leave[] {
  return itemsOf(document, place).flatMap((item) => {
    const fields = fieldsOf(document, item, { required: ['from', 'to'], optional: ['cover'] });
    const cover = idOf(document, fields?.get('cover') ?? null);
    const from = dateOf(document, fields?.get('from') ?? null);
    const to = dateOf(document, fields?.get('to') ?? null);
    if (from === null || to === null) return [];
    if (from < to) return [{ from, to, ...(cover !== null && { cover }) }];
    report(document, item, { message: `leave ends ${to}, not after it begins ${from}; "to" is the first day back at work` });
    return [];
  });
}

function dateOf(document: RuleSetDocument, place: Place | null): string | null {
  const text = textOf(document, place);
  if (text === null || place === null) return null;
  if (isRealDay(text)) return text;
  report(document, place, { message: `"${text}" is not a day of the calendar: write yyyy-mm-dd` });
  return null;
}

function readWebhook(document: RuleSetDocument, place: Place | null): Destination['webhook'] {
  if (place === null) return null;
  const fields = fieldsOf(document, place, { required: ['url', 'secretEnv'] });
  const url = textOf(document, fields?.get('url') ?? null);
  const secretEnv = textOf(document, fields?.get('secretEnv') ?? null);
  if (url === null || secretEnv === null) return null;
  const protocol = URL.parse(url)?.protocol;
  if (protocol !== 'https:' && protocol !== 'http:' && !/^\$[A-Z][A-Z0-9_]*$/.test(url))
    report(document, fields?.get('url') ?? place, {
      message: `"${url}" is not an address that begins with https:// or http://, nor $ and the name of an environment variable that holds one`,
    });
  if (!/^[A-Z][A-Z0-9_]*$/.test(secretEnv)) {
    report(document, fields?.get('secretEnv') ?? place, {
      message: 'secretEnv is the NAME of an environment variable (capitals, digits, underscores); the secret itself never stands here',
    });
  }
  return { url, secretEnv };
}

/** What can only be said when all pools are known: destinations that are not there, overflow that ends nowhere. */
export function checkPools(
  document: RuleSetDocument,
  pools: ReadonlyMap<string, Placed<Pool>>,
  destinations: ReadonlyMap<string, Destination>,
): void {
  for (const { value: pool, place, fields } of pools.values()) {
    if (!destinations.has(pool.destinationId) && fields.get('destination') !== null) {
      const hint = didYouMean(pool.destinationId, [...destinations.keys()]);
      report(document, fields.get('destination') ?? place, { message: `there is no destination "${pool.destinationId}"${hint}` });
    }
    if (pool.overflowTo === null) continue;
    const at = fields.get('overflowTo') ?? place;
    if (!pools.has(pool.overflowTo))
      report(document, at, { message: `there is no pool "${pool.overflowTo}"${didYouMean(pool.overflowTo, [...pools.keys()])}` });
    else {
      const circle = circleFrom(pool, pools);
      const way = circle?.map((poolId) => `"${poolId}"`).join(' to ');
      if (circle !== null) report(document, at, { message: `the overflow of "${pool.poolId}" comes back to itself: from ${way}` });
    }
  }
}

/** Ids from the pool back to it; null when its overflow ends elsewhere. */
function circleFrom(start: Pool, pools: ReadonlyMap<string, Placed<Pool>>): readonly string[] | null {
  const seen = [start.poolId];
  let next = start.overflowTo;
  while (next !== null) {
    if (next === start.poolId) return [...seen, next];
    if (seen.includes(next)) return null;
    seen.push(next);
    next = pools.get(next)?.value.overflowTo ?? null;
  }
  return null;
}
