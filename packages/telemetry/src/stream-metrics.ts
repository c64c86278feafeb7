/** What went through each step of the pipeline, and what it waits for: counted by the runtime, the same in every service. */
import { ALL_SERVICES, type MetricFactory, type ServiceName } from './metric-factory.ts';

/** Services that read topics by steps. */
const STEPS: readonly ServiceName[] = ['gateway', 'enricher', 'scorer', 'notifier'];
/** Services that read topics at all. */
const READERS: readonly ServiceName[] = [...STEPS, 'router'];

export const workBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const sizeBuckets = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];

const step = { boundedBy: "the steps of the service's topology" };
const source = { boundedBy: "the sources of the service's topology" };
const topicPartition = {
  topic: { boundedBy: 'the topics of the catalogue; one intake topic for each configured vendor and system' },
  partition: { boundedBy: 'the partitions of the topic' },
};

const defineThroughput = ({ counter, histogram }: MetricFactory) => ({
  stepRecords: counter({
    name: 'lead_router_step_records_total',
    unit: 'records',
    help: 'Records a step has finished with, by result.',
    services: STEPS,
    labels: { step, result: ['ok', 'drop', 'dead_letter', 'redirect', 'retry_later'] },
  }),
  stepSeconds: histogram({
    name: 'lead_router_step_seconds',
    unit: 'seconds',
    help: 'Time a step took for one chunk of records.',
    services: STEPS,
    labels: { step },
    buckets: workBuckets,
  }),
  recordsIn: counter({
    name: 'lead_router_records_in_total',
    unit: 'records',
    help: 'Records read from a source and done with.',
    services: READERS,
    labels: { source },
  }),
  recordsOut: counter({
    name: 'lead_router_records_out_total',
    unit: 'records',
    help: 'Records acknowledged by a sink.',
    services: ALL_SERVICES,
    labels: { sink: { boundedBy: "the sinks of the service's topology, and dead_letter" } },
  }),
  chunkRecords: histogram({
    name: 'lead_router_chunk_records',
    unit: 'records',
    help: 'Size of a batch: records handled together between two heartbeats.',
    services: READERS,
    labels: { source },
    buckets: sizeBuckets,
  }),
  produceSeconds: histogram({
    name: 'lead_router_produce_seconds',
    unit: 'seconds',
    help: 'From handing records over to Kafka to their acknowledgement.',
    services: STEPS,
    labels: {},
    buckets: workBuckets,
  }),
});

const definePartitions = ({ counter, gauge }: MetricFactory) => ({
  lagRecords: gauge({
    name: 'lead_router_lag_records',
    unit: 'records',
    help: 'Records between the position and the end of the partition.',
    services: READERS,
    labels: topicPartition,
  }),
  lagAgeSeconds: gauge({
    name: 'lead_router_lag_age_seconds',
    unit: 'seconds',
    help: 'Age of the oldest record not yet handled, computed at the scrape; 0 without lag.',
    services: READERS,
    labels: topicPartition,
  }),
  retries: counter({
    name: 'lead_router_retries_total',
    unit: 'retries',
    help: 'Attempts that have to be made again, by what stood in the way.',
    services: ALL_SERVICES,
    labels: {
      cause: [
        'kafka',
        'registry',
        'postgres',
        'dependency',
        'refused',
        'conflict',
        'missing-locks',
        'changed-queue',
        'rule-set-moved',
        'refused-value',
        'timers',
        'deliveries',
        'receipts',
      ],
    },
  }),
  deadLetters: counter({
    name: 'lead_router_dead_letters_total',
    unit: 'records',
    help: 'Records sent to the dead-letter topic.',
    services: READERS,
    labels: { step, code: { boundedBy: 'the closed list of error codes, LR_*' } },
  }),
  pausedPartitions: gauge({
    name: 'lead_router_paused_partitions',
    unit: 'partitions',
    help: 'Partitions not read at the moment, by reason.',
    services: READERS,
    labels: { reason: ['back_off', 'refused', 'breaker', 'quarantine', 'alarm'] },
  }),
  breakerOpenings: counter({
    name: 'lead_router_breaker_openings_total',
    unit: 'openings',
    help: 'Times the dead-letter breaker opened.',
    services: STEPS,
    labels: { source },
  }),
  groupGenerations: counter({
    name: 'lead_router_group_generations_total',
    unit: 'joins',
    help: 'Group joins and rebalances seen.',
    services: READERS,
    labels: { source },
  }),
});

export const defineStreamMetrics = (factory: MetricFactory) => ({ ...defineThroughput(factory), ...definePartitions(factory) });
