/** What a decision looked at, in order: filled only while an input is explained, free otherwise. */
import type { LeadRecord } from './routing-model.ts';
import type { RuleMatch } from './rule-set.ts';

export type CandidateVerdict =
  | 'CHOSEN'
  | 'NOT_IN_TURN'
  | 'INACTIVE'
  | 'POOL_CLOSED'
  | 'OUT_OF_HOURS'
  | 'ON_LEAVE'
  | 'AWAY'
  | 'OPEN_CAP'
  | 'DAILY_CAP'
  | 'POOL_CAP'
  | 'DESTINATION_CAP'
  | 'FORMER_OWNER'
  | 'LEFT_THE_POOL';

export interface Candidate {
  readonly agentId: string;
  readonly verdict: CandidateVerdict;
  readonly weight: number;
  /** Before this lead. */
  readonly credit: number;
  readonly open: number;
  readonly daily: number;
  readonly total: number;
}

export type TraceStep =
  | { readonly kind: 'LINKED'; readonly identity: string; readonly to: LeadRecord['leadId'] }
  | { readonly kind: 'RULE'; readonly match: RuleMatch }
  | { readonly kind: 'NO_RULE'; readonly reason: string }
  | {
      readonly kind: 'POOL';
      readonly poolId: string;
      readonly outcome: 'GIVEN' | 'GIVEN_TO_DESTINATION' | 'STICKY' | 'FULL_OR_CLOSED' | 'OTHERS_WAIT' | 'GIVEN_REGARDLESS' | 'NOBODY';
      readonly candidates: readonly Candidate[];
      readonly waiting: number;
    }
  | { readonly kind: 'NOBODY_EVER'; readonly poolId: string }
  | { readonly kind: 'QUEUED'; readonly poolId: string };

export type DecisionTrace = TraceStep[];
