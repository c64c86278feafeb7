/**
 * What the audit holds of each lead while it goes through tables and topics: a few numbers, so that half a million leads fit in
 * two hundred megabytes. Contents are kept as digests; the fields are read again for the few that do not agree.
 */
import { vendorOfTopic } from '@lead-router/contracts/topics.ts';
import type { DecisionKind, LeadRecord, LeadStage } from '@lead-router/domain/routing-model.ts';
import type { AuditedDecision, AuditedSubmission } from '@lead-router/store/audit-store.ts';
import { decisionFields, digestOf, leadFields } from './compared-fields.ts';

export interface LeadEntry {
  /** Answered with 202: it is in the log. */
  isPromised: boolean;
  /** Noted by the gateway when it read the intake record; the lead itself follows. */
  isFromIntake: boolean;
  /** In `lead.submitted.v1` below the cut. */
  isSubmitted: boolean;
  /** A record under its id is in a dead-letter topic. */
  isDeadLettered: boolean;
  /** Of its row; null: no row, so it is not decided. */
  stage: LeadStage | null;
  version: number;
  digest: number;
  /** Latest version in `lead.state.v1`; 0: none. */
  seenVersion: number;
  /** Its latest decision; the earlier ones hang behind it. */
  latest: DecisionEntry | null;
}

export interface DecisionEntry {
  readonly revision: number;
  readonly version: number;
  readonly kind: DecisionKind;
  readonly digest: number;
  readonly decidedAt: number;
  /** Of the inbox; null when the batch was not recorded. */
  readonly partition: number | null;
  /** The Kafka half of its batch lies below the cut. */
  readonly isSettled: boolean;
  timesSeen: number;
  readonly before: DecisionEntry | null;
}

export interface AuditLedger {
  readonly leads: ReadonlyMap<string, LeadEntry>;
  /** Makes the entry of a lead that was not heard of. */
  entry(leadId: string): LeadEntry;
  addPromise(submission: AuditedSubmission): void;
  addRow(lead: LeadRecord): void;
  /** In the order of revisions. `isSettled`: see the entry. */
  addDecision(decision: AuditedDecision, isSettled: boolean): void;
}

export function createAuditLedger(): AuditLedger {
  const leads = new Map<string, LeadEntry>();
  const entry = (leadId: string): LeadEntry => {
    const known = leads.get(leadId);
    if (known !== undefined) return known;
    const made: LeadEntry = {
      isPromised: false,
      isFromIntake: false,
      isSubmitted: false,
      isDeadLettered: false,
      stage: null,
      version: 0,
      digest: 0,
      seenVersion: 0,
      latest: null,
    };
    leads.set(leadId, made);
    return made;
  };
  return {
    leads,
    entry,
    addPromise: ({ leadId, source }) => {
      if (vendorOfTopic(source) === null) entry(leadId).isPromised = true;
      else entry(leadId).isFromIntake = true;
    },
    addRow: (lead) => {
      const its = entry(lead.leadId);
      its.stage = lead.stage;
      its.version = lead.version;
      its.digest = digestOf(leadFields(lead));
    },
    addDecision: (decision, isSettled) => {
      const its = entry(decision.leadId);
      const { revision, version, kind, decidedAt, partition } = decision;
      const digest = digestOf(decisionFields(decision));
      its.latest = { revision, version, kind, digest, decidedAt, partition, isSettled, timesSeen: 0, before: its.latest };
    },
  };
}

/** False for what was only named: by a dead letter that is no lead's, or by a decision made while the audit ran. */
export function isLead({ stage, isPromised, isFromIntake, isSubmitted }: LeadEntry): boolean {
  return stage !== null || isPromised || isFromIntake || isSubmitted;
}

export function findDecision(entry: LeadEntry | undefined, revision: number): DecisionEntry | null {
  let decision = entry?.latest ?? null;
  while (decision !== null && decision.revision !== revision) decision = decision.before;
  return decision;
}

export function firstDecision(latest: DecisionEntry | null): DecisionEntry | null {
  let decision = latest;
  while (decision !== null && decision.before !== null) decision = decision.before;
  return decision;
}
