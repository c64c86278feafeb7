/**
 * What became of a lead since it came, and what was learned on the way. Folding an activity in is the same whatever the order and
 * however often: each field has the value of the latest report of it (by time, then event id), notes stand in the order of their
 * times, and an event that is in the history already changes nothing. True as far back as the history reaches.
 */
import type { Lead, Person, Qualification } from './lead.ts';
import { NOBODY } from './lead-words.ts';
import type { ActivityKind } from './routing-model.ts';

/** One activity as the history keeps it: without personal values, which stand in the person alone. */
export interface LeadEvent {
  readonly eventId: string;
  /** UNKNOWN: of a newer writer. */
  readonly activity: ActivityKind | 'UNKNOWN';
  readonly occurredAt: number;
  readonly system: string;
  readonly agentId: string | null;
  readonly reason: string | null;
  readonly isHumanResponse: boolean;
  /** Names of the fields that it brought: `answers.budget`, `attributes.plan`, `person.phone`. */
  readonly learned: readonly string[];
}

/** An activity with all that it brings. */
export interface ReportedActivity extends Omit<LeadEvent, 'learned' | 'activity'> {
  readonly activity: ActivityKind;
  readonly answers: Qualification | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly person: Person | null;
}

export interface LeadData {
  readonly lead: Lead;
  readonly person: Person | null;
  /** The person is encrypted or erased: nothing personal can be added. */
  readonly isSealed: boolean;
  /** By time, then event id. */
  readonly history: readonly LeadEvent[];
}

/** The oldest go first. A thousand opens of one mail must not make a lead too large to carry. */
export const MOST_EVENTS = 200;
/** Characters of notes kept with a lead; the oldest paragraphs go first. */
const MOST_NOTES = 16_000;
const PERSON_FIELDS = ['firstName', 'lastName', 'fullName', 'jobTitle', 'email', 'phone', 'mobile', 'fax', 'street', 'comments'] as const;

/** It brings something to keep, whatever becomes of the lead. */
export function bringsData(reported: Pick<ReportedActivity, 'answers' | 'attributes' | 'person'>): boolean {
  return learnedFields(reported).length > 0;
}

/** Kinds that are kept in the history even if they change nothing else. */
export function isAlwaysKept(activity: ActivityKind): boolean {
  return activity === 'NOTED' || activity === 'ENGAGED' || activity === 'ANSWERED';
}

/** The lead with what this activity says of it. The activity itself is added by `remember`. */
export function learn(data: LeadData, reported: ReportedActivity): LeadData {
  if (data.history.some(({ eventId }) => eventId === reported.eventId)) return data;
  const newest = new Set(learnedFields(reported).filter((field) => !data.history.some((event) => isLater(event, reported, field))));
  if (newest.size === 0) return data;
  const qualification = reported.answers === null ? data.lead.qualification : answered(data.lead.qualification, reported.answers, newest);
  const attributes = Object.entries(reported.attributes).filter(([name]) => newest.has(`attributes.${name}`));
  const lead = { ...data.lead, qualification, attributes: { ...data.lead.attributes, ...Object.fromEntries(attributes) } };
  return { ...data, lead, person: corrected(data, reported, newest) };
}

export function remember(history: readonly LeadEvent[], event: LeadEvent): readonly LeadEvent[] {
  if (history.some(({ eventId }) => eventId === event.eventId)) return history;
  return [...history, event].sort(compareEvents).slice(-MOST_EVENTS);
}

export function eventOf(reported: ReportedActivity): LeadEvent {
  const { eventId, activity, occurredAt, system, agentId, reason, isHumanResponse } = reported;
  return { eventId, activity, occurredAt, system, agentId, reason, isHumanResponse, learned: learnedFields(reported) };
}

/** What says nothing (UNKNOWN, null, empty) is no answer. */
function learnedFields({ answers, attributes, person }: Pick<ReportedActivity, 'answers' | 'attributes' | 'person'>): readonly string[] {
  const fields: string[] = [];
  if (answers !== null) {
    const { budget, authority, need, timeFrame, productInterest } = answers;
    if (budget !== null) fields.push('answers.budget');
    if (authority !== 'UNKNOWN') fields.push('answers.authority');
    if (need !== null) fields.push('answers.need');
    if (timeFrame !== 'UNKNOWN') fields.push('answers.timeFrame');
    if (productInterest.length > 0) fields.push('answers.productInterest');
  }
  for (const name of Object.keys(attributes).sort()) fields.push(`attributes.${name}`);
  if (person === null) return fields;
  for (const name of PERSON_FIELDS) if (person[name] !== null) fields.push(`person.${name}`);
  return person.notes === null ? fields : [...fields, 'person.notes'];
}

/** Another event has the last word on this field. Notes have none: each stands beside the others. */
function isLater(event: LeadEvent, reported: ReportedActivity, field: string): boolean {
  return field !== 'person.notes' && event.learned.includes(field) && compareEvents(event, reported) > 0;
}

function compareEvents(a: Pick<LeadEvent, 'occurredAt' | 'eventId'>, b: Pick<LeadEvent, 'occurredAt' | 'eventId'>): number {
  return a.occurredAt - b.occurredAt || (a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0);
}

function answered(known: Qualification, answers: Qualification, newest: ReadonlySet<string>): Qualification {
  return {
    budget: newest.has('answers.budget') ? answers.budget : known.budget,
    authority: newest.has('answers.authority') ? answers.authority : known.authority,
    need: newest.has('answers.need') ? answers.need : known.need,
    timeFrame: newest.has('answers.timeFrame') ? answers.timeFrame : known.timeFrame,
    productInterest: newest.has('answers.productInterest') ? answers.productInterest : known.productInterest,
  };
}

function corrected({ person, isSealed }: LeadData, reported: ReportedActivity, newest: ReadonlySet<string>): Person | null {
  const said = reported.person;
  if (said === null || isSealed) return person;
  const changes: Partial<Record<(typeof PERSON_FIELDS)[number], string | null>> = {};
  for (const name of PERSON_FIELDS) if (newest.has(`person.${name}`)) changes[name] = said[name];
  const known = person ?? NOBODY;
  return { ...known, ...changes, notes: newest.has('person.notes') ? noted(known.notes, reported) : known.notes };
}

const HEAD = /^\[\d{4}-\d\d-\d\dT[\d:.]+Z [^\]\n]*\] /;

/** Each note is a paragraph that begins with its time and author; what the vendor wrote has no such head and stays first. */
function noted(known: string | null, { occurredAt, agentId, system, person }: ReportedActivity): string {
  const text = (person?.notes ?? '').trim().replaceAll(/\n{2,}/g, '\n');
  const note = `[${new Date(occurredAt).toISOString()} ${agentId ?? system}] ${text}`;
  const paragraphs = known === null ? [] : known.split('\n\n');
  const first = paragraphs.findIndex((paragraph) => HEAD.test(paragraph));
  const given = first < 0 ? paragraphs : paragraphs.slice(0, first);
  const notes = [...new Set([...(first < 0 ? [] : paragraphs.slice(first)), note])].sort();
  while (notes.length > 1 && [...given, ...notes].join('\n\n').length > MOST_NOTES) notes.shift();
  return [...given, ...notes].join('\n\n');
}
