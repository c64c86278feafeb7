/** Decisions are numbered from 1 without a gap, one each, up to the revision of the lead's row. */
import type { RevisionFault, RevisionFaults } from '@lead-router/store/audit-store.ts';
import type { AuditLedger } from './audit-ledger.ts';
import type { CheckReport } from './audit-report.ts';
import { createFindings } from './findings.ts';

const PROVES =
  'the decisions of each lead are its revisions 1 to the latest, but for those of months that were dropped, exactly one each, each with the record of its batch';

/** `faults` come from one snapshot, so they hold while the system runs. */
export function checkRevisions(ledger: AuditLedger, faults: RevisionFaults): CheckReport {
  const findings = createFindings('revisions', PROVES, ['leads', 'decisions']);
  for (const [leadId, { stage, latest }] of ledger.leads) {
    if (stage !== null) findings.count('leads');
    for (let decision = latest; decision !== null; decision = decision.before) {
      const { revision, partition } = decision;
      findings.count('decisions');
      if (partition === null)
        findings.add(leadId, () => `the batch that decided revision ${revision} is not recorded: it cannot be explained`);
    }
  }
  findings.addCounted(
    faults.total,
    faults.first.map((fault) => ({ leadId: fault.leadId, what: wordsOf(fault) })),
  );
  return findings.report();
}

function wordsOf({ revision, decided, highest }: RevisionFault): string {
  if (revision === null) return `there are ${decided} decisions, and no such lead`;
  return `is at revision ${revision}, and has ${decided} decisions${highest === null ? '' : ` up to revision ${highest}`}`;
}
