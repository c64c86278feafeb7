/** The enricher: submitted leads in, enriched leads out. */
import type { ContextCodec } from '@lead-router/contracts/codec.ts';
import { CONSUMER_GROUPS } from '@lead-router/contracts/consumer-groups.ts';
import type { LeadEnriched, LeadEnrichedPrefix, LeadSubmitted, LeadSubmittedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { cutRecords } from '@lead-router/service-kit/decode-records.ts';
import { startPipeline } from '@lead-router/stream/pipeline.ts';
import { defineTopology, type Topology } from '@lead-router/stream/topology.ts';
import { type EnrichOptions, encodeEnrichedStep, enrichStep } from './enrich-step.ts';

export interface EnricherOptions extends EnrichOptions {
  readonly version: string;
  readonly submitted: ContextCodec<LeadSubmitted, LeadSubmittedPrefix>;
  readonly enriched: ContextCodec<LeadEnriched, LeadEnrichedPrefix>;
}

export function enricherTopology(options: EnricherOptions): Topology {
  return defineTopology({
    service: 'enricher',
    version: options.version,
    purpose: 'adds what the reference tables know of a lead',
    flows: [
      {
        source: {
          kind: 'topics',
          name: 'submitted',
          topics: [TOPICS.submitted.topic],
          groupId: CONSUMER_GROUPS.enricher.groupId,
          writers: 'internal',
        },
        pipeline: startPipeline()
          .batchStep(cutRecords(options.submitted))
          .step(enrichStep(options))
          .step(encodeEnrichedStep(options.enriched)),
      },
    ],
    sinks: { enriched: { topic: TOPICS.enriched.topic } },
  });
}
