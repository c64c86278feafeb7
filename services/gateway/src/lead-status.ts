/** Where a lead stands, as its vendor may know it: no personal data, nothing of other vendors' leads. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LeadStatus } from '@lead-router/store/submission-store.ts';
import type { Static } from 'typebox';
import type { LeadStatusAnswer } from './api-schemas.ts';

/** null when it is unknown or somebody else's: the two look the same from outside. */
export function leadStatusAnswer(leadId: LeadId, vendor: string, status: LeadStatus): Static<typeof LeadStatusAnswer> | null {
  const { submission, lead } = status;
  if ((submission?.vendor ?? lead?.vendor) !== vendor) return null;
  const submittedAt = submission?.acceptedAt ?? lead?.submittedAt ?? null;
  return {
    leadId,
    stage: lead?.stage ?? 'SUBMITTED',
    submittedAt: time(submittedAt),
    revision: lead?.revision ?? 0,
    grade: lead?.grade ?? null,
    score: lead?.score ?? null,
    ruleId: lead?.ruleId ?? null,
    ruleSetVersion: lead?.ruleSetVersion ?? null,
    poolId: lead?.poolId ?? null,
    agentId: lead?.agentId ?? null,
    destinationId: lead?.destinationId ?? null,
    isQualified: lead?.isQualified ?? false,
    decidedAt: time(lead?.decidedAt ?? null),
    acceptedAt: time(lead?.acceptedAt ?? null),
    respondedAt: time(lead?.respondedAt ?? null),
    waitingSince: time(lead?.waitingSince ?? null),
  };
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
