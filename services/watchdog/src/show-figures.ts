/** Reads from Postgres what waits there and puts it into the metrics: leads in queues have no record that flows and could be counted. */
import type { QueueFigures } from '@lead-router/store/queue-figures.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import { runPollingLoop } from '@lead-router/stream/polling-loop.ts';
import { createLabelLimit } from '@lead-router/telemetry/label-limit.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';
import type { Metrics } from '@lead-router/telemetry/metrics.ts';

type FigureMetrics = Pick<
  Metrics,
  | 'waitingLeads'
  | 'waitingAgeSeconds'
  | 'exceptionLeads'
  | 'overdueTimerSeconds'
  | 'earlyActivities'
  | 'earlyActivitySeconds'
  | 'decisionsOutsideMonths'
  | 'decisionMonthsAhead'
  | 'pendingDeliveries'
  | 'overdueDeliverySeconds'
  | 'figuresReadAt'
>;

export interface FigureOptions {
  readonly read: () => Promise<QueueFigures>;
  readonly metrics: FigureMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
}

/** Until the signal aborts. Never rejects; while Postgres is away the figures stand still, and their time says so. */
export function showFigures(options: FigureOptions): Promise<void> {
  const show = createFigureBoard(options.metrics);
  return runPollingLoop({
    round: async () => [await options.read()],
    // One set of figures a round is all there is.
    limit: 2,
    clock: options.clock,
    pollIntervalMs: options.intervalMs,
    signal: options.signal,
    onRound: ([figures]) => {
      if (figures !== undefined) show(figures, options.clock.now());
    },
    onFailure: (error, backOffMs) => options.logger.warn({ error, backOffMs }, 'could not read what waits; trying again'),
  });
}

/** A pool or channel in which nothing waits any more is shown with 0, not forgotten: an alert has to end. */
export function createFigureBoard(metrics: FigureMetrics): (figures: QueueFigures, now: number) => void {
  const poolLabel = createLabelLimit();
  const pools = new Set<string>();
  const channels = new Set<string>();
  return (figures, now) => {
    for (const pool of pools) setPool(pool, { leads: 0, oldestSeconds: 0 });
    const sums = new Map<string, { leads: number; oldestSeconds: number }>();
    for (const { poolId, leads, oldestSeconds } of figures.waiting) {
      const pool = poolLabel(poolId);
      const before = sums.get(pool) ?? { leads: 0, oldestSeconds: 0 };
      sums.set(pool, { leads: before.leads + leads, oldestSeconds: Math.max(before.oldestSeconds, oldestSeconds) });
    }
    for (const [pool, sum] of sums) setPool(pool, sum);
    for (const channel of channels) setChannel(channel, { pending: 0, overdueSeconds: 0 });
    for (const { channel, ...of } of figures.deliveries) setChannel(channel, of);
    metrics.exceptionLeads.set(figures.exceptions);
    metrics.overdueTimerSeconds.set(figures.overdueTimerSeconds);
    metrics.earlyActivities.set(figures.early.activities);
    metrics.earlyActivitySeconds.set(figures.early.oldestSeconds);
    metrics.decisionsOutsideMonths.set(figures.months.outside);
    metrics.decisionMonthsAhead.set(figures.months.ahead);
    metrics.figuresReadAt.set(now / 1000);
  };

  function setPool(pool: string, of: { readonly leads: number; readonly oldestSeconds: number }): void {
    pools.add(pool);
    metrics.waitingLeads.set({ pool }, of.leads);
    metrics.waitingAgeSeconds.set({ pool }, of.oldestSeconds);
  }

  function setChannel(channel: string, of: { readonly pending: number; readonly overdueSeconds: number }): void {
    channels.add(channel);
    metrics.pendingDeliveries.set({ channel }, of.pending);
    metrics.overdueDeliverySeconds.set({ channel }, of.overdueSeconds);
  }
}
