/** What a batch decided, as the events it is published as. The context's bytes are added by the codec. */
import type { Decision, SlaEvent, StateChange } from '@lead-router/domain/routing-model.ts';
import type { LeadDecidedPrefix, LeadSla, LeadStatePrefix } from '../generated/wire-types.ts';
import { type EnvelopeParts, toEnvelope } from './envelope-mapper.ts';
import { toLeadState } from './state-mapper.ts';

/** What the batch knows and the decision does not. */
export type Provenance = Pick<EnvelopeParts, 'occurredAt' | 'recordedAt'> & { readonly correlationId: string };

export interface BatchPlace {
  readonly batchId: string;
  /** Place of the input in the batch. */
  readonly batchIndex: number;
}

const NOBODY: readonly string[] = [];

export function toLeadDecided(decision: Decision, provenance: Provenance, place: BatchPlace): LeadDecidedPrefix {
  const { lead } = decision;
  return {
    envelope: toEnvelope({ ...provenance, eventId: decision.eventId, leadId: lead.leadId }),
    kind: decision.kind,
    cause: decision.cause,
    revision: lead.revision,
    version: lead.version,
    ruleSetVersion: lead.ruleSetVersion,
    ruleId: lead.ruleId,
    poolId: lead.poolId,
    agentId: lead.agentId,
    previousAgentId: decision.previousAgentId,
    destinationId: lead.destinationId,
    linkedTo: lead.linkedTo,
    grade: lead.grade,
    score: lead.score,
    acceptBy: decision.acceptBy,
    submittedAt: lead.submittedAt,
    decidedAt: lead.decidedAt,
    batchId: place.batchId,
    batchIndex: place.batchIndex,
    offeredTo: lead.offer?.offeredTo ?? NOBODY,
  };
}

/** For a change that is no decision, and beside every decision. */
export function toStateEvent(change: StateChange, provenance: Provenance): LeadStatePrefix {
  return toLeadState(toEnvelope({ ...provenance, eventId: change.eventId, leadId: change.lead.leadId }), change.lead);
}

export function toLeadSla(event: SlaEvent, provenance: Provenance): LeadSla {
  return {
    envelope: toEnvelope({ ...provenance, eventId: event.eventId, leadId: event.lead.leadId }),
    kind: event.kind,
    revision: event.lead.revision,
    version: event.lead.version,
    poolId: event.lead.poolId,
    agentId: event.agentId,
    destinationId: event.lead.destinationId,
    dueAt: event.dueAt,
  };
}
