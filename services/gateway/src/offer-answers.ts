/**
 * Answers to offers: a lead is offered to several, and the first to accept has it. Who was first the router decides, by the order of the
 * log: the page waits a moment for that, so that who clicks mostly knows at once, and says what is not known yet as not known.
 */
import type { Answer, AnswerAction } from '@lead-router/contracts/answer-token.ts';
import { wasAsked } from '@lead-router/domain/lead-offer.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import { type AnswerForm, messagePage, type Page } from './answer-page.ts';
import type { GatewayStore } from './gateway-store.ts';

/** What reads otherwise than in an answer to an assignment. */
export const OFFER_FORMS: Readonly<Partial<Record<AnswerAction, Pick<AnswerForm, 'title' | 'done'>>>> = {
  ACCEPTED: { title: 'Take this lead', done: 'Your answer is recorded.' },
  DECLINED: { title: 'Decline this lead', done: 'Thank you. You are not asked about this lead again.' },
};

export const TAKEN = messagePage(409, 'Somebody else has it already', 'This lead was given to somebody else. There is nothing left to do.');

const YOURS = messagePage(200, 'The lead is yours', 'You were the first to accept it. All that is known of it comes by mail.');
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

/** UNKNOWN: nothing was decided in time; also where there is no room for the lead with who accepts, and the offer stays. */
export type Claim = 'WON' | 'LOST' | 'UNKNOWN';

export interface ClaimOptions {
  readonly store: Pick<GatewayStore, 'readLeadStatus'>;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** The answer is recorded already, so that Postgres being away is no error here. */
export async function awaitClaim({ store, now, sleep }: ClaimOptions, answer: Answer): Promise<Claim> {
  const until = now() + PATIENCE_MS;
  try {
    for (;;) {
      const { lead } = await store.readLeadStatus(answer.leadId);
      if (lead === null) return 'UNKNOWN';
      if (!isOpenTo(lead, answer)) return lead.stage !== 'OFFERED' && lead.agentId === answer.agentId ? 'WON' : 'LOST';
      if (now() >= until) return 'UNKNOWN';
      await sleep(LOOK_AGAIN_MS);
    }
  } catch (error) {
    if (error instanceof StoreFault) return 'UNKNOWN';
    throw error;
  }
}

export function pageOfClaim(claim: Claim): Page {
  switch (claim) {
    case 'WON':
      return YOURS;
    case 'LOST':
      return TAKEN;
    case 'UNKNOWN':
      return NOT_KNOWN_YET;
  }
}
