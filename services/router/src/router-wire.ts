/**
 * What the router reads from and writes to Kafka, in domain terms; `contract-wire.ts` implements it on the contracts package.
 * The encoded LeadContext travels as bytes from input to output and to Postgres: it is decoded once and encoded only when it changes.
 */
import type { Enrichment, EventId, Lead, LeadId, Scoring } from '@lead-router/domain/lead.ts';
import type { LeadData, ReportedActivity } from '@lead-router/domain/lead-history.ts';
import type { ActivityKind, Decision, SlaEvent, StateChange, TimerKind, WakeUp } from '@lead-router/domain/routing-model.ts';
import type { LeadFindings } from '@lead-router/domain/rule-set.ts';
import type { ConsumedRecord, OutgoingRecord, RecordHeaders } from '@lead-router/stream/kafka-port.ts';

/** What the scorer found, without the person. */
export interface ScoredContent {
  readonly lead: Lead;
  readonly enrichment: Enrichment;
  readonly scoring: Scoring;
}

interface MessageBase {
  readonly eventId: EventId;
  readonly leadId: LeadId;
  readonly offset: number;
  readonly occurredAt: number;
  readonly correlationId: string;
  readonly headers: RecordHeaders;
}

export type InboxMessage =
  | (MessageBase & {
      readonly kind: 'SCORED';
      readonly submittedAt: number;
      readonly ruleSetVersion: number;
      readonly content: ScoredContent;
      readonly contextBytes: Buffer;
    })
  | (MessageBase & {
      readonly kind: 'ACTIVITY';
      readonly activity: ActivityKind;
      readonly agentId: string | null;
      readonly reason: string | null;
      readonly isHumanResponse: boolean;
      readonly revision: number | null;
      readonly bringsData: boolean;
      /** As it came, to be kept where its lead is not known yet. */
      readonly value: Buffer;
      /** All of it: answers, person, system. */
      readonly detail: Pick<ReportedActivity, 'system' | 'answers' | 'attributes' | 'person'>;
    })
  | (MessageBase & { readonly kind: 'TIMER'; readonly timer: TimerKind; readonly generation: number; readonly poolId: string | null })
  | (MessageBase & { readonly kind: 'ROUTE'; readonly poolId: string; readonly cause: WakeUp['cause'] })
  | (MessageBase & { readonly kind: 'REASSIGN'; readonly to: string; readonly by: string; readonly reason: string });

export type ReadAnswer =
  | { readonly ok: true; readonly message: InboxMessage }
  | { readonly ok: false; readonly record: ConsumedRecord; readonly code: string; readonly detail: string };

/** Where an output comes from. */
export interface OutputOrigin {
  readonly batchId: string;
  readonly inputIndex: number;
  readonly correlationId: string;
  readonly headers: RecordHeaders;
  /** The batch's `now`. */
  readonly recordedAt: number;
  readonly context: Buffer;
}

export interface RouterWire {
  /** May ask the registry for a schema id that was never seen; never rejects for bad bytes. */
  read(records: readonly ConsumedRecord[]): Promise<readonly ReadAnswer[]>;
  /** Call before `fromStored`: contexts that an older version stored may be in another schema. */
  prepareStored(stored: Iterable<Buffer>): Promise<void>;
  fromStored(stored: Buffer): Buffer;
  toStored(context: Buffer): Buffer;
  /** What an evaluation takes; the person is read only where a lead has to be evaluated again. */
  readContext(context: Buffer): LeadData;
  /** The same context with other findings; where none is of the person, its bytes, clear or sealed, are carried over unread. */
  replaceFindings(context: Buffer, findings: Pick<ScoredContent, 'enrichment' | 'scoring'> & Pick<LeadFindings, 'person'>): Buffer;
  /** Another lead, history and person as well; a sealed person stays sealed. */
  replaceContent(context: Buffer, content: LeadData & Pick<ScoredContent, 'enrichment' | 'scoring'>): Buffer;
  decided(decision: Decision, origin: OutputOrigin): OutgoingRecord;
  state(change: StateChange, origin: OutputOrigin): OutgoingRecord;
  sla(event: SlaEvent, origin: OutputOrigin): OutgoingRecord;
  /** Its event id is made of the batch's place and the lead. */
  wakeUp(wakeUp: WakeUp, origin: { readonly partition: number; readonly from: number; readonly recordedAt: number }): OutgoingRecord;
  deadLetter(fault: {
    readonly record: ConsumedRecord;
    readonly partition: number;
    readonly code: string;
    readonly detail: string;
  }): OutgoingRecord;
  eventId(...parts: readonly string[]): EventId;
}
