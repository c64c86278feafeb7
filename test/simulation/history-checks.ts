/**
 * What was learned of a lead is with it at rest: each activity that brought something stands once in its history, each note once with
 * its person, whatever was repeated, torn or decided again; one that came before its lead was applied once with it, and is kept as long
 * as that has not come; and each lead's clocks are in order, the first of them its timer.
 */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord, RouterInput } from '@lead-router/domain/routing-model.ts';
import { decodeBatchBody } from '@lead-router/store/batch-body.ts';
import { noteOf } from './upstream.ts';
import type { World } from './world.ts';

type Activity = Extract<RouterInput, { readonly kind: 'ACTIVITY' }>;

export async function violationsOfHistory(world: World): Promise<readonly string[]> {
  const { database, codecs } = world;
  await codecs.wire.prepareStored(database.contexts.values());
  return [
    ...[...learnedOf(world)].flatMap(([leadId, activities]) => violationsOf(world, leadId, activities)),
    ...earlyOnesLost(world),
    ...clocksOutOfOrder(world),
  ];
}

/** An input without facts is one whose lead was not known: it is an input again once the lead is, and in the table until then. */
function earlyOnesLost({ database, scheduler }: World): readonly string[] {
  const early = new Map<EventId, LeadId>();
  const applied = new Map<EventId, number>();
  for (const { body } of database.batches.values()) {
    for (const { kind, eventId, leadId, ...input } of decodeBatchBody(body).inputs) {
      if (kind !== 'ACTIVITY' || !('facts' in input)) continue;
      if (input.facts === null) early.set(eventId, leadId);
      else applied.set(eventId, (applied.get(eventId) ?? 0) + 1);
    }
  }
  const waiting = [...early].filter(([, leadId]) => !database.leads.has(leadId)).map(([eventId]) => eventId);
  for (const eventId of early.keys()) if (applied.has(eventId)) scheduler.count('early activity applied');
  return [
    ...[...applied].filter(([, times]) => times > 1).map(([eventId, times]) => `activity ${eventId} was applied ${times} times`),
    ...[...early]
      .filter(([eventId, leadId]) => database.leads.has(leadId) && !applied.has(eventId))
      .map(([eventId]) => `never applied, though its lead came: ${eventId}`),
    ...waiting.filter((eventId) => !database.early.has(eventId)).map((eventId) => `not kept for its lead: ${eventId}`),
    ...[...database.early.keys()]
      .filter((eventId) => !waiting.includes(eventId))
      .map((eventId) => `kept for a lead that has it: ${eventId}`),
  ];
}

/** By lead, the activities that were decided upon while the lead was known and that are to be kept. */
function learnedOf({ database }: World): ReadonlyMap<LeadId, readonly Activity[]> {
  const learned = new Map<LeadId, Activity[]>();
  for (const { body } of database.batches.values()) {
    for (const input of decodeBatchBody(body).inputs) {
      if (input.kind !== 'ACTIVITY' || input.facts === null) continue;
      if (!input.bringsData && input.activity !== 'ENGAGED') continue;
      const ofLead = learned.get(input.leadId) ?? [];
      learned.set(input.leadId, [...ofLead, input]);
    }
  }
  return learned;
}

function violationsOf({ database, codecs }: World, leadId: LeadId, activities: readonly Activity[]): readonly string[] {
  const stored = database.contexts.get(leadId);
  if (stored === undefined) return [`lead ${leadId} has no context`];
  const { history, person } = codecs.wire.readContext(codecs.wire.fromStored(stored));
  return activities.flatMap(({ eventId, activity }) => {
    const times = history.filter((event) => event.eventId === eventId).length;
    const notes = (person?.notes ?? '').split(noteOf(eventId)).length - 1;
    const wanted = activity === 'NOTED' ? 1 : 0;
    return [
      ...(times === 1 ? [] : [`${activity} ${eventId} stands ${times} times in the history of ${leadId}`]),
      ...(notes === wanted ? [] : [`the note of ${eventId} stands ${notes} times with ${leadId}`]),
    ];
  });
}

function clocksOutOfOrder({ database }: World): readonly string[] {
  return [...database.leads.values()].filter(isOutOfOrder).map(({ leadId }) => `the clocks of ${leadId} are out of order`);
}

function isOutOfOrder({ timer, laterTimers }: LeadRecord): boolean {
  const clocks = timer === null ? laterTimers : [timer, ...laterTimers];
  if (timer === null && laterTimers.length > 0) return true;
  return clocks.some(({ dueAt }, index) => dueAt < (clocks[index - 1]?.dueAt ?? 0));
}
