/**
 * Lead, enrichment, scoring and person to and from the context that travels with every event of a lead. Wire and domain
 * have the same fields, so the parts are taken as they are.
 */
import type { Enrichment, Lead, Person, Scoring } from '@lead-router/domain/lead.ts';
import type { LeadEvent } from '@lead-router/domain/lead-history.ts';
import type { LeadContext } from '../generated/wire-types.ts';

export interface ContextParts {
  readonly lead: Lead;
  readonly enrichment: Enrichment | null;
  readonly scoring: Scoring | null;
  readonly history: readonly LeadEvent[];
  /** null when there is none, and when it is sealed. */
  readonly person: Person | null;
  /** Encrypted; null when the person is in the clear or absent. Lost if it is not handed on. */
  readonly personSealed: Buffer | null;
}

/** A new lead has only itself and its person; whoever changes a context hands on all of its parts. */
export function toContext(parts: Pick<ContextParts, 'lead' | 'person'> & Partial<ContextParts>): LeadContext {
  return {
    lead: parts.lead,
    enrichment: parts.enrichment ?? null,
    scoring: parts.scoring ?? null,
    history: parts.history ?? [],
    person: parts.person,
    personSealed: parts.personSealed ?? null,
  };
}

export function fromContext(context: LeadContext): ContextParts {
  const { lead, enrichment, scoring, history, person, personSealed } = context;
  return { lead, enrichment, scoring, history, person, personSealed };
}
