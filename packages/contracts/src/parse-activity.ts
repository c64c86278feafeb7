/**
 * The one rule for what an activity is, at every door: HTTP and `activity.intake.<system>.v1`. It names its lead by id,
 * or by vendor and reference; whatever comes gives an activity or a list of faults, each naming its field.
 */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { ActivityKind, LeadActivity } from './generated/wire-types.ts';
import { activityEventId, asLeadId, isUuid, leadIdFor } from './ids.ts';
import { readPerson, readQualification } from './parse-submission.ts';
import { FaultList, SUBMISSION_LIMITS, type SubmissionFault } from './submission-faults.ts';
import { FieldReader, isObject } from './submission-fields.ts';

export interface ActivitySubmission {
  /** Of the system and its own id: sending it again is a repeat. */
  readonly eventId: EventId;
  readonly leadId: LeadId;
  readonly occurredAt: number;
  readonly activity: LeadActivity;
}

export type ActivityResult =
  | { readonly ok: true; readonly submission: ActivitySubmission }
  | { readonly ok: false; readonly faults: readonly SubmissionFault[] };

/** Every field an activity may have. */
export const ACTIVITY_PATHS: readonly string[] = [
  ...[
    'activityId',
    'leadId',
    'vendor',
    'vendorReference',
    'activity',
    'occurredAt',
    'agentId',
    'reason',
    'isHumanResponse',
    'revision',
    'attributes',
  ],
  ...['answers.budget', 'answers.authority', 'answers.need', 'answers.timeFrame', 'answers.productInterest'],
  ...['person.firstName', 'person.lastName', 'person.jobTitle', 'person.email', 'person.phone', 'person.mobile', 'person.fax'],
  ...['person.fullName', 'person.street', 'person.comments', 'person.notes'],
];

/** All that a person or a system may report; UNKNOWN is for readers only. */
export const ACTIVITIES = [
  ...(['ACCEPTED', 'DECLINED', 'CONTACTED', 'ANSWERED', 'QUALIFIED', 'DISQUALIFIED'] as const),
  ...(['RETURNED', 'WON', 'LOST', 'ENGAGED', 'NOTED', 'UNDELIVERABLE'] as const),
] satisfies readonly ActivityKind[];

/** Of one lead; far beyond what people can do with it. */
const MOST_REVISIONS = 1_000_000;

/** Total. `system` is who sends it, as the door knows: name of the CRM, or of the API key. */
export function parseActivity(value: unknown, system: string): ActivityResult {
  const list = new FaultList(ACTIVITY_PATHS);
  if (!isObject(value)) {
    list.add('LR_LEAD_NOT_AN_OBJECT', '', 'an activity is a JSON object');
    return { ok: false, faults: list.faults };
  }
  const reader = new FieldReader(value, '', list);
  const activityId = reader.required(reader.line('activityId', SUBMISSION_LIMITS.reference), 'activityId');
  const kind = reader.required(reader.word('activity', ACTIVITIES), 'activity');
  const occurredAt = reader.required(reader.time('occurredAt'), 'occurredAt');
  const leadId = readLeadId(reader, list);
  const rest = readRest(reader);
  reader.close();
  if (list.faults.length > 0 || activityId === null || kind === null || occurredAt === null || leadId === null)
    return { ok: false, faults: list.faults };
  const activity: LeadActivity = { activity: kind, system, ...rest, personSealed: null };
  return { ok: true, submission: { eventId: activityEventId(system, activityId), leadId, occurredAt, activity } };
}

function readLeadId(reader: FieldReader, list: FaultList): LeadId | null {
  const leadId = reader.line('leadId');
  const vendor = reader.line('vendor');
  const reference = reader.line('vendorReference', SUBMISSION_LIMITS.reference);
  if (leadId !== null) {
    if (isUuid(leadId)) return asLeadId(leadId);
    list.add('LR_LEAD_FIELD_VALUE', 'leadId', 'must be a lead id as the gateway gave it');
    return null;
  }
  if (vendor !== null && reference !== null) return leadIdFor(vendor, { kind: 'REFERENCE', reference });
  reader.required(null, 'leadId');
  return null;
}

function readRest(reader: FieldReader): Omit<LeadActivity, 'activity' | 'system' | 'personSealed'> {
  const hasAnswers = reader.has('answers');
  const answers = readQualification(reader.object('answers'));
  return {
    agentId: reader.line('agentId'),
    reason: reader.line('reason'),
    isHumanResponse: reader.flag('isHumanResponse') ?? true,
    revision: reader.count('revision', MOST_REVISIONS),
    answers: hasAnswers ? answers : null,
    attributes: reader.attributes('attributes'),
    person: readPerson(reader.object('person')),
  };
}
