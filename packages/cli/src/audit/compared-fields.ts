/** The fields in which Postgres and Kafka have to agree, as a digest to hold for every lead and as words where two differ. */
import { hash } from 'node:crypto';
import type { LeadDecidedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import type { LeadOffer } from '@lead-router/domain/lead-offer.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { StoredDecision } from '@lead-router/store/lead-store.ts';

/** Always in the same order: the digest depends on it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Both a lead's row and its state as `toLeadRecord` gives it. */
export function leadFields(lead: LeadRecord): Fields {
  return {
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
    timer: lead.timer === null ? null : [lead.timer.kind, lead.timer.dueAt],
    laterTimers: lead.laterTimers.map(({ kind, dueAt }) => [kind, dueAt]),
    breaches: lead.breaches.map((breach) => [breach.clock, breach.revision, breach.agentId, breach.dueAt]),
    outcome: lead.outcome,
    ...(lead.offer && { offer: offerFields(lead.offer) }),
  };
}

function offerFields({ round, offeredTo, declined, expired, expiresAt }: LeadOffer): readonly unknown[] {
  return [round, offeredTo, declined, expired, expiresAt];
}

export function decisionFields(decision: StoredDecision): Fields {
  const { batchId, inputIndex } = decision;
  return decided(decision, { eventId: decision.eventId, batchId, inputIndex });
}

export function eventFields(event: LeadDecidedPrefix): Fields {
  return decided(event, { eventId: event.envelope.eventId, batchId: event.batchId, inputIndex: event.batchIndex });
}

type Decided = Pick<StoredDecision, 'revision' | 'version' | 'ruleSetVersion' | 'score' | 'submittedAt' | 'decidedAt'> &
  Readonly<Record<'kind' | 'cause' | 'grade', string>> &
  Readonly<Record<'poolId' | 'agentId' | 'destinationId' | 'ruleId' | 'linkedTo' | 'previousAgentId', string | null>> & {
    readonly acceptBy: number | null;
  };

function decided(one: Decided, place: { readonly eventId: string; readonly batchId: string; readonly inputIndex: number }): Fields {
  return {
    ...place,
    kind: one.kind,
    cause: one.cause,
    revision: one.revision,
    version: one.version,
    ruleSetVersion: one.ruleSetVersion,
    ruleId: one.ruleId,
    poolId: one.poolId,
    agentId: one.agentId,
    previousAgentId: one.previousAgentId,
    destinationId: one.destinationId,
    linkedTo: one.linkedTo,
    grade: one.grade,
    score: one.score,
    acceptBy: one.acceptBy,
    submittedAt: one.submittedAt,
    decidedAt: one.decidedAt,
  };
}

/** 48 bits, so that it fits a number: enough to tell two records that are compared once. */
const DIGEST_BYTES = 6;

export function digestOf(fields: Fields): number {
  return hash('sha1', JSON.stringify(fields), 'buffer').readUIntBE(0, DIGEST_BYTES);
}

/** `agentId is "ann" in Postgres, "bob" in Kafka`; empty when nothing differs. */
export function differences(inPostgres: Fields, inKafka: Fields): string {
  return Object.keys(inPostgres)
    .map((name) => ({ name, postgres: JSON.stringify(inPostgres[name]), kafka: JSON.stringify(inKafka[name]) }))
    .filter(({ postgres, kafka }) => postgres !== kafka)
    .map(({ name, postgres, kafka }) => `${name} is ${postgres} in Postgres, ${kafka} in Kafka`)
    .join('; ');
}
