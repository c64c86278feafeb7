/** Why a lead was decided on, in plain words: one list for explanations, the command line and mails. */
import type { DecisionCause } from './routing-model.ts';

const CAUSES: Readonly<Record<DecisionCause, string>> = {
  SUBMITTED: 'it was submitted',
  QUALIFIED: 'it was qualified',
  DECLINED: 'its owner declined it',
  RETURNED: 'its owner returned it',
  ACCEPT_OVERDUE: 'its owner did not accept it in time',
  RESPONSE_OVERDUE: 'no person had answered it in time',
  ANSWERED: 'it answered what was missing',
  ENGAGED: 'the person engaged',
  UNDELIVERABLE: 'its owner could not be told',
  CLAIMED: 'it was offered to several, and one was the first to accept',
  OFFER_EXPIRED: 'nobody whom it was offered to had taken it in time',
  CAPACITY_FREED: 'a place became free',
  POOL_OPENED: 'the pool opened',
  WAITED_TOO_LONG: 'it had waited as long as the pool allows',
  REASSIGNED_BY_HAND: 'a person reassigned it',
};

/** To stand after "because". */
export function causeWords(cause: DecisionCause): string {
  return CAUSES[cause];
}
