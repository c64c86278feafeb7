/** What a decision looked at, in order: filled only while an input is explained, free otherwise. */

import type { Unclaimed } from './lead-offer.ts';
import type { LedgerTurn } from './ledger.ts';
import type { MarginScore } from './margin/rank-by-margin.ts';
import type { LeadRecord } from './routing-model.ts';
import type { AtCap, RuleMatch } from './rule-set.ts';
import type { Score } from './strategies/agent-strategies.ts';
import type { PoolScore } from './strategies/pool-strategies.ts';

export type CandidateVerdict =
  | 'CHOSEN'
  /** The lead is offered to it, or was until somebody took it. */
  | 'ASKED'
  | 'NOT_IN_TURN'
  /** Could have had it; the strategy's rankings put somebody before it. */
  | 'OUTRANKED'
  /** A filter of the strategy says no. */
  | 'NOT_SUITED'
  | 'INACTIVE'
  | 'POOL_CLOSED'
  | 'OUT_OF_HOURS'
  | 'ON_LEAVE'
  | 'AWAY'
  | 'OPEN_CAP'
  | 'DAILY_CAP'
  | 'HOURLY_CAP'
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
  /** After it: once it is booked for whoever got it. */
  readonly creditAfter: number;
  /** Where the ledger chose among equals; null for those it did not ask. */
  readonly turn: LedgerTurn | null;
  /** Who stands in for it while it is on leave; null: nobody in particular. */
  readonly coveredBy: string | null;
  readonly open: number;
  readonly daily: number;
  readonly total: number;
  /** By each ranking of the pool's strategy, in their order; empty where only the ledger decides. */
  readonly scores: readonly Score[];
  /** In plain words, why it is not suited; null: it is. */
  readonly whyNotSuited: string | null;
}

export type TraceStep =
  | { readonly kind: 'LINKED'; readonly identity: string; readonly to: LeadRecord['leadId'] }
  | { readonly kind: 'RULE'; readonly match: RuleMatch }
  /** The pools of the rule in the order in which they are tried. */
  | {
      readonly kind: 'RANKED';
      readonly ruleId: string;
      /** Their destinations, best first, where margin ranked them. */
      readonly margins?: readonly MarginScore[];
      readonly pools: readonly { readonly poolId: string; readonly scores: readonly PoolScore[] }[];
    }
  /** Its pool is at a cap, or nobody there could ever take it, and passes it on. */
  | { readonly kind: 'PASSED_ON'; readonly poolId: string; readonly atCap: Extract<AtCap, 'NEXT_RULE' | 'EXCEPTION'> }
  | { readonly kind: 'NO_RULE'; readonly reason: string }
  | {
      readonly kind: 'POOL';
      readonly poolId: string;
      readonly outcome:
        | 'GIVEN'
        | 'GIVEN_TO_DESTINATION'
        | 'STICKY'
        | 'FULL_OR_CLOSED'
        | 'OTHERS_WAIT'
        /** By the last resort, or by hand to the pool: in turn, but whatever caps and hours say. */
        | 'GIVEN_REGARDLESS'
        /** To a named agent, out of turn. */
        | 'GIVEN_BY_HAND'
        | 'NOBODY'
        | 'OFFERED'
        /** The first to accept. */
        | 'CLAIMED'
        /** As its offer says of a lead that nobody took. */
        | 'GIVEN_UNCLAIMED'
        /** It has offered the lead already, in vain. */
        | 'PASSED_BY';
      /** Name of the pool's strategy. */
      readonly strategy: string;
      readonly candidates: readonly Candidate[];
      readonly waiting: number;
      /** Of the pool, before this lead. */
      readonly open: number;
      readonly daily: number;
    }
  | { readonly kind: 'UNCLAIMED'; readonly poolId: string; readonly rounds: number; readonly unclaimed: Unclaimed | null }
  | { readonly kind: 'NOBODY_EVER'; readonly poolId: string }
  | { readonly kind: 'QUEUED'; readonly poolId: string };

export type DecisionTrace = TraceStep[];
