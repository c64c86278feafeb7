/**
 * The vocabulary of a decision: what goes into `decideBatch` and what comes out. Pure data, no behaviour.
 * Router, simulator, what-if, replay and explain share it. Times are milliseconds since the epoch.
 */
import type { Absences } from './availability.ts';
import type { Facts } from './facts.ts';
import type { IgnoredReason } from './ignored-reason.ts';
import type { EventId, Grade, LeadId } from './lead.ts';
import type { LeadOffer } from './lead-offer.ts';
import type { ConversionCell, OutcomeCounts } from './margin/conversion.ts';
import type { CountedOutcomes } from './margin/conversion-book.ts';

/** Where a lead is; each lead is in exactly one stage. */
export type LeadStage =
  /** An agent (or destination) owns it and works it. */
  | 'ASSIGNED'
  /** Several agents of a pool are asked, and the first to accept has it: `offer`. */
  | 'OFFERED'
  /** Belongs to the same person as an open lead; told to that owner, not worked twice. */
  | 'LINKED'
  /** In a pool's queue for capacity or opening hours. */
  | 'WAITING'
  /** With a final decision maker. */
  | 'EXCEPTION'
  /** Ended: won, lost, disqualified. */
  | 'CLOSED';

/** How a closed lead ended. */
export type LeadOutcome = 'WON' | 'LOST' | 'DISQUALIFIED';

/** Why a revision was opened. */
export type DecisionCause =
  | 'SUBMITTED'
  | 'QUALIFIED'
  | 'DECLINED'
  | 'RETURNED'
  | 'ACCEPT_OVERDUE'
  | 'RESPONSE_OVERDUE'
  | 'ANSWERED'
  | 'ENGAGED'
  | 'UNDELIVERABLE'
  /** One of those whom it was offered to was the first to accept. */
  | 'CLAIMED'
  /** A round of its offer ended without anybody taking it. */
  | 'OFFER_EXPIRED'
  | 'CAPACITY_FREED'
  | 'POOL_OPENED'
  | 'WAITED_TOO_LONG'
  | 'REASSIGNED_BY_HAND';

/** The lead's row: all that is known of where it stands. */
export interface LeadRecord {
  readonly leadId: LeadId;
  /** Raised by every change; `lead.state.v1` carries it. */
  readonly version: number;
  /** Raised by every decision; the submission is 1. */
  readonly revision: number;
  readonly stage: LeadStage;
  readonly vendor: string;
  readonly grade: Grade;
  readonly score: number;
  readonly poolId: string | null;
  readonly agentId: string | null;
  readonly destinationId: string | null;
  readonly ruleId: string | null;
  readonly ruleSetVersion: number;
  readonly linkedTo: LeadId | null;
  readonly identities: readonly string[];
  /**
   * Agents who had it and lost it, or declined it when it was offered: never given back to them. A pool as such that lost it stands here as
   * `@pool`: it has no agents, or nobody in it took the lead in all rounds of its offer.
   */
  readonly formerAgents: readonly string[];
  readonly isQualified: boolean;
  /** Accepted by the gateway. */
  readonly submittedAt: number;
  readonly decidedAt: number;
  readonly acceptedAt: number | null;
  readonly respondedAt: number | null;
  /** Since when it waits, kept over several tries, and while it is offered in between; null when it does not. */
  readonly waitingSince: number | null;
  /** Generation of this lead's current timer; a fired timer with another one is superseded. */
  readonly timerGeneration: number;
  /** The clock that is due first. */
  readonly timer: LeadTimer | null;
  /** The clocks that run behind it, earliest first. Each takes the timer's place in its turn, under a generation of its own. */
  readonly laterTimers: readonly LeadTimer[];
  /** Clocks that ran out and were not retracted, oldest first. */
  readonly breaches: readonly Breach[];
  /** null while it is open. */
  readonly outcome: LeadOutcome | null;
  /** Where its outcome will count, from the moment at which it was given by margin; absent: nowhere. */
  readonly trial?: ConversionCell;
  /** Absent where it is not OFFERED. */
  readonly offer?: LeadOffer;
}

/** A clock that ran out under an owner: kept so that an answer that arrives late, but happened in time, can retract it. */
export interface Breach {
  readonly clock: 'ACCEPT' | 'RESPONSE';
  /** The revision that had given the lead to this owner. */
  readonly revision: number;
  readonly agentId: string | null;
  readonly dueAt: number;
}

export type TimerKind =
  /** The owner has not accepted; the warning comes before. */
  | 'ACCEPT'
  | 'ACCEPT_WARNING'
  /** No person has answered the lead. */
  | 'RESPONSE'
  | 'RESPONSE_WARNING'
  /** A round of its offer ends. */
  | 'OFFER'
  /** It has waited in a queue for as long as the pool allows. */
  | 'WAIT_LIMIT'
  /** A pool opens, or has room again. */
  | 'POOL_WAKE';

export interface LeadTimer {
  readonly kind: Exclude<TimerKind, 'POOL_WAKE'>;
  readonly dueAt: number;
}

/** A person's place in the books, under a keyed hash; locked before leads. */
export interface IdentityRecord {
  readonly identity: string;
  /** The latest lead that was worked (not linked) for this person. */
  readonly leadId: LeadId | null;
  readonly poolId: string | null;
  readonly agentId: string | null;
  readonly destinationId: string | null;
  /** The latest agent who had a lead of this person, kept while the next one waits: the sticky owner. */
  readonly lastAgentId: string | null;
  /** The lead is still being worked or waits. */
  readonly isOpen: boolean;
  readonly lastDecidedAt: number | null;
}

/** Leads given in one hour of the clock. */
export interface HourCount {
  /** First instant of the hour. */
  readonly from: number;
  readonly given: number;
}

/** One member's line in a pool's visible ledger. */
export interface MemberLedger {
  readonly agentId: string;
  /** Entitlement minus leads given, in leads; kept while the member is away, dropped when it leaves the pool. */
  readonly credit: number;
  /** Open leads right now. */
  readonly open: number;
  /** Leads given on `day`. */
  readonly daily: number;
  /** Calendar day, yyyy-mm-dd in the pool's zone, that `daily` counts. */
  readonly day: string;
  /** Leads given since ever. */
  readonly total: number;
  /** Absent where the agent has no hourly cap. */
  readonly hour?: HourCount;
}

export interface PoolRecord {
  readonly poolId: string;
  /** Raised by every freeing of capacity, opening, or change of members. */
  readonly generation: number;
  readonly open: number;
  readonly daily: number;
  readonly day: string;
  readonly waiting: number;
  /**
   * Some waiter may have seen an older generation than the pool's. False means: every waiter has seen `generation` or is called up.
   * Set by the batch that raises the generation while somebody waits or that queues a lead untried; cleared by the batch
   * that knows that none is left. While it is true the store also reads the waiters that saw an older generation.
   */
  readonly wakePending: boolean;
  /** When the pool's own timer (opening, cap reset) is due, and its generation. */
  readonly wakeAt: number | null;
  readonly wakeGeneration: number;
  readonly members: readonly MemberLedger[];
  /** Leads of `open` that are offered and nobody's yet; absent for none. */
  readonly offered?: number;
  /** Absent where the pool has no hourly cap. */
  readonly hour?: HourCount;
}

export interface DestinationRecord {
  readonly destinationId: string;
  readonly open: number;
  readonly daily: number;
  readonly day: string;
  /** Absent where the destination has no hourly cap. */
  readonly hour?: HourCount;
}

/** A lead in a pool's queue; written only under that pool's lock. */
export interface WaiterRecord {
  readonly poolId: string;
  readonly leadId: LeadId;
  /** Its place in the queue, as a time: since when it waits, put off for each grade by the pool's ageing. The least leaves first. */
  readonly turnAt: number;
  readonly waitingSince: number;
  /**
   * The pool's generation when it was last tried and found no place; -1 for not yet. While its RouteLead is on the way, a number above
   * the pool's generation: see `decide-wake.ts`. In both cases it need not be called up until the pool's generation is above this.
   */
  readonly seenGeneration: number;
}

/** All that the batch has locked and read. Records that do not exist yet are absent. */
export interface BatchSnapshot {
  readonly identities: ReadonlyMap<string, IdentityRecord>;
  readonly leads: ReadonlyMap<LeadId, LeadRecord>;
  readonly destinations: ReadonlyMap<string, DestinationRecord>;
  readonly pools: ReadonlyMap<string, PoolRecord>;
  /**
   * Per locked pool with `waiting` above 0, in the order turnAt, leadId (by code units), without repeats: its first
   * waiters whatever they saw (a batch that frees a place wakes those), at most `limits.wakeups`; and, if the pool's `wakePending`
   * is true, the first whose `seenGeneration` is below the pool's generation, again at most `limits.wakeups`.
   */
  readonly waiters: ReadonlyMap<string, readonly WaiterRecord[]>;
  /** Who is away by word, in whatever pool; empty where no pool is locked. Read, not locked: docs/adr/0019. */
  readonly away: Absences;
  /** Counts of the cells that `locked.conversions` names, where there are any; absent where it names none. Read, not locked: docs/adr/0021. */
  readonly conversions?: ReadonlyMap<string, OutcomeCounts>;
  /** Names of what was locked: to look at anything else is a missing lock. */
  readonly locked: LockSet;
}

/** Sorted, without repeats; taken in this order. */
export interface LockSet {
  readonly identities: readonly string[];
  readonly leads: readonly LeadId[];
  readonly destinations: readonly string[];
  readonly pools: readonly string[];
  /** Cells of conversions to read, without a lock; absent for none. */
  readonly conversions?: readonly string[];
}

export type ActivityKind =
  | 'ACCEPTED'
  | 'DECLINED'
  | 'CONTACTED'
  | 'ANSWERED'
  | 'QUALIFIED'
  | 'DISQUALIFIED'
  | 'RETURNED'
  | 'WON'
  | 'LOST'
  | 'ENGAGED'
  | 'NOTED'
  | 'UNDELIVERABLE';

interface InputBase {
  readonly eventId: EventId;
  /** Place in the log, for messages and seeds. */
  readonly offset: number;
  readonly leadId: LeadId;
  /** When it happened in the world. */
  readonly occurredAt: number;
}

export type RouterInput =
  | (InputBase & {
      readonly kind: 'SCORED';
      readonly vendor: string;
      /** Accepted by the gateway. */
      readonly submittedAt: number;
      readonly identities: readonly string[];
      /** Of the active rule set: recomputed by the caller if the scorer used another version. */
      readonly facts: Facts;
    })
  | (InputBase & {
      readonly kind: 'ACTIVITY';
      readonly activity: ActivityKind;
      /** Who says so; null for a system. */
      readonly agentId: string | null;
      readonly reason: string | null;
      /** A person talked or wrote to the person; false for voicemail and automatic replies, which stop no clock. */
      readonly isHumanResponse: boolean;
      /** The decision that it is about; null: whichever is the lead's latest. */
      readonly revision: number | null;
      /** It brings something to keep (answers, corrections, notes), whatever becomes of the lead. */
      readonly bringsData: boolean;
      /** The lead's facts as of now; null when the lead is unknown. */
      readonly facts: Facts | null;
    })
  | (InputBase & {
      readonly kind: 'TIMER';
      readonly timer: TimerKind;
      readonly generation: number;
      /** For POOL_WAKE; leadId is then the pool's timer id. */
      readonly poolId: string | null;
      readonly facts: Facts | null;
    })
  | (InputBase & {
      readonly kind: 'ROUTE';
      readonly poolId: string;
      readonly cause: 'CAPACITY_FREED' | 'POOL_OPENED';
      readonly facts: Facts | null;
    })
  | (InputBase & {
      readonly kind: 'REASSIGN';
      /** A pool or an agent (`pool/agent`). */
      readonly to: string;
      readonly by: string;
      readonly reason: string;
      readonly facts: Facts | null;
    });

export type DecisionKind = 'ASSIGNED' | 'OFFERED' | 'LINKED' | 'QUEUED' | 'EXCEPTION';

/** One decision: one lead, one revision. */
export interface Decision {
  readonly eventId: EventId;
  readonly kind: DecisionKind;
  readonly cause: DecisionCause;
  /** The lead as it is after this decision. */
  readonly lead: LeadRecord;
  readonly previousAgentId: string | null;
  /** Until when the owner, or one of those whom it is offered to, has to accept; null: no clock. */
  readonly acceptBy: number | null;
}

/** A change of a lead that is no decision (accepted, contacted, closed): goes to `lead.state.v1` only. */
export interface StateChange {
  readonly eventId: EventId;
  readonly lead: LeadRecord;
}

export interface SlaEvent {
  readonly eventId: EventId;
  readonly kind:
    | 'ACCEPT_WARNED'
    | 'ACCEPT_BREACHED'
    | 'RESPONSE_WARNED'
    | 'RESPONSE_BREACHED'
    | 'BREACH_RETRACTED'
    /** Enough owners have let a clock run out: the final decision makers have the lead. */
    | 'ESCALATED';
  readonly lead: LeadRecord;
  readonly agentId: string | null;
  readonly dueAt: number;
}

/** RouteLead into the inbox for a waiter, whatever its partition. */
export interface WakeUp {
  readonly leadId: LeadId;
  readonly poolId: string;
  readonly cause: 'CAPACITY_FREED' | 'POOL_OPENED';
}

/** In the order of the inputs. */
export type BatchEffect =
  | { readonly kind: 'DECISION'; readonly inputIndex: number; readonly decision: Decision }
  | { readonly kind: 'STATE'; readonly inputIndex: number; readonly change: StateChange }
  | { readonly kind: 'SLA'; readonly inputIndex: number; readonly sla: SlaEvent };

/** An input that changed nothing, and why: counted, never silent. */
export interface IgnoredInput {
  readonly inputIndex: number;
  readonly reason: IgnoredReason;
}

/** Everything to write back, final values but for outcomes; keys absent from it are unchanged. */
export interface BatchWrites {
  readonly identities: readonly IdentityRecord[];
  readonly leads: readonly LeadRecord[];
  readonly destinations: readonly DestinationRecord[];
  readonly pools: readonly PoolRecord[];
  readonly waitersPut: readonly WaiterRecord[];
  readonly waitersRemoved: readonly { readonly poolId: string; readonly leadId: LeadId }[];
  /** To be added to what is there, unlike all the others; absent for none. */
  readonly outcomes?: readonly CountedOutcomes[];
}

export type BatchOutcome =
  | {
      readonly kind: 'DECIDED';
      readonly effects: readonly BatchEffect[];
      readonly ignored: readonly IgnoredInput[];
      readonly wakeUps: readonly WakeUp[];
      readonly writes: BatchWrites;
    }
  /** Something was needed that is not locked: roll back, lock the union, decide again. */
  | { readonly kind: 'MISSING_LOCKS'; readonly missing: LockSet };

export interface DecisionContext {
  /** Milliseconds; never goes back within a partition. */
  readonly now: number;
  /** 32-bit; breaks ties without bias. */
  readonly seed: number;
}
