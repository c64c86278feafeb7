/** The scorer: enriched leads in, scored leads into the router's inbox. */
import type { ContextCodec } from '@lead-router/contracts/codec.ts';
import { CONSUMER_GROUPS } from '@lead-router/contracts/consumer-groups.ts';
import type { InboxEvent, InboxEventPrefix, LeadEnriched, LeadEnrichedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { cutRecords } from '@lead-router/service-kit/decode-records.ts';
import { startPipeline } from '@lead-router/stream/pipeline.ts';
import { defineTopology, type Topology } from '@lead-router/stream/topology.ts';
import { encodeScoredStep, type ScoreOptions, scoreStep } from './score-step.ts';

export interface ScorerOptions extends ScoreOptions {
  readonly version: string;
  readonly enriched: ContextCodec<LeadEnriched, LeadEnrichedPrefix>;
  readonly inbox: ContextCodec<InboxEvent, InboxEventPrefix>;
}

export function scorerTopology(options: ScorerOptions): Topology {
  return defineTopology({
    service: 'scorer',
    version: options.version,
    purpose: 'gives a lead its score and its grade',
    flows: [
      {
        source: {
          kind: 'topics',
          name: 'enriched',
          topics: [TOPICS.enriched.topic],
          groupId: CONSUMER_GROUPS.scorer.groupId,
          writers: 'internal',
        },
        pipeline: startPipeline().batchStep(cutRecords(options.enriched)).step(scoreStep(options)).step(encodeScoredStep(options.inbox)),
      },
    ],
    sinks: { inbox: { topic: TOPICS.inbox.topic } },
  });
}
