/**
 * Lead, enrichment, scoring and person to and from the context that travels with every event of a lead. Wire and domain
 * have the same fields, so the parts are taken as they are.
 */
import type { Enrichment, Lead, Person, Scoring } from '@lead-router/domain/lead.ts';
import type { LeadContext } from '../generated/wire-types.ts';

export interface ContextParts {
  readonly lead: Lead;
  /** null when there is none, and when it is sealed. */
  readonly person: Person | null;
  readonly enrichment: Enrichment | null;
  readonly scoring: Scoring | null;
}

/** A new context has nothing sealed. */
export function toContext(parts: Pick<ContextParts, 'lead' | 'person'> & Partial<ContextParts>): LeadContext {
  return {
    lead: parts.lead,
    enrichment: parts.enrichment ?? null,
    scoring: parts.scoring ?? null,
    person: parts.person,
    personSealed: null,
  };
}

export function fromContext(context: LeadContext): ContextParts {
  return { lead: context.lead, person: context.person, enrichment: context.enrichment, scoring: context.scoring };
}
