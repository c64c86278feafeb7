/**
 * A lead that was given by margin is a trial of its destination: it keeps the cell under which its outcome will count (destination, grade
 * and segment as they were when it was given) until that is known, however late. What ends a trial:
 *
 * - `WON`, and `QUALIFIED` where that is what the destination is for: a conversion.
 * - `LOST` and `DISQUALIFIED`: none. Nor is it if the destination declines or returns the lead or lets its clock or its offer run out, and the lead goes elsewhere.
 * - A hand-over for another reason (qualified where it is won that counts, answered, engaged) leaves it open: the outcome still counts
 *   for the destination that was chosen. A later choice by margin, or a person's, or one that came of a message that could not be sent, ends it uncounted.
 */
import type { DecisionCause, LeadOutcome, LeadRecord } from '../routing-model.ts';
import type { RuleSet } from '../rule-set.ts';
import { type ConversionCell, destinationOfCell } from './conversion.ts';
import type { ConversionBook } from './conversion-book.ts';

/** The destination had the lead and made nothing of it. */
const GIVEN_UP: readonly DecisionCause[] = ['DECLINED', 'RETURNED', 'ACCEPT_OVERDUE', 'RESPONSE_OVERDUE', 'OFFER_EXPIRED'];
/** Says nothing of the destination, but takes the lead away. */
const CALLED_OFF: readonly DecisionCause[] = ['UNDELIVERABLE', 'REASSIGNED_BY_HAND'];

/** The lead has ended: its trial too. */
export function settleOutcome(book: ConversionBook, lead: LeadRecord, outcome: LeadOutcome): LeadRecord {
  if (lead.trial === undefined) return lead;
  book.book(lead.trial, outcome === 'WON');
  return withoutTrial(lead);
}

export function settleQualified(book: ConversionBook, lead: LeadRecord, ruleSet: RuleSet): LeadRecord {
  if (lead.trial === undefined) return lead;
  const destination = ruleSet.destinations.get(destinationOfCell(lead.trial));
  if (destination?.economics?.convertsOn !== 'QUALIFIED') return lead;
  book.book(lead.trial, true);
  return withoutTrial(lead);
}

export interface MovedLead {
  /** As it is after the decision. */
  readonly lead: LeadRecord;
  readonly cause: DecisionCause;
  /** Of the choice by margin that gave it there. */
  readonly trial: ConversionCell | undefined;
}

/** A decision has moved the lead: its trial goes on, ends, or makes room for another. */
export function moveTrial(book: ConversionBook, { lead, cause, trial }: MovedLead): LeadRecord {
  const before = lead.trial;
  if (before === undefined) return trial === undefined ? lead : { ...lead, trial };
  // Another of its people has it now.
  if (lead.stage !== 'WAITING' && destinationOfCell(before) === lead.destinationId) return lead;
  if (GIVEN_UP.includes(cause)) book.book(before, false);
  else if (!CALLED_OFF.includes(cause) && trial === undefined) return lead;
  return trial === undefined ? withoutTrial(lead) : { ...lead, trial };
}

function withoutTrial(lead: LeadRecord): LeadRecord {
  const { trial: _ended, ...rest } = lead;
  return rest;
}
