/** What waited and waits no more is shown as 0; pools beyond the limit are one. */
import type { QueueFigures } from '@lead-router/store/queue-figures.ts';
import { maxLabelValues } from '@lead-router/telemetry/label-limit.ts';
import { createMetrics } from '@lead-router/telemetry/metrics.ts';
import { expect, it } from 'vitest';
import { createFigureBoard } from './show-figures.ts';

const nothing: QueueFigures = {
  waiting: [],
  exceptions: 0,
  overdueTimerSeconds: 0,
  early: { activities: 0, oldestSeconds: 0 },
  months: { outside: 0, ahead: 3 },
  deliveries: [],
};

it('shows what waits, and 0 once nothing does', async () => {
  const metrics = createMetrics('watchdog');
  const show = createFigureBoard(metrics);
  show(
    {
      waiting: [{ poolId: 'sales', leads: 3, oldestSeconds: 12.5 }],
      exceptions: 2,
      overdueTimerSeconds: 4,
      early: { activities: 6, oldestSeconds: 70 },
      months: { outside: 8, ahead: 1 },
      deliveries: [{ channel: 'webhook', pending: 5, overdueSeconds: 7 }],
    },
    1_000,
  );
  const shown = (await metrics.render()).body;
  expect(shown).toContain('lead_router_waiting_leads{pool="sales",service="watchdog"} 3');
  expect(shown).toContain('lead_router_waiting_age_seconds{pool="sales",service="watchdog"} 12.5');
  expect(shown).toContain('lead_router_exception_leads{service="watchdog"} 2');
  expect(shown).toContain('lead_router_overdue_timer_seconds{service="watchdog"} 4');
  expect(shown).toContain('lead_router_overdue_delivery_seconds{channel="webhook",service="watchdog"} 7');
  expect(shown).toContain('lead_router_early_activities{service="watchdog"} 6');
  expect(shown).toContain('lead_router_early_activity_age_seconds{service="watchdog"} 70');
  expect(shown).toContain('lead_router_decisions_outside_months{service="watchdog"} 8');
  expect(shown).toContain('lead_router_decision_months_ahead{service="watchdog"} 1');
  show(nothing, 2_000);
  const after = (await metrics.render()).body;
  expect(after).toContain('lead_router_waiting_leads{pool="sales",service="watchdog"} 0');
  expect(after).toContain('lead_router_pending_deliveries{channel="webhook",service="watchdog"} 0');
  expect(after).toContain('lead_router_figures_read_timestamp_seconds{service="watchdog"} 2');
});

it('adds up the pools beyond the limit', async () => {
  const metrics = createMetrics('watchdog');
  const waiting = Array.from({ length: maxLabelValues + 3 }, (_, n) => ({ poolId: `p${n}`, leads: 2, oldestSeconds: n }));
  createFigureBoard(metrics)({ ...nothing, waiting }, 0);
  const shown = (await metrics.render()).body;
  expect(shown).toContain('lead_router_waiting_leads{pool="other",service="watchdog"} 6');
  expect(shown).toContain(`lead_router_waiting_age_seconds{pool="other",service="watchdog"} ${maxLabelValues + 2}`);
});
