/** What lies in Postgres and waits: the watchdog reads it every few seconds, because no record that flows would tell. */
import { CHANNELS } from './edge-metrics.ts';
import { poolLabel } from './lead-metrics.ts';
import type { MetricFactory } from './metric-factory.ts';

export const defineQueueMetrics = ({ gauge }: MetricFactory) => ({
  waitingLeads: gauge({
    name: 'lead_router_waiting_leads',
    unit: 'leads',
    help: 'Leads waiting for capacity, by pool. Every watchdog says the same: take the maximum.',
    services: ['watchdog'],
    labels: { pool: poolLabel },
  }),
  waitingAgeSeconds: gauge({
    name: 'lead_router_waiting_age_seconds',
    unit: 'seconds',
    help: 'How long the oldest waiting lead of a pool has waited. Every watchdog says the same: take the maximum.',
    services: ['watchdog'],
    labels: { pool: poolLabel },
  }),
  exceptionLeads: gauge({
    name: 'lead_router_exception_leads',
    unit: 'leads',
    help: 'Leads that lie with a final decision maker. Every watchdog says the same: take the maximum.',
    services: ['watchdog'],
    labels: {},
  }),
  overdueTimerSeconds: gauge({
    name: 'lead_router_overdue_timer_seconds',
    unit: 'seconds',
    help: 'By how much the oldest timer that has not fired is overdue; 0 when none is. Every watchdog says the same.',
    services: ['watchdog'],
    labels: {},
  }),
  earlyActivities: gauge({
    name: 'lead_router_early_activities',
    unit: 'activities',
    help: 'Activities that are kept because their lead has not come. Every watchdog says the same: take the maximum.',
    services: ['watchdog'],
    labels: {},
  }),
  earlyActivitySeconds: gauge({
    name: 'lead_router_early_activity_age_seconds',
    unit: 'seconds',
    help: 'For how long the oldest activity has waited for its lead; 0 when none does. Every watchdog says the same.',
    services: ['watchdog'],
    labels: {},
  }),
  decisionsOutsideMonths: gauge({
    name: 'lead_router_decisions_outside_months',
    unit: 'rows',
    help: 'Decisions and batches for whose month there was no table when they were made, up to 10,000 of each. Every watchdog says the same.',
    services: ['watchdog'],
    labels: {},
  }),
  decisionMonthsAhead: gauge({
    name: 'lead_router_decision_months_ahead',
    unit: 'months',
    help: 'Coming months whose tables of decisions are made. Every watchdog says the same.',
    services: ['watchdog'],
    labels: {},
  }),
  figuresReadAt: gauge({
    name: 'lead_router_figures_read_timestamp_seconds',
    unit: 'seconds since 1970',
    help: 'When the watchdog last read its figures (waiting, exceptions, timers, deliveries) from Postgres.',
    services: ['watchdog'],
    labels: {},
  }),
  pendingDeliveries: gauge({
    name: 'lead_router_pending_deliveries',
    unit: 'deliveries',
    help: 'Deliveries that are not finished, by channel. Every watchdog says the same: take the maximum.',
    services: ['watchdog'],
    labels: { channel: CHANNELS },
  }),
  overdueDeliverySeconds: gauge({
    name: 'lead_router_overdue_delivery_seconds',
    unit: 'seconds',
    help: 'By how much the oldest due delivery of a channel is overdue, those in work left out; 0 when none is. Every watchdog says the same.',
    services: ['watchdog'],
    labels: { channel: CHANNELS },
  }),
});
