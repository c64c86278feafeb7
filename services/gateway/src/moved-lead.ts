/** Pages for who answers by a link that is not theirs to answer by any more: what has become of the lead since, as far as it may be said. */
import type { Answer } from '@lead-router/contracts/answer-token.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { messagePage, type Page } from './answer-page.ts';

export const YOURS = messagePage(200, 'The lead is yours', 'All that is known of it comes by mail.');

const NOTHING_LEFT = 'There is nothing left to do.';
const TAKEN = messagePage(409, 'Somebody else has it already', `This lead was given to somebody else. ${NOTHING_LEFT}`);
const WITH_DECIDERS = messagePage(409, 'It needs a decision', `The final decision makers have this lead now. ${NOTHING_LEFT}`);
const WAITS = messagePage(409, 'Nobody has it yet', 'This lead waits in a queue now. If it comes to you, a mail says so.');
const CLOSED = messagePage(409, 'This lead is closed', `It was closed since that mail. ${NOTHING_LEFT}`);
const DECLINED = messagePage(
  409,
  'You are not asked about this lead any more',
  `You have declined it, or could not be told of it. ${NOTHING_LEFT}`,
);
const OFFERED_TO_OTHERS = messagePage(409, 'It is offered to others now', 'If this lead comes to you, a mail says so.');
const MOVED_ON = messagePage(409, 'This lead has moved on', 'It has been decided anew since that mail; this link does nothing any more.');

export function isTheirs({ stage, agentId }: LeadRecord, answer: Pick<Answer, 'agentId'>): boolean {
  return stage === 'ASSIGNED' && agentId !== null && agentId === answer.agentId;
}

/** @param lead null: there is none of that id */
export function pageOfMoved(lead: LeadRecord | null, answer: Answer): Page {
  switch (lead?.stage) {
    case 'ASSIGNED':
      // Who has accepted it already has what the link was for.
      if (isTheirs(lead, answer)) return answer.action === 'ACCEPTED' && lead.acceptedAt !== null ? YOURS : MOVED_ON;
      return lead.agentId === null ? MOVED_ON : TAKEN;
    case 'OFFERED':
      return answer.agentId !== null && lead.offer?.declined.includes(answer.agentId) ? DECLINED : OFFERED_TO_OTHERS;
    case 'WAITING':
      return WAITS;
    case 'EXCEPTION':
      return lead.agentId === answer.agentId ? MOVED_ON : WITH_DECIDERS;
    case 'CLOSED':
      return CLOSED;
    default:
      return MOVED_ON;
  }
}
