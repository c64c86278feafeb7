/**
 * The world before the router: scored leads, what agents do with them, commands, repeats of all that at other offsets, values
 * that nobody can read and one that Postgres refuses. All planned by the seed; what agents do depends on where leads are by then.
 */
import type { LeadActivity } from '@lead-router/contracts/generated/wire-types.ts';
import { asLeadId, eventIdFor, leadIdFor } from '@lead-router/contracts/ids.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { ActivityKind, LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { activityRecord, reassignRecord, scoredRecord } from '@lead-router/testkit/inbox-records.ts';
import { buildLead } from '@lead-router/testkit/lead-builders.ts';
import { activateRuleVersion, sayPresence } from '@lead-router/testkit/memory-router-store.ts';
import type { SimProcess } from '@lead-router/testkit/sim-process.ts';
import { AGENT_NAMES, GRADES, LAST_RESORT, POOL_NAMES, SIMULATION_START, simulationRuleSet } from './simulation-rules.ts';
import type { World } from './world.ts';

/** Some more often than others. */
const ACTIVITIES: readonly ActivityKind[] = [
  ...(['ACCEPTED', 'ACCEPTED', 'CONTACTED', 'CONTACTED', 'ANSWERED', 'ENGAGED', 'ENGAGED', 'NOTED', 'QUALIFIED'] as const),
  ...(['DECLINED', 'RETURNED', 'UNDELIVERABLE', 'DISQUALIFIED', 'WON', 'WON', 'LOST'] as const),
];
const SPAN_MS = 6_000;
const REPEAT_RATE = 0.15;
const MOST_AWAY_MS = 20_000;

export interface Upstream {
  /** Leads that can be decided: readable, and with values that Postgres takes. */
  readonly accepted: ReadonlySet<LeadId>;
}

export function startUpstream(world: World): Upstream {
  const { shape } = world;
  const accepted = new Set<LeadId>();
  const leads = Array.from({ length: 5 + shape.int(14) }, (_, n) => planLead(world, { n, accepted }));
  const activities = shape.int(18);
  for (let n = 0; n < activities; n++) soon(world, 'an agent acts', () => act(world, { n, leads }));
  for (let n = shape.int(3); n > 0; n--) soon(world, 'a bad value arrives', () => append(world, badRecord(world)));
  const operator = world.scheduler.createProcess('operator');
  for (let n = shape.int(3); n > 0; n--) soon(world, 'rules are flipped', () => void flip(world, operator));
  for (let n = shape.int(6); n > 0; n--) soon(world, 'somebody comes or goes', () => void comeOrGo(world, operator));
  return { accepted };
}

function planLead(world: World, { n, accepted }: { n: number; accepted: Set<LeadId> }): LeadId {
  const { shape, codecs } = world;
  const isPoisoned = shape.chance(0.03);
  const vendor = isPoisoned ? 'vendor\0a' : 'vendor-a';
  const leadId = leadIdFor(vendor, { kind: 'REFERENCE', reference: `${world.seed}-${n}` });
  const person = shape.chance(0.5) ? { person: String(shape.int(4)) } : {};
  const lead = buildLead({
    vendor,
    vendorReference: String(n),
    attributes: { pool: shape.pick([...POOL_NAMES, 'field', 'nowhere']), grade: shape.pick(GRADES), ...person },
  });
  const ruleSetVersion = shape.chance(0.8) ? 1 : 2;
  const ruleSet = simulationRuleSet(ruleSetVersion);
  const { enrichment } = ruleSet.enrich(lead, null, (text) => text);
  const scoring = ruleSet.score(lead, enrichment, { isQualified: false });
  if (!isPoisoned) accepted.add(leadId);
  const arrive = (): void => {
    const record = scoredRecord(codecs.inbox, { leadId, lead, enrichment, scoring, ruleSetVersion, submittedAt: world.scheduler.now });
    append(world, record);
  };
  if (shape.chance(0.2)) soon(world, `activities of lead ${n} arrive before it`, () => comeFirst(world, { n, leadId, arrive }));
  else soon(world, `lead ${n} arrives`, arrive);
  return leadId;
}

/** The latest one first, as a system may that sends its backlog; the lead right behind them, or some time later. */
function comeFirst(world: World, { n, leadId, arrive }: { n: number; leadId: LeadId; arrive: () => void }): void {
  const { scheduler, shape, codecs } = world;
  const { random } = scheduler;
  for (let left = 1 + random.int(3); left > 0; left--) {
    scheduler.count('activity before its lead');
    const activity = random.pick(ACTIVITIES);
    const eventId = eventIdFor('early', world.seed, n, left);
    const occurredAt = scheduler.now - random.int(800);
    const detail = detailOf(world, { activity, eventId, record: undefined });
    append(
      world,
      activityRecord(codecs.inbox, { eventId, leadId, activity, agentId: random.chance(0.5) ? null : 'f1', occurredAt, detail }),
    );
  }
  if (shape.chance(0.5)) arrive();
  else soon(world, `lead ${n} arrives after its activities`, arrive);
}

/** Mostly the owner does something; sometimes a system, or somebody who has lost the lead. */
function act(world: World, { n, leads }: { n: number; leads: readonly LeadId[] }): void {
  const { scheduler, database, codecs } = world;
  const { random } = scheduler;
  const known = [...database.leads.keys()];
  const leadId = random.pick(known.length > 0 && random.chance(0.9) ? known : leads);
  const record = database.leads.get(leadId);
  const eventId = eventIdFor('act', world.seed, n);
  const occurredAt = scheduler.now - random.int(800);
  const isByHand = random.chance(0.1);
  const to = random.pick([...POOL_NAMES, LAST_RESORT, 'field/f1', 'calls/c2']);
  const activity = random.pick(ACTIVITIES);
  const agentId = actorOf(world, record);
  append(
    world,
    isByHand
      ? reassignRecord(codecs.inbox, { eventId, leadId, to, occurredAt })
      : activityRecord(codecs.inbox, {
          eventId,
          leadId,
          activity,
          agentId,
          occurredAt,
          detail: detailOf(world, { activity, eventId, record }),
        }),
  );
}

/** Occurs once with the lead's person if the activity was learned from. */
export const noteOf = (eventId: EventId): string => `note ${eventId}.`;

/** Voicemail as often as a talk; answers change where the rules send the lead; some speak of the assignment they knew. */
function detailOf(
  { scheduler: { random } }: World,
  { activity, eventId, record }: { activity: ActivityKind; eventId: EventId; record: LeadRecord | undefined },
): Partial<LeadActivity> {
  const revision = record !== undefined && random.chance(0.3) ? Math.max(1, record.revision - random.int(2)) : null;
  const said = { isHumanResponse: random.chance(0.6), revision, reason: activity === 'ENGAGED' ? 'clicked' : null };
  if (activity === 'ANSWERED') return { ...said, attributes: { pool: random.pick(POOL_NAMES), grade: random.pick(GRADES) } };
  return activity === 'NOTED' ? { ...said, person: { ...NOBODY, notes: noteOf(eventId) } } : said;
}

const NOBODY = {
  ...{ firstName: null, lastName: null, jobTitle: null, email: null, phone: null, mobile: null, fullName: null, found: null },
  ...{ fax: null, street: null, comments: null, notes: null },
};

function actorOf({ scheduler: { random } }: World, record: LeadRecord | undefined): string | null {
  const former = record?.formerAgents.find((agentId) => !agentId.startsWith('@'));
  if (random.chance(0.15)) return null;
  return former !== undefined && random.chance(0.3) ? former : (record?.agentId ?? null);
}

function badRecord(world: World): OutgoingRecord {
  const { random } = world.scheduler;
  const key = asLeadId(eventIdFor('bad', world.seed, random.int(1_000_000)));
  const values = [null, Buffer.from([1, 2, 3]), Buffer.from([0, 0, 0, 0, 1, 255, 255, 255])];
  return { topic: TOPICS.inbox.topic, key, value: values[random.int(values.length)] ?? null };
}

/** To whichever version is not active; tried again until it is. */
async function flip(world: World, process: SimProcess): Promise<void> {
  const { database, scheduler } = world;
  const version = (database.activeRuleVersion ?? 1) + 1;
  for (;;) {
    try {
      await activateRuleVersion({ database, process }, version);
      scheduler.count('rules flipped');
      return;
    } catch {
      scheduler.count('flip retried');
    }
  }
}

/** For good, for a while, or back again; said until it is heard. */
async function comeOrGo(world: World, process: SimProcess): Promise<void> {
  const { database, scheduler } = world;
  const { random } = scheduler;
  const away = [...database.away.keys()];
  const isAway = away.length === 0 || random.chance(0.5);
  const agentId = random.pick(isAway ? AGENT_NAMES : away);
  const awayUntil = isAway && random.chance(0.5) ? scheduler.now + random.logUniform(100, MOST_AWAY_MS) : null;
  for (;;) {
    try {
      await sayPresence({ database, process }, { agentId, isAway, awayUntil });
      scheduler.count(isAway ? (awayUntil === null ? 'agent away' : 'agent away for a while') : 'agent back');
      return;
    } catch {
      scheduler.count('word repeated');
    }
  }
}

function append(world: World, record: OutgoingRecord): void {
  world.broker.append([record], null);
  if (!world.shape.chance(REPEAT_RATE)) return;
  world.scheduler.count('repeated upstream');
  soon(world, 'an upstream repeat arrives', () => void world.broker.append([record], null));
}

function soon(world: World, label: string, run: () => void): void {
  const { scheduler, shape } = world;
  const at = Math.max(scheduler.now, SIMULATION_START) + shape.logUniform(1, SPAN_MS);
  scheduler.later(label, { at: () => at, run });
}
