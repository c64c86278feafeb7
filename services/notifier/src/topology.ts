/** The notifier: decisions in, deliveries planned; senders take it from the table. */
import type { Codec, ContextCodec } from '@lead-router/contracts/codec.ts';
import { CONSUMER_GROUPS } from '@lead-router/contracts/consumer-groups.ts';
import type { LeadDecided, LeadDecidedPrefix, LeadSla } from '@lead-router/contracts/generated/wire-types.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { cutRecords, decodeRecords } from '@lead-router/service-kit/decode-records.ts';
import type { PlannedDeliveries } from '@lead-router/store/delivery-store.ts';
import { startPipeline } from '@lead-router/stream/pipeline.ts';
import { defineTopology, type Topology } from '@lead-router/stream/topology.ts';
import { insertDeliveriesStep, type PlanOptions, planDeliveriesStep } from './plan-deliveries-step.ts';
import { planWarningsStep } from './plan-warnings-step.ts';

export interface NotifierOptions extends PlanOptions {
  readonly version: string;
  readonly decided: ContextCodec<LeadDecided, LeadDecidedPrefix>;
  readonly sla: Codec<LeadSla>;
  readonly insertDeliveries: (planned: PlannedDeliveries) => Promise<void>;
}

export function notifierTopology(options: NotifierOptions): Topology {
  return defineTopology({
    service: 'notifier',
    version: options.version,
    purpose: 'tells owners what they were given, warns them in time, and answers leads',
    flows: [
      {
        source: {
          kind: 'topics',
          name: 'decided',
          topics: [TOPICS.decided.topic],
          groupId: CONSUMER_GROUPS.notifier.groupId,
          writers: 'internal',
        },
        pipeline: startPipeline()
          .batchStep(cutRecords(options.decided))
          .batchStep(planDeliveriesStep(options))
          .batchStep(insertDeliveriesStep(options.insertDeliveries)),
      },
      {
        source: {
          kind: 'topics',
          name: 'sla',
          topics: [TOPICS.sla.topic],
          groupId: CONSUMER_GROUPS.warnings.groupId,
          writers: 'internal',
        },
        pipeline: startPipeline()
          .batchStep(decodeRecords(options.sla))
          .step(planWarningsStep(options))
          .batchStep(insertDeliveriesStep(options.insertDeliveries)),
      },
    ],
    otherFlows: [
      {
        source: { kind: 'table', name: 'due-deliveries', purpose: 'rows of deliveries that are due, leased' },
        delivery: { guarantee: 'at-least-once' },
        steps: [
          {
            name: 'send',
            purpose: 'a signed webhook, a mail, a warning or a reply, if the assignment is still current',
            sinks: ['outside'],
          },
          { name: 'record', purpose: 'the outcome with its receipt, and when to try again', sinks: ['deliveries', 'pending-receipts'] },
        ],
      },
      {
        source: { kind: 'table', name: 'pending-receipts', purpose: 'rows of delivery_receipts, the first of each lead, leased' },
        delivery: { guarantee: 'at-least-once' },
        steps: [
          { name: 'publish', purpose: 'the receipt of each attempt; an activity where nobody could be told', sinks: ['receipts', 'inbox'] },
          { name: 'remove', purpose: 'the row, now that Kafka has it', sinks: ['pending-receipts'] },
        ],
      },
    ],
    sinks: {
      deliveries: { table: 'deliveries' },
      outside: { outside: 'webhooks of destinations, mail server' },
      'pending-receipts': { table: 'delivery_receipts' },
      receipts: { topic: TOPICS.delivery.topic },
      inbox: { topic: TOPICS.inbox.topic },
    },
  });
}
