/**
 * Adds what the reference data knows about a lead; overwrites nothing that it said.
 *
 * Input: `LeadSubmitted`. Output: `LeadEnriched`. Key and ordering: lead id; the order of its partition.
 * Delivery guarantee: at least once; a repeat has the same event id, and the router applies each once.
 * Failure: enrichment is total, so there is none. Metrics: the runtime's, by step.
 */
import type { ContextCodec, CutValue } from '@lead-router/contracts/codec.ts';
import { openContext, restOf, withFindings } from '@lead-router/contracts/context-codec.ts';
import type { LeadEnriched, LeadEnrichedPrefix, LeadSubmittedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { asEventId, enrichedEventId } from '@lead-router/contracts/ids.ts';
import type { IdentityHasher, RuleSet } from '@lead-router/domain/rule-set.ts';
import { readable } from '@lead-router/service-kit/decode-records.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { SinkRecord, Step } from '@lead-router/stream/pipeline.ts';
import { ok } from '@lead-router/stream/step-result.ts';

export interface EnrichOptions {
  readonly ruleSets: { current(): { readonly version: number; readonly ruleSet: RuleSet } };
  readonly hashIdentity: IdentityHasher;
  readonly clock: Clock;
}

export function enrichStep(options: EnrichOptions): Step<CutValue<LeadSubmittedPrefix>, CutValue<LeadEnrichedPrefix>> {
  return {
    name: 'enrich',
    purpose: 'what the reference tables know of mail, phone, place, company and topics',
    run: ({ prefix: { envelope }, context }) =>
      readable(context, openWhole, ({ opened, rest }) => {
        const { version, ruleSet } = options.ruleSets.current();
        const findings = ruleSet.enrich(opened.lead, rest.person, options.hashIdentity);
        const prefix: LeadEnrichedPrefix = {
          envelope: { ...envelope, eventId: enrichedEventId(asEventId(envelope.eventId)), recordedAt: options.clock.now() },
          submittedAt: envelope.occurredAt,
          ruleSetVersion: version,
        };
        return ok({ prefix, context: withFindings(opened, { ...findings, scoring: null }, rest) });
      }),
  };
}

function openWhole(bytes: Buffer) {
  const opened = openContext(bytes);
  return { opened, rest: restOf(opened) };
}

export function encodeEnrichedStep(
  codec: ContextCodec<LeadEnriched, LeadEnrichedPrefix>,
): Step<CutValue<LeadEnrichedPrefix>, readonly SinkRecord[]> {
  return {
    name: 'encode',
    purpose: 'the enriched lead to bytes, under its id',
    sinks: ['enriched'],
    run: ({ prefix, context }, { record }) =>
      ok([{ sink: 'enriched', key: prefix.envelope.leadId, value: codec.encodeWithContext(prefix, context), headers: record.headers }]),
  };
}
