/** Each decision has its one committed event, no event is without a decision, and the two say the same. */
import type { LeadDecidedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { StoredDecision } from '@lead-router/store/lead-store.ts';
import type { AuditCut } from './audit-cut.ts';
import { type AuditLedger, type DecisionEntry, findDecision } from './audit-ledger.ts';
import { type CheckReport, MAX_LISTED } from './audit-report.ts';
import { decisionFields, differences, digestOf, eventFields, type Fields } from './compared-fields.ts';
import { createFindings, type Findings } from './findings.ts';

export interface EventCheck {
  /** Every committed event below the cut, in the order of its partition. */
  add(event: LeadDecidedPrefix, partition: number): void;
  /** A record that is no event. */
  addUnreadable(place: string, why: string): void;
  /** After the last event. `readDecisions` gives the decisions of a lead whose event differs. */
  finish(readDecisions: (leadId: string) => Promise<readonly StoredDecision[]>): Promise<EventOutcome>;
}

export interface EventOutcome {
  readonly report: CheckReport;
  /** Decisions whose event lies behind the cut. */
  readonly inFlight: number;
  /** Decisions whose event may have expired. */
  readonly expired: number;
}

interface Mismatch {
  readonly leadId: string;
  readonly revision: number;
  readonly fields: Fields;
}

const PROVES = 'each decision has exactly one committed event in lead.decided.v1, none is without a decision, and both say the same';

export function createEventCheck(ledger: AuditLedger, cut: AuditCut): EventCheck {
  const findings = createFindings('events', PROVES, ['decisions', 'events']);
  const mismatches: Mismatch[] = [];
  let mismatched = 0;
  /** By partition: events of earlier decisions than the oldest one still there have expired. */
  const oldest = new Map<number, number>();

  const mayHaveExpired = ({ partition, decidedAt }: DecisionEntry): boolean =>
    partition !== null && cut.low(TOPICS.decided.topic, partition) > 0 && decidedAt < (oldest.get(partition) ?? Number.POSITIVE_INFINITY);

  return {
    add: (event, partition) => {
      const { leadId } = event.envelope;
      const { revision, decidedAt } = event;
      findings.count('events');
      if (!oldest.has(partition)) oldest.set(partition, decidedAt);
      const decision = findDecision(ledger.leads.get(leadId), revision);
      if (decision === null) {
        findings.add(leadId, () => `there is an event of revision ${revision}, and Postgres has no such decision`);
        return;
      }
      decision.timesSeen += 1;
      if (decision.timesSeen > 1) {
        findings.add(leadId, () => `the event of revision ${revision} is visible ${decision.timesSeen} times`);
        return;
      }
      const fields = eventFields(event);
      if (digestOf(fields) === decision.digest) return;
      mismatched += 1;
      if (mismatches.length < MAX_LISTED) mismatches.push({ leadId, revision, fields });
    },
    addUnreadable: (place, why) => findings.add(null, () => `the record at ${place} is no decision event: ${why}`),
    finish: async (readDecisions) => {
      const { inFlight, expired } = countUnseen(ledger, findings, mayHaveExpired);
      const listed = await Promise.all(mismatches.map((one) => describe(one, readDecisions)));
      findings.addCounted(mismatched, listed);
      return { report: findings.report(), inFlight, expired };
    },
  };
}

function countUnseen(
  ledger: AuditLedger,
  findings: Findings,
  mayHaveExpired: (decision: DecisionEntry) => boolean,
): { readonly inFlight: number; readonly expired: number } {
  let [inFlight, expired] = [0, 0];
  for (const [leadId, { latest }] of ledger.leads) {
    for (let decision = latest; decision !== null; decision = decision.before) {
      const { revision, timesSeen, isSettled } = decision;
      findings.count('decisions');
      if (timesSeen > 0) continue;
      if (!isSettled) inFlight += 1;
      else if (mayHaveExpired(decision)) expired += 1;
      else findings.add(leadId, () => `revision ${revision} is decided in Postgres, and no committed event tells of it`);
    }
  }
  return { inFlight, expired };
}

async function describe(mismatch: Mismatch, readDecisions: (leadId: string) => Promise<readonly StoredDecision[]>) {
  const { leadId, revision, fields } = mismatch;
  const decision = (await readDecisions(leadId)).find((one) => one.revision === revision);
  const detail = decision === undefined ? 'the decision is gone' : differences(decisionFields(decision), fields);
  return { leadId, what: `the event of revision ${revision} differs from its decision: ${detail}` };
}
