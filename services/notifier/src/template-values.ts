/** What the gaps of a mail are filled with. */
import type { LeadDecided } from '@lead-router/contracts/generated/wire-types.ts';
import type { TemplateField, TemplateValues } from '@lead-router/domain/rule-set/mail-template.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { inWords } from './words.ts';

export function templateValues(decided: LeadDecided, ruleSet: RuleSet): TemplateValues {
  const { lead, person, enrichment } = decided.context;
  return {
    firstName: person?.found?.name?.given ?? person?.firstName ?? null,
    lastName: person?.found?.name?.family ?? person?.lastName ?? null,
    company: enrichment?.accountName ?? lead.company.name,
    country: enrichment?.countryCode ?? lead.location.country,
    campaign: lead.campaign,
    initiative: lead.initiative,
    topics: (enrichment?.topics ?? []).map(inWords).join(', '),
    products: lead.qualification.productInterest.join(', '),
    agent: agentNameOf(decided, ruleSet),
    agentId: decided.agentId,
    destination: destinationNameOf(decided, ruleSet),
    grade: inWords(decided.grade),
    score: String(decided.score),
    leadId: decided.envelope.leadId,
  } satisfies Record<TemplateField, string | null>;
}

/** The name that the rules give, else the id. */
export function agentNameOf({ poolId, agentId }: Pick<LeadDecided, 'poolId' | 'agentId'>, { pools }: RuleSet): string | null {
  const agent = pools.get(poolId ?? '')?.agents.find((one) => one.agentId === agentId);
  return agent?.name ?? agentId;
}

export function destinationNameOf({ destinationId }: Pick<LeadDecided, 'destinationId'>, { destinations }: RuleSet): string | null {
  return destinations.get(destinationId ?? '')?.name ?? destinationId;
}
