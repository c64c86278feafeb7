/** The gateway: leads and activities in by HTTP and by intake topics, to the topics that the pipeline begins with. */
import type { Codec } from '@lead-router/contracts/codec.ts';
import { CONSUMER_GROUPS } from '@lead-router/contracts/consumer-groups.ts';
import type { ActivityIntake, LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import { activityTopic, intakeTopic, TOPICS } from '@lead-router/contracts/topics.ts';
import { decodeRecords } from '@lead-router/service-kit/decode-records.ts';
import type { Submission as SubmissionRow } from '@lead-router/store/submission-store.ts';
import { startPipeline } from '@lead-router/stream/pipeline.ts';
import { defineTopology, type Flow, type FlowDescription, type Topology } from '@lead-router/stream/topology.ts';
import {
  encodeActivityStep,
  encodeSubmittedStep,
  type IntakeOptions,
  parseActivityStep,
  parseIntakeStep,
  recordIntakeStep,
} from './intake-steps.ts';
import type { InboxCodec } from './report-activities.ts';
import type { SubmittedCodec } from './submitted-record.ts';

export interface GatewayTopologyOptions extends IntakeOptions {
  readonly version: string;
  /** Vendors that publish on Kafka; none: no such flow. */
  readonly vendors: readonly string[];
  /** Systems that report activities on Kafka; none: no such flow. */
  readonly systems: readonly string[];
  readonly leadIntake: Codec<LeadIntake> | null;
  readonly activityIntake: Codec<ActivityIntake> | null;
  readonly submitted: SubmittedCodec;
  readonly inbox: InboxCodec;
  readonly recordSubmissions: (rows: readonly SubmissionRow[]) => Promise<unknown>;
}

export function gatewayTopology(options: GatewayTopologyOptions): Topology {
  return defineTopology({
    service: 'gateway',
    version: options.version,
    purpose: 'takes leads and activities in, and says of each whether it is accepted or exactly why not',
    flows: [...leadFlow(options), ...activityFlow(options)],
    otherFlows: HTTP_FLOWS,
    sinks: { submitted: { topic: TOPICS.submitted.topic }, submissions: { table: 'submissions' }, inbox: { topic: TOPICS.inbox.topic } },
  });
}

function leadFlow(options: GatewayTopologyOptions): readonly Flow[] {
  const topics = options.vendors.map(intakeTopic);
  if (topics.length === 0 || options.leadIntake === null) return [];
  const pipeline = startPipeline()
    .batchStep(decodeRecords(options.leadIntake))
    .step(parseIntakeStep(options))
    .batchStep(recordIntakeStep(options.recordSubmissions))
    .step(encodeSubmittedStep(options.submitted));
  return [
    { source: { kind: 'topics', name: 'lead-intake', topics, groupId: CONSUMER_GROUPS.intake.groupId, writers: 'intake' }, pipeline },
  ];
}

function activityFlow(options: GatewayTopologyOptions): readonly Flow[] {
  const topics = options.systems.map(activityTopic);
  if (topics.length === 0 || options.activityIntake === null) return [];
  const pipeline = startPipeline()
    .batchStep(decodeRecords(options.activityIntake))
    .step(parseActivityStep())
    .step(encodeActivityStep(options.inbox, options.now));
  return [
    {
      source: { kind: 'topics', name: 'activity-intake', topics, groupId: CONSUMER_GROUPS.activities.groupId, writers: 'intake' },
      pipeline,
    },
  ];
}

/** `submit-leads.ts` and `report-activities.ts` run them. */
const HTTP_FLOWS: readonly FlowDescription[] = [
  {
    source: { kind: 'http', name: 'post-leads', purpose: 'POST /v1/leads' },
    delivery: { guarantee: 'at-least-once' },
    steps: [
      { name: 'read', purpose: 'lines of the body, each readable or refused by itself', sinks: [] },
      { name: 'claim', purpose: 'the idempotency key: one works, everybody gets its answer', sinks: [] },
      { name: 'grant', purpose: "the vendor's daily cap", sinks: [] },
      { name: 'produce', purpose: 'new leads, acknowledged by all replicas', sinks: ['submitted'] },
      { name: 'record', purpose: 'a row for each lead, before the 202', sinks: ['submissions'] },
    ],
  },
  {
    source: { kind: 'http', name: 'post-activities', purpose: 'POST /v1/activities' },
    delivery: { guarantee: 'at-least-once' },
    steps: [
      { name: 'read', purpose: 'lines of the body, each readable or refused by itself', sinks: [] },
      { name: 'produce', purpose: 'activities, acknowledged by all replicas', sinks: ['inbox'] },
    ],
  },
  {
    source: { kind: 'http', name: 'answer-links', purpose: 'GET and POST /answers/{token}' },
    delivery: { guarantee: 'at-least-once' },
    steps: [
      { name: 'read', purpose: 'the signed token, and whether the assignment is still current; GET ends here', sinks: [] },
      { name: 'produce', purpose: 'one activity, however often the link is used', sinks: ['inbox'] },
    ],
  },
];
