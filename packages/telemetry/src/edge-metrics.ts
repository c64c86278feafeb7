/** Where leads come in and messages go out: gateway, watchdog, notifier. */
import { assignBuckets } from './lead-metrics.ts';
import type { MetricFactory } from './metric-factory.ts';
import { workBuckets } from './stream-metrics.ts';

export const CHANNELS = ['webhook', 'email', 'offer', 'reply', 'accept-warning', 'response-warning'] as const;

export const defineEdgeMetrics = ({ counter, histogram }: MetricFactory) => ({
  httpRequests: counter({
    name: 'lead_router_http_requests_total',
    unit: 'requests',
    help: 'Requests answered, by route and status class.',
    services: ['gateway'],
    labels: { route: { boundedBy: 'the routes of the API, and unknown' }, status: ['1xx', '2xx', '3xx', '4xx', '5xx'] },
  }),
  httpSeconds: histogram({
    name: 'lead_router_http_seconds',
    unit: 'seconds',
    help: 'Time to answer a request.',
    services: ['gateway'],
    labels: { route: { boundedBy: 'the routes of the API, and unknown' } },
    buckets: workBuckets,
  }),
  acceptedLeads: counter({
    name: 'lead_router_accepted_leads_total',
    unit: 'leads',
    help: 'New leads answered with their ids over HTTP, by vendor; those of intake topics are in records_in.',
    services: ['gateway'],
    labels: { vendor: { boundedBy: 'the vendors with a key; beyond 200 of them, other' } },
  }),
  refusedLeads: counter({
    name: 'lead_router_refused_leads_total',
    unit: 'leads',
    help: 'Leads refused at the door, by code.',
    services: ['gateway'],
    labels: { code: { boundedBy: 'the closed list of error codes, LR_*' } },
  }),
  timersFired: counter({
    name: 'lead_router_timers_fired_total',
    unit: 'timers',
    help: 'Due timers sent to the inbox, by kind.',
    services: ['watchdog'],
    labels: { kind: { boundedBy: "the domain's kinds of timers (TimerKind), in lower case" } },
  }),
  timerDelaySeconds: histogram({
    name: 'lead_router_timer_delay_seconds',
    unit: 'seconds',
    help: 'From the due time to the inbox (SLO: within 1).',
    services: ['watchdog'],
    labels: {},
    buckets: assignBuckets,
  }),
  deliveries: counter({
    name: 'lead_router_deliveries_total',
    unit: 'attempts',
    help: 'Delivery attempts by channel and outcome.',
    services: ['notifier'],
    labels: { channel: CHANNELS, outcome: ['delivered', 'retried', 'undeliverable', 'superseded'] },
  }),
});
