/** What becomes of leads: decisions, and promises kept and broken. The business reads these. */
import type { MetricFactory } from './metric-factory.ts';
import { workBuckets } from './stream-metrics.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds from 5 ms to a minute: where time to assign lives, from the promise (250 ms) to the alarm. */
export const assignBuckets = [0.005, 0.01, 0.02, 0.035, 0.06, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds from a minute to a week, with the promises of 24 hours and of two days among them. */
const answerBuckets = [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, DAY, 2 * DAY, 4 * DAY, 7 * DAY];

/** Of the domain's Decision in lower case. */
export const DECISION_KINDS = ['assigned', 'offered', 'linked', 'queued', 'exception'] as const;

/** Of the domain's SlaEvent in lower case, and `reassigned`: a decision because a clock ran out. */
export const SLA_KINDS = [
  'accept_warned',
  'accept_breached',
  'response_warned',
  'response_breached',
  'breach_retracted',
  'escalated',
  'reassigned',
] as const;

export const poolLabel = { boundedBy: 'the pools of the rule set; beyond 200 of them, other' };

const defineDecisions = ({ counter, histogram }: MetricFactory) => ({
  grades: counter({
    name: 'lead_router_grades_total',
    unit: 'leads',
    help: 'Scored leads by grade.',
    services: ['scorer'],
    labels: {
      grade: ['HOT', 'HIGH_POTENTIAL', 'NEED_INFORMATION', 'LOW_POTENTIAL', 'PARTNER_OPPORTUNITY', 'NEED_NURTURING'],
    },
  }),
  timeToAssignSeconds: histogram({
    name: 'lead_router_time_to_assign_seconds',
    unit: 'seconds',
    help: 'From the moment a lead was accepted to its first decision (SLO: 99 % within 0.25).',
    services: ['router'],
    labels: {},
    buckets: assignBuckets,
  }),
  timeToAcceptSeconds: histogram({
    name: 'lead_router_time_to_accept_seconds',
    unit: 'seconds',
    help: 'From a decision to the acceptance by its owner, all hours counted.',
    services: ['router'],
    labels: {},
    buckets: answerBuckets,
  }),
  timeToFirstResponseSeconds: histogram({
    name: 'lead_router_time_to_first_response_seconds',
    unit: 'seconds',
    help: 'From the moment a lead was accepted to the first human response, all hours counted (promise: within 24 hours).',
    services: ['router'],
    labels: {},
    buckets: answerBuckets,
  }),
  decisions: counter({
    name: 'lead_router_decisions_total',
    unit: 'decisions',
    help: 'Decisions by kind, and by what opened the revision.',
    services: ['router'],
    labels: {
      kind: DECISION_KINDS,
      cause: { boundedBy: "the causes of the domain's decisions (DecisionCause), in lower case" },
    },
  }),
  assignedLeads: counter({
    name: 'lead_router_assigned_leads_total',
    unit: 'leads',
    help: 'Leads given to a pool and its destination, exceptions included.',
    services: ['router'],
    labels: { pool: poolLabel, destination: { boundedBy: 'the destinations of the rule set; beyond 200 of them, other' } },
  }),
  slaEvents: counter({
    name: 'lead_router_sla_events_total',
    unit: 'events',
    help: 'What became of the promises to answer a lead: warned, broken, taken back because the answer was in time, handed on.',
    services: ['router'],
    labels: { kind: SLA_KINDS },
  }),
  capHits: counter({
    name: 'lead_router_cap_hits_total',
    unit: 'hits',
    help: 'Times a cap was reached by a lead that was given.',
    services: ['router'],
    labels: { scope: ['agent', 'pool', 'destination'], cap: ['open', 'daily', 'hourly'] },
  }),
});

const defineBatches = ({ counter, histogram }: MetricFactory) => ({
  repeatedEvents: counter({
    name: 'lead_router_repeated_events_total',
    unit: 'events',
    help: 'Events already applied, recognised and ignored.',
    services: ['router'],
    labels: {},
  }),
  ignoredEvents: counter({
    name: 'lead_router_ignored_events_total',
    unit: 'events',
    help: 'Events that change nothing, by reason: superseded timers, repeats, late arrivals.',
    services: ['router'],
    labels: { reason: { boundedBy: 'the reasons of the domain (IgnoredInput), in lower case' } },
  }),
  wakeUps: counter({
    name: 'lead_router_wake_ups_total',
    unit: 'wake-ups',
    help: 'Waiting leads called up again because their pool can take one.',
    services: ['router'],
    labels: {},
  }),
  batchSeconds: histogram({
    name: 'lead_router_batch_seconds',
    unit: 'seconds',
    help: 'Parts of a router batch: apply is the Postgres transaction, emit the Kafka transaction.',
    services: ['router'],
    labels: { part: ['apply', 'emit'] },
    buckets: workBuckets,
  }),
  transactionBatches: histogram({
    name: 'lead_router_transaction_batches',
    unit: 'batches',
    help: 'Batches of different partitions that went through Postgres in one transaction, as each of them sees it.',
    services: ['router'],
    labels: {},
    buckets: [1, 2, 3, 4, 6, 8, 12],
  }),
  transactions: counter({
    name: 'lead_router_transactions_total',
    unit: 'transactions',
    help: 'Kafka transactions of the router, by outcome.',
    services: ['router'],
    labels: { outcome: ['committed', 'unknown', 'emitted_again'] },
  }),
});

export const defineLeadMetrics = (factory: MetricFactory) => ({ ...defineDecisions(factory), ...defineBatches(factory) });
