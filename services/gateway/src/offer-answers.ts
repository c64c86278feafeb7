/**
 * Answers to offers: a lead is offered to several, and the first to accept has it. Who was first the router decides, by the order of the
 * log: the page waits a moment for that, so that who clicks mostly knows at once, and says what is not known yet as not known. That the router
 * has heard an accept and the lead is offered as before says that it could not be, and is told as that.
 */
import type { Answer, AnswerAction } from '@lead-router/contracts/answer-token.ts';
import type { EventId } from '@lead-router/domain/lead.ts';
import { wasAsked } from '@lead-router/domain/lead-offer.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import { type AnswerForm, messagePage, type Page } from './answer-page.ts';
import type { GatewayStore } from './gateway-store.ts';
import { isTheirs, pageOfMoved, YOURS } from './moved-lead.ts';

/** What reads otherwise than in an answer to an assignment. */
export const OFFER_FORMS: Readonly<Partial<Record<AnswerAction, Pick<AnswerForm, 'title' | 'done'>>>> = {
  ACCEPTED: { title: 'Take this lead', done: 'Your answer is recorded.' },
  DECLINED: { title: 'Decline this lead', done: 'Thank you. You are not asked about this lead again.' },
};

/** Heard, and it cannot be: the offer stays as it is. */
const NO_PLACE = messagePage(
  409,
  'You cannot have it just now',
  'You have as many leads as you may have, or are on leave, or not of this team any more. The lead is still offered: once there is room, accept it again by the same link.',
);
const AWAY = messagePage(
  409,
  'You cannot have it just now',
  'You are said to be away. The lead is still offered: once you are back, accept it again by the same link.',
);
const NOT_KNOWN_YET = messagePage(
  202,
  'Your answer is recorded',
  'Whether you were the first is not decided yet. If the lead is yours, a mail says so.',
);

/** Who clicks waits at most so long. */
const PATIENCE_MS = 2_500;
const LOOK_AGAIN_MS = 100;

/** Somebody who was asked, in this round or an earlier one, and has not declined. */
export function isOpenTo({ stage, offer }: LeadRecord, { agentId }: Answer): boolean {
  return stage === 'OFFERED' && offer !== undefined && agentId !== null && wasAsked(offer, agentId);
}

export interface ClaimOptions {
  readonly store: Pick<GatewayStore, 'readLeadStatus' | 'isEventApplied' | 'isAway'>;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface Claim {
  readonly answer: Answer;
  /** Of the activity that the answer was made. */
  readonly eventId: EventId;
}

/** What came of it, once that is decided. The answer is recorded already, so that Postgres being away is no error here. */
export async function awaitClaim({ store, now, sleep }: ClaimOptions, { answer, eventId }: Claim): Promise<Page> {
  const until = now() + PATIENCE_MS;
  try {
    for (;;) {
      // Before the lead, which is then no older than what the router has made of the answer.
      const isHeard = await store.isEventApplied(eventId);
      const { lead } = await store.readLeadStatus(answer.leadId);
      if (lead !== null && isTheirs(lead, answer)) return YOURS;
      if (lead === null || !isOpenTo(lead, answer)) return pageOfMoved(lead, answer);
      if (isHeard) return (await isSaidAway(store, answer, now())) ? AWAY : NO_PLACE;
      if (now() >= until) return NOT_KNOWN_YET;
      await sleep(LOOK_AGAIN_MS);
    }
  } catch (error) {
    if (error instanceof StoreFault) return NOT_KNOWN_YET;
    throw error;
  }
}

async function isSaidAway(store: Pick<GatewayStore, 'isAway'>, { agentId }: Answer, now: number): Promise<boolean> {
  return agentId !== null && (await store.isAway(agentId, now));
}
