/** The lead's row to `lead.state.v1` and back: the same fields, so that an audit can compare the two without loss. */
import type { Breach, LeadRecord, LeadStage, LeadTimer } from '@lead-router/domain/routing-model.ts';
import type { Envelope, LeadState, LeadStatePrefix, LeadTimer as WireTimer } from '../generated/wire-types.ts';
import { asLeadId } from '../ids.ts';

export function toLeadState(envelope: Envelope, lead: LeadRecord): LeadStatePrefix {
  return {
    envelope,
    version: lead.version,
    revision: lead.revision,
    stage: lead.stage,
    vendor: lead.vendor,
    grade: lead.grade,
    score: lead.score,
    poolId: lead.poolId,
    agentId: lead.agentId,
    destinationId: lead.destinationId,
    ruleId: lead.ruleId,
    ruleSetVersion: lead.ruleSetVersion,
    linkedTo: lead.linkedTo,
    identities: lead.identities,
    formerAgents: lead.formerAgents,
    isQualified: lead.isQualified,
    submittedAt: lead.submittedAt,
    decidedAt: lead.decidedAt,
    acceptedAt: lead.acceptedAt,
    respondedAt: lead.respondedAt,
    waitingSince: lead.waitingSince,
    timerGeneration: lead.timerGeneration,
    timer: lead.timer,
    laterTimers: lead.laterTimers,
    breaches: lead.breaches,
    outcome: lead.outcome,
    offer: lead.offer ?? null,
  };
}

/** Total: a stage of a newer writer is an exception, since somebody has to look; a clock of an unknown kind is none. */
export function toLeadRecord(state: LeadStatePrefix): LeadRecord {
  return {
    leadId: asLeadId(state.envelope.leadId),
    version: state.version,
    revision: state.revision,
    stage: toStage(state.stage),
    vendor: state.vendor,
    grade: state.grade,
    score: state.score,
    poolId: state.poolId,
    agentId: state.agentId,
    destinationId: state.destinationId,
    ruleId: state.ruleId,
    ruleSetVersion: state.ruleSetVersion,
    linkedTo: state.linkedTo === null ? null : asLeadId(state.linkedTo),
    identities: state.identities,
    formerAgents: state.formerAgents,
    isQualified: state.isQualified,
    submittedAt: state.submittedAt,
    decidedAt: state.decidedAt,
    acceptedAt: state.acceptedAt,
    respondedAt: state.respondedAt,
    waitingSince: state.waitingSince,
    timerGeneration: state.timerGeneration,
    timer: toTimer(state.timer),
    laterTimers: state.laterTimers.flatMap((timer) => toTimer(timer) ?? []),
    breaches: state.breaches.map(toBreach),
    outcome: state.outcome === 'UNKNOWN' ? null : state.outcome,
    ...(state.offer !== null && { offer: state.offer }),
  };
}

function toStage(stage: LeadState['stage']): LeadStage {
  return stage === 'UNKNOWN' ? 'EXCEPTION' : stage;
}

function toBreach({ clock, revision, agentId, dueAt }: LeadState['breaches'][number]): Breach {
  return { clock: clock === 'RESPONSE' ? clock : 'ACCEPT', revision, agentId, dueAt };
}

function toTimer(timer: WireTimer | null): LeadTimer | null {
  if (timer === null || timer.kind === 'UNKNOWN' || timer.kind === 'POOL_WAKE') return null;
  return { kind: timer.kind, dueAt: timer.dueAt };
}
