/** The notifier: decisions in, deliveries planned; senders take it from the table. */
import type { ContextCodec } from '@lead-router/contracts/codec.ts';
import type { LeadDecided, LeadDecidedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { cutRecords } from '@lead-router/service-kit/decode-records.ts';
import type { NewDelivery } from '@lead-router/store/delivery-store.ts';
import { startPipeline } from '@lead-router/stream/pipeline.ts';
import { defineTopology, type Topology } from '@lead-router/stream/topology.ts';
import { insertDeliveriesStep, type PlanOptions, planDeliveriesStep } from './plan-deliveries-step.ts';

export interface NotifierOptions extends PlanOptions {
  readonly version: string;
  readonly decided: ContextCodec<LeadDecided, LeadDecidedPrefix>;
  readonly insertDeliveries: (deliveries: readonly NewDelivery[]) => Promise<void>;
}

export const NOTIFIER_GROUP = 'lead-router-notifier';

export function notifierTopology(options: NotifierOptions): Topology {
  return defineTopology({
    service: 'notifier',
    version: options.version,
    purpose: 'tells destinations what they were given',
    flows: [
      {
        source: { kind: 'topics', name: 'decided', topics: [TOPICS.decided.topic], groupId: NOTIFIER_GROUP, writers: 'internal' },
        pipeline: startPipeline()
          .batchStep(cutRecords(options.decided))
          .step(planDeliveriesStep(options))
          .batchStep(insertDeliveriesStep(options.insertDeliveries)),
      },
    ],
    otherFlows: [
      {
        source: { kind: 'table', name: 'due-deliveries', purpose: 'rows of deliveries that are due, leased' },
        delivery: { guarantee: 'at-least-once' },
        steps: [
          { name: 'send', purpose: 'a signed webhook, if the assignment is still current', sinks: ['destinations'] },
          { name: 'record', purpose: 'the outcome, and when to try again', sinks: ['deliveries', 'receipts'] },
        ],
      },
    ],
    sinks: {
      deliveries: { table: 'deliveries' },
      destinations: { outside: 'webhooks of destinations' },
      receipts: { topic: TOPICS.delivery.topic },
    },
  });
}
