/** How a process stands: its dependencies, what they cost, the rule set it works by. */
import { ALL_SERVICES, type MetricFactory } from './metric-factory.ts';
import { workBuckets } from './stream-metrics.ts';

export const defineProcessMetrics = ({ counter, gauge, histogram }: MetricFactory) => ({
  ready: gauge({
    name: 'lead_router_ready',
    unit: '0 or 1',
    help: '1 while the process takes work (as /health/ready says), else 0.',
    services: ALL_SERVICES,
    labels: {},
  }),
  dependencyUp: gauge({
    name: 'lead_router_dependency_up',
    unit: '0 or 1',
    help: '1 while the dependency answers, else 0.',
    services: ALL_SERVICES,
    labels: { dependency: ['kafka', 'registry', 'postgres', 'rule set', 'timers', 'deliveries', 'receipts'] },
  }),
  faults: counter({
    name: 'lead_router_faults_total',
    unit: 'faults',
    help: 'Errors the process cannot go on after; it ends and is restarted.',
    services: ALL_SERVICES,
    labels: {},
  }),
  ruleSetVersion: gauge({
    name: 'lead_router_rule_set_version',
    unit: 'version',
    help: 'Version of the rule set that this process takes for the active one.',
    services: ['enricher', 'scorer', 'router', 'notifier'],
    labels: {},
  }),
  postgresSeconds: histogram({
    name: 'lead_router_postgres_seconds',
    unit: 'seconds',
    help: 'Time of a call to Postgres: a connection from the pool, a statement by itself, a transaction from begin to its end.',
    services: ALL_SERVICES,
    labels: {
      operation: ['connect', 'statement', 'transaction'],
      outcome: ['ok', 'rolled_back', 'conflict', 'unavailable', 'unknown_outcome', 'refused_value', 'error'],
    },
    buckets: workBuckets,
  }),
  kafkaRequestSeconds: histogram({
    name: 'lead_router_kafka_request_seconds',
    unit: 'seconds',
    help: 'Time from sending a request to Kafka to its answer; a fetch that finds nothing waits up to 0.5 s.',
    services: ALL_SERVICES,
    labels: { api: { boundedBy: 'the requests of the Kafka protocol, by name' } },
    buckets: workBuckets,
  }),
});
