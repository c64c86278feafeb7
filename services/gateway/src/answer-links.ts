/**
 * Answers of owners by the links in their mails. Opening a link shows what it will do and does nothing: mail programs and virus
 * scanners open links too. Only the form on that page acts.
 *
 * Input: a signed token, and what was filled in. Output: an activity in `lead.inbox.v1`. Key and ordering: lead id.
 * Delivery guarantee: at least once; the event id follows from the token, so the second click is a repeat; an accept of
 * an offer may be tried again some seconds later.
 * Failure: Kafka or Postgres down: the page says so, and the same link works again later. Metrics: those of HTTP, by route.
 */
import {
  ANSWER_SYSTEM,
  type Answer,
  type AnswerAction,
  answerEventId,
  offerAcceptEventId,
  readAnswer,
} from '@lead-router/contracts/answer-token.ts';
import { parseActivity } from '@lead-router/contracts/parse-activity.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { EventId } from '@lead-router/domain/lead.ts';
import type { LeadStage } from '@lead-router/domain/routing-model.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { type AnswerForm, formPage, messagePage, type Page } from './answer-page.ts';
import type { GatewayStore } from './gateway-store.ts';
import { pageOfMoved } from './moved-lead.ts';
import { awaitClaim, isOpenTo, OFFER_FORMS } from './offer-answers.ts';
import { activityValue, type InboxCodec } from './report-activities.ts';

export interface AnswerLinkOptions {
  /** The first signs, all are believed. */
  readonly keys: readonly string[];
  readonly store: Pick<GatewayStore, 'readLeadStatus' | 'isEventApplied' | 'isAway'>;
  readonly send: (records: readonly OutgoingRecord[]) => Promise<void>;
  readonly inbox: InboxCodec;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Codes, so that reports can count them. */
const REASONS = {
  DECLINED: ['no-capacity', 'wrong-territory', 'wrong-product', 'conflict-of-interest', 'not-a-lead', 'other'],
  DISQUALIFIED: ['no-interest', 'no-budget', 'no-authority', 'not-reachable', 'duplicate', 'not-a-lead', 'other'],
} as const satisfies Partial<Readonly<Record<AnswerAction, readonly string[]>>>;

const FORMS: Readonly<Record<AnswerAction, AnswerForm>> = {
  ACCEPTED: { title: 'Accept this lead', button: 'Accept', done: 'The lead is yours.', reasons: [], takesNotes: false },
  DECLINED: {
    ...{ title: 'Decline this lead', button: 'Decline', done: 'Thank you. The lead goes to somebody else.' },
    ...{ reasons: REASONS.DECLINED, takesNotes: false },
  },
  CONTACTED: {
    ...{ title: 'I have talked to this lead', button: 'Say so', done: 'Thank you. The first response is noted.' },
    ...{ reasons: [], takesNotes: true },
  },
  QUALIFIED: {
    ...{
      title: 'This lead is qualified',
      button: 'Qualified',
      done: 'Thank you. If the rules have somebody for qualified leads, they get it now.',
    },
    ...{ reasons: [], takesNotes: true },
  },
  DISQUALIFIED: {
    ...{ title: 'This lead is disqualified', button: 'Disqualified', done: 'Thank you. The lead is closed.' },
    ...{ reasons: REASONS.DISQUALIFIED, takesNotes: true },
  },
};

const FORGED = messagePage(404, 'This link does not work', 'It is not complete. Copy the whole link from the mail, or use its button.');
const EXPIRED = messagePage(410, 'This link has run out', 'Ask whoever runs the lead router, or answer in the system you work in.');

/** Does nothing but look. Errors: StoreFault. */
export async function showAnswer(options: AnswerLinkOptions, token: string): Promise<Page> {
  const read = await readLink(options, token);
  return read.kind === 'PAGE' ? read.page : formPage(formOf(read), { leadId: read.answer.leadId, fault: null });
}

/** Errors: StoreFault, KafkaFault: nothing was recorded. */
export async function giveAnswer(options: AnswerLinkOptions, token: string, given: URLSearchParams): Promise<Page> {
  const read = await readLink(options, token);
  if (read.kind === 'PAGE') return read.page;
  const { answer } = read;
  const form = formOf(read);
  const reason = form.reasons.find((known) => known === given.get('reason')) ?? null;
  if (form.reasons.length > 0 && reason === null) return formPage(form, { leadId: answer.leadId, fault: 'Choose a reason.' });
  const notes = form.takesNotes ? (given.get('notes') ?? '').trim() : '';
  const made = recordOf(options, read, { reason, notes });
  if (made === null) return formPage(form, { leadId: answer.leadId, fault: 'These notes are too long, or hold what is no text.' });
  await options.send([made.record]);
  if (read.isOffered && answer.action === 'ACCEPTED') return awaitClaim(options, { answer, eventId: made.eventId });
  return messagePage(200, form.title, form.done);
}

interface ReadAnswer {
  readonly kind: 'ANSWER';
  readonly answer: Answer;
  readonly isOffered: boolean;
}

type LinkRead = ReadAnswer | { readonly kind: 'PAGE'; readonly page: Page };

function formOf({ answer: { action }, isOffered }: ReadAnswer): AnswerForm {
  return { ...FORMS[action], ...(isOffered && OFFER_FORMS[action]) };
}

async function readLink({ keys, now, store }: AnswerLinkOptions, token: string): Promise<LinkRead> {
  const read = readAnswer(token, { keys, now: now() });
  if (read.kind === 'FORGED') return { kind: 'PAGE', page: FORGED };
  if (read.kind === 'EXPIRED') return { kind: 'PAGE', page: EXPIRED };
  const { answer } = read;
  const { lead } = await store.readLeadStatus(answer.leadId);
  // Who was asked in an earlier round may still answer.
  if (lead !== null && isOpenTo(lead, answer)) return { kind: 'ANSWER', answer, isOffered: true };
  const isCurrent = lead !== null && !NOT_ANSWERED.includes(lead.stage) && lead.revision === answer.revision;
  if (isCurrent) return { kind: 'ANSWER', answer, isOffered: false };
  return { kind: 'PAGE', page: pageOfMoved(lead, answer) };
}

/** Of a lead that is offered, only who was asked has anything to say by link. */
const NOT_ANSWERED: readonly LeadStage[] = ['CLOSED', 'OFFERED'];

/** Through the one rule for activities, which also cleans the notes; null when it refuses them. */
function recordOf(
  { inbox, now }: AnswerLinkOptions,
  { answer, isOffered }: ReadAnswer,
  { reason, notes }: { readonly reason: string | null; readonly notes: string },
): { readonly record: OutgoingRecord; readonly eventId: EventId } | null {
  const { leadId, agentId, action, revision } = answer;
  const occurredAt = now();
  const eventId = isOffered && action === 'ACCEPTED' ? offerAcceptEventId(answer, occurredAt) : answerEventId(answer);
  const person = notes === '' ? null : { notes };
  const parsed = parseActivity({ activityId: eventId, leadId, activity: action, occurredAt, agentId, reason, person }, ANSWER_SYSTEM);
  if (!parsed.ok) return null;
  const submission = { ...parsed.submission, eventId, activity: { ...parsed.submission.activity, revision } };
  const record = { topic: TOPICS.inbox.topic, key: leadId, value: activityValue(inbox, submission, occurredAt) };
  return { record, eventId };
}
