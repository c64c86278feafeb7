/** A small sound history for the audit's checks: suites plant one fault each into it. */
import type { LeadDecidedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { toLeadDecided } from '@lead-router/contracts/mappers/decision-mapper.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { Decision, LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { AuditedDecision } from '@lead-router/store/audit-store.ts';
import { aLead, anEventId } from '../../../../test/contract/router-store-fixture.ts';
import { type AuditCut, cutOf } from './audit-cut.ts';
import { type AuditLedger, createAuditLedger } from './audit-ledger.ts';

export const PARTITION = 3;
/** Everything of the inbox before it was decided and committed when the cut was taken. */
export const CONSUMED = 100;

export interface Decided {
  readonly lead: LeadRecord;
  readonly row: AuditedDecision;
  readonly event: LeadDecidedPrefix;
}

/** A decision as Postgres has it and as Kafka tells it. `batchTo` past `CONSUMED`: its Kafka half lies behind the cut. */
export function decide(lead: LeadRecord, changes: Partial<AuditedDecision> = {}): Decided {
  const decision: Decision = { eventId: anEventId(), kind: 'ASSIGNED', cause: 'SUBMITTED', lead, previousAgentId: null, acceptBy: 5_000 };
  const batch = { batchId: `${PARTITION}-90-1`, batchIndex: 4 };
  const { leadId, revision, version, grade, score, poolId, agentId, destinationId, ruleId, ruleSetVersion, linkedTo } = lead;
  const row: AuditedDecision = {
    ...{ leadId, revision, version, grade, score, poolId, agentId, destinationId, ruleId, ruleSetVersion, linkedTo },
    ...{ submittedAt: lead.submittedAt, decidedAt: lead.decidedAt, previousAgentId: null, acceptBy: 5_000 },
    ...{ kind: decision.kind, cause: decision.cause, eventId: decision.eventId, batchId: batch.batchId, inputIndex: batch.batchIndex },
    partition: PARTITION,
    batchTo: CONSUMED,
    ...changes,
  };
  return { lead, row, event: toLeadDecided(decision, { occurredAt: 1, recordedAt: 2, correlationId: 'c' }, batch) };
}

export function again(lead: LeadRecord, changes: Partial<LeadRecord> = {}): LeadRecord {
  return { ...lead, version: lead.version + 1, revision: lead.revision + 1, ...changes };
}

/** Rows are of the latest decision of each lead. */
export function ledgerOf(history: readonly Decided[]): AuditLedger {
  const ledger = createAuditLedger();
  for (const { lead, row } of history) {
    ledger.addRow(lead);
    ledger.addDecision(row, row.batchTo === null || row.batchTo <= CONSUMED);
    ledger.entry(lead.leadId).isSubmitted = true;
  }
  return ledger;
}

/** Two leads, one of them decided twice. */
export function soundHistory(): readonly Decided[] {
  const [one, other] = [aLead(), aLead()];
  return [decide(one), decide(again(one, { agentId: 'bob' })), decide(other)];
}

const LOG_END = 1_000;

export interface CutParts {
  /** First offset that still exists, by topic. */
  readonly low?: Readonly<Record<string, number>>;
  readonly consumed?: Readonly<Record<string, number>>;
  readonly intakeTopics?: readonly string[];
}

/** Every topic ends at 1,000; its reader is at `CONSUMED` unless said otherwise. */
export function aCut(parts: CutParts = {}): AuditCut {
  const topics = [...Object.values(TOPICS).map(({ topic }) => topic), ...(parts.intakeTopics ?? [])];
  return cutOf({
    partitions: topics.map((topic) => ({ topic, partition: PARTITION, from: parts.low?.[topic] ?? 0, to: LOG_END })),
    committed: new Map(topics.map((topic) => [topic, new Map([[PARTITION, parts.consumed?.[topic] ?? CONSUMED]])])),
  });
}
