/**
 * Gives a lead its score, with the reasons that sum to it, and its grade.
 *
 * Input: `LeadEnriched`. Output: `LeadScored` in the inbox. Key and ordering: lead id; the order of its partition.
 * Delivery guarantee: at least once; a repeat has the same event id, and the router applies each once.
 * Failure: scoring is total, so there is none. Metrics: the runtime's, by step, and leads by grade.
 */
import type { ContextCodec, CutValue } from '@lead-router/contracts/codec.ts';
import { openContext, restOf, withFindings, withScoring } from '@lead-router/contracts/context-codec.ts';
import type { InboxEvent, InboxEventPrefix, LeadEnrichedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { asEventId, scoredEventId } from '@lead-router/contracts/ids.ts';
import type { Grade } from '@lead-router/domain/lead.ts';
import type { IdentityHasher, RuleSet } from '@lead-router/domain/rule-set.ts';
import { readable } from '@lead-router/service-kit/decode-records.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { SinkRecord, Step } from '@lead-router/stream/pipeline.ts';
import { ok } from '@lead-router/stream/step-result.ts';

export interface ScoreOptions {
  readonly ruleSets: { current(): { readonly version: number; readonly ruleSet: RuleSet } };
  readonly hashIdentity: IdentityHasher;
  readonly clock: Clock;
  readonly onGraded: (grade: Grade) => void;
}

export function scoreStep(options: ScoreOptions): Step<CutValue<LeadEnrichedPrefix>, CutValue<InboxEventPrefix>> {
  return {
    name: 'score',
    purpose: 'points with their reasons, and the grade',
    run: ({ prefix: { envelope, submittedAt, ruleSetVersion }, context }) =>
      readable(context, openContext, (opened) => {
        const { version, ruleSet } = options.ruleSets.current();
        const { lead } = opened;
        // Enriched under another version, or not at all: both halves have to be of one.
        const current = ruleSetVersion === version ? opened.enrichment : null;
        const findings = current === null ? ruleSet.enrich(lead, restOf(opened).person, options.hashIdentity) : { enrichment: current };
        const scoring = ruleSet.score(lead, findings.enrichment, { isQualified: false });
        options.onGraded(scoring.grade);
        const prefix: InboxEventPrefix = {
          envelope: { ...envelope, eventId: scoredEventId(asEventId(envelope.eventId)), recordedAt: options.clock.now() },
          body: { 'leadrouter.v1.LeadScored': { submittedAt, ruleSetVersion: version } },
        };
        return ok({ prefix, context: current === null ? withFindings(opened, { ...findings, scoring }) : withScoring(opened, scoring) });
      }),
  };
}

export function encodeScoredStep(
  codec: ContextCodec<InboxEvent, InboxEventPrefix>,
): Step<CutValue<InboxEventPrefix>, readonly SinkRecord[]> {
  return {
    name: 'encode',
    purpose: 'the scored lead to bytes, under its id',
    sinks: ['inbox'],
    run: ({ prefix, context }, { record }) =>
      ok([{ sink: 'inbox', key: prefix.envelope.leadId, value: codec.encodeWithContext(prefix, context), headers: record.headers }]),
  };
}
