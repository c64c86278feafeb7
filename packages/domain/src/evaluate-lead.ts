/** From a lead as it came to the facts that rules look at, in one call: the router's way for later revisions, and everybody's for replay. */

import { measureEngagement, NOT_ENGAGED } from './engagement.ts';
import type { Facts } from './facts.ts';
import { factsOf } from './facts-of.ts';
import type { Lead, Person, Scoring } from './lead.ts';
import type { LeadEvent } from './lead-history.ts';
import type { IdentityHasher, LeadFindings, RuleSet } from './rule-set.ts';

export interface EvaluatedLead extends LeadFindings {
  readonly scoring: Scoring;
  readonly facts: Facts;
}

/** Total, and the same for the same arguments. */
export function evaluateLead(
  ruleSet: RuleSet,
  subject: {
    readonly lead: Lead;
    readonly person: Person | null;
    readonly isQualified: boolean;
    readonly hashIdentity: IdentityHasher;
    /** What was done with it since it came; left out of one that has just come. */
    readonly since?: { readonly history: readonly LeadEvent[]; readonly now: number };
  },
): EvaluatedLead {
  const { lead, person, isQualified, since } = subject;
  const findings = ruleSet.enrich(lead, person, subject.hashIdentity);
  const { enrichment } = findings;
  const engagement = since === undefined ? NOT_ENGAGED : measureEngagement(since.history, ruleSet.engagement, since.now);
  const scoring = ruleSet.score(lead, enrichment, { isQualified, engagement });
  return { ...findings, scoring, facts: factsOf(lead, { enrichment, scoring, isQualified, engagement }) };
}
