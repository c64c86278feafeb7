/**
 * Every metric of every service, in one place: name, meaning, labels.
 *
 * Names are `lead_router_<noun>_<unit>`. Labels are closed sets (steps, sources, topics from the catalogue, partition
 * numbers, codes): never an id, an address or a vendor's free text. `service` is put on each by the registry.
 */

import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Seconds from 5 ms to a minute: where time to assign lives, from the promise (250 ms) to the alarm. */
export const assignBuckets = [0.005, 0.01, 0.02, 0.035, 0.06, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const workBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const sizeBuckets = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500];

export const defineMetrics = (registry: Registry) => {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter<L>({ name, help, labelNames: [...labelNames], registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge<L>({ name, help, labelNames: [...labelNames], registers });
  const histogram = <L extends string>(
    name: string,
    help: string,
    options: { readonly labels: readonly L[]; readonly buckets: readonly number[] },
  ) => new Histogram<L>({ name, help, labelNames: [...options.labels], buckets: [...options.buckets], registers });

  return {
    // Stream runtime: what went through each step, and how it ended.
    stepRecords: counter('lead_router_step_records_total', 'Records a step has finished with, by result.', [
      'step',
      'result', // ok, drop, dead_letter, redirect, retry_later
    ]),
    stepSeconds: histogram('lead_router_step_seconds', 'Time a step took for one chunk of records.', {
      labels: ['step'],
      buckets: workBuckets,
    }),
    recordsIn: counter('lead_router_records_in_total', 'Records read from a source.', ['source']),
    recordsOut: counter('lead_router_records_out_total', 'Records acknowledged by a sink.', ['sink']),
    chunkRecords: histogram('lead_router_chunk_records', 'Records handled together between two heartbeats.', {
      labels: ['source'],
      buckets: sizeBuckets,
    }),
    produceSeconds: histogram('lead_router_produce_seconds', 'From handing records over to their acknowledgement.', {
      labels: [],
      buckets: workBuckets,
    }),
    lagRecords: gauge('lead_router_lag_records', 'Records between the position and the end of the partition.', ['topic', 'partition']),
    lagAgeSeconds: gauge('lead_router_lag_age_seconds', 'Age of the oldest record not yet handled; 0 without lag.', ['topic', 'partition']),
    retries: counter('lead_router_retries_total', 'Back-offs of a partition, by what it waits for.', ['cause']),
    deadLetters: counter('lead_router_dead_letters_total', 'Records sent to the dead-letter topic.', ['step', 'code']),
    pausedPartitions: gauge('lead_router_paused_partitions', 'Partitions not read at the moment, by reason.', [
      'reason', // back_off, breaker, quarantine, alarm
    ]),
    breakerOpenings: counter('lead_router_breaker_openings_total', 'Times the dead-letter breaker opened.', ['source']),
    faults: counter('lead_router_faults_total', 'Errors the process cannot go on after; it ends and is restarted.', []),
    groupGenerations: counter('lead_router_group_generations_total', 'Group joins and rebalances seen.', ['source']),
    transactions: counter('lead_router_transactions_total', 'Kafka transactions of the router, by outcome.', [
      'outcome', // committed, fenced, unknown, emitted_again
    ]),
    dependencyUp: gauge('lead_router_dependency_up', '1 while the dependency answers, else 0.', ['dependency']),

    // Leads.
    timeToAssignSeconds: histogram(
      'lead_router_time_to_assign_seconds',
      'From the moment a lead was accepted to its decision (SLO: 99 % within 0.25).',
      { labels: [], buckets: assignBuckets },
    ),
    decisions: counter('lead_router_decisions_total', 'Decisions by kind.', [
      'kind', // assigned, linked, queued, exception
    ]),
    repeatedEvents: counter('lead_router_repeated_events_total', 'Events already applied, recognised and ignored.', []),
    grades: counter('lead_router_grades_total', 'Scored leads by grade.', ['grade']),
    waitingLeads: gauge('lead_router_waiting_leads', 'Leads waiting for capacity, by pool.', ['pool']),
    batchSeconds: histogram('lead_router_batch_seconds', 'Parts of a router batch.', {
      labels: ['part'], // apply (Postgres), emit (Kafka)
      buckets: workBuckets,
    }),

    // Gateway.
    httpRequests: counter('lead_router_http_requests_total', 'Requests answered, by route and status class.', [
      'route',
      'status', // 2xx, 4xx, 5xx
    ]),
    httpSeconds: histogram('lead_router_http_seconds', 'Time to answer a request.', {
      labels: ['route'],
      buckets: workBuckets,
    }),
    refusedLeads: counter('lead_router_refused_leads_total', 'Leads refused at the door, by code.', ['code']),

    // Watchdog and notifier.
    timersFired: counter('lead_router_timers_fired_total', 'Due timers sent to the inbox, by kind.', ['kind']),
    timerDelaySeconds: histogram('lead_router_timer_delay_seconds', 'From the due time to the inbox.', {
      labels: [],
      buckets: assignBuckets,
    }),
    deliveries: counter('lead_router_deliveries_total', 'Delivery attempts by channel and outcome.', [
      'channel',
      'outcome', // delivered, retried, undeliverable, superseded
    ]),
  };
};

export type MetricsCatalogue = ReturnType<typeof defineMetrics>;
