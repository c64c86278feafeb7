import { describe, expect, it } from 'vitest';
import { aLead } from '../../../../test/contract/router-store-fixture.ts';
import type { DecisionCause, LeadRecord } from '../routing-model.ts';
import { ConversionBook } from './conversion-book.ts';
import { type MovedLead, moveTrial } from './trial.ts';

const CELL = 'sales/HOT/SMB';
const ELSEWHERE: Partial<LeadRecord> = { destinationId: 'web', poolId: 'shop' };
const FAILED = [
  { key: 'sales', outcomes: 1, conversions: 0 },
  { key: 'sales/HOT', outcomes: 1, conversions: 0 },
  { key: CELL, outcomes: 1, conversions: 0 },
];

/** A trial of `sales`, and what a decision that makes the lead what `after` says does to it. */
function move(after: Partial<LeadRecord>, { cause, trial }: Pick<MovedLead, 'cause' | 'trial'>) {
  const book = new ConversionBook(undefined, undefined);
  const lead = moveTrial(book, { lead: aLead({ trial: CELL, ...after }), cause, trial });
  return { trial: lead.trial, counted: book.added() };
}

describe('a trial whose lead is moved', () => {
  it.each<DecisionCause>(['DECLINED', 'RETURNED', 'ACCEPT_OVERDUE', 'RESPONSE_OVERDUE'])(
    'has failed when %s takes it elsewhere',
    (cause) => {
      expect(move(ELSEWHERE, { cause, trial: undefined })).toEqual({ trial: undefined, counted: FAILED });
      expect(move(ELSEWHERE, { cause, trial: 'web/HOT/SMB' })).toEqual({ trial: 'web/HOT/SMB', counted: FAILED });
    },
  );

  it('has failed when nobody of the destination has the lead any more, though it waits for one of them', () => {
    expect(move({ stage: 'WAITING', agentId: null }, { cause: 'DECLINED', trial: undefined })).toEqual({
      trial: undefined,
      counted: FAILED,
    });
  });

  it('goes on while another of the destination has it, under the grade that it had', () => {
    expect(move({ agentId: 'bob' }, { cause: 'DECLINED', trial: 'sales/LOW_POTENTIAL/SMB' })).toEqual({ trial: CELL, counted: [] });
  });

  it.each<DecisionCause>(['UNDELIVERABLE', 'REASSIGNED_BY_HAND'])('ends uncounted with %s', (cause) => {
    expect(move(ELSEWHERE, { cause, trial: undefined })).toEqual({ trial: undefined, counted: [] });
  });

  it('stays open over a hand-over, unless another margin has chosen', () => {
    expect(move(ELSEWHERE, { cause: 'QUALIFIED', trial: undefined })).toEqual({ trial: CELL, counted: [] });
    expect(move(ELSEWHERE, { cause: 'QUALIFIED', trial: 'web/HOT/SMB' })).toEqual({ trial: 'web/HOT/SMB', counted: [] });
  });
});
