/**
 * Gives a lead its score, with the reasons that sum to it, and its grade.
 *
 * Input: `LeadEnriched`. Output: `LeadScored` in the inbox. Key and ordering: lead id; the order of its partition.
 * Delivery guarantee: at least once; a repeat has the same event id, and the router applies each once.
 * Failure: scoring is total, so there is none. Metrics: the runtime's, by step, and leads by grade.
 */
import type { ContextCodec } from '@lead-router/contracts/codec.ts';
import type { InboxEvent, InboxEventPrefix, LeadEnriched } from '@lead-router/contracts/generated/wire-types.ts';
import { asEventId, scoredEventId } from '@lead-router/contracts/ids.ts';
import type { Grade } from '@lead-router/domain/lead.ts';
import type { IdentityHasher, RuleSet } from '@lead-router/domain/rule-set.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { SinkRecord, Step } from '@lead-router/stream/pipeline.ts';
import { ok } from '@lead-router/stream/step-result.ts';

export interface ScoreOptions {
  readonly ruleSets: { current(): { readonly version: number; readonly ruleSet: RuleSet } };
  readonly hashIdentity: IdentityHasher;
  readonly clock: Clock;
  readonly onGraded: (grade: Grade) => void;
}

export function scoreStep(options: ScoreOptions): Step<LeadEnriched, InboxEvent> {
  return {
    name: 'score',
    purpose: 'points with their reasons, and the grade',
    run: ({ envelope, submittedAt, ruleSetVersion, context }) => {
      const { version, ruleSet } = options.ruleSets.current();
      // Enriched under another version: both halves have to be of one.
      const enrichment =
        ruleSetVersion === version && context.enrichment !== null ? context.enrichment : ruleSet.enrich(context.lead, context.person, options.hashIdentity);
      const scoring = ruleSet.score(context.lead, enrichment, { isQualified: false });
      options.onGraded(scoring.grade);
      return ok({
        envelope: { ...envelope, eventId: scoredEventId(asEventId(envelope.eventId)), recordedAt: options.clock.now() },
        body: { 'leadrouter.v1.LeadScored': { submittedAt, ruleSetVersion: version, context: { ...context, enrichment, scoring } } },
      });
    },
  };
}

export function encodeScoredStep(codec: ContextCodec<InboxEvent, InboxEventPrefix>): Step<InboxEvent, readonly SinkRecord[]> {
  return {
    name: 'encode',
    purpose: 'the scored lead to bytes, under its id',
    sinks: ['inbox'],
    run: (event, { record }) => ok([{ sink: 'inbox', key: event.envelope.leadId, value: codec.encode(event), headers: record.headers }]),
  };
}
