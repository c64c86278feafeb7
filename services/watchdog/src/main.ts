/** The watchdog as a process. Any number of instances share the work: due rows are leased. */
import { loadConfig } from '@lead-router/config/load-config.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { openDependencies, waitFor } from '@lead-router/service-kit/open-dependencies.ts';
import { serviceConfig } from '@lead-router/service-kit/service-config.ts';
import { VERSION } from '@lead-router/service-kit/version.ts';
import { ensureDecisionMonths } from '@lead-router/store/decision-months.ts';
import { forgetEarlyBefore } from '@lead-router/store/early-activities.ts';
import { readQueueFigures } from '@lead-router/store/queue-figures.ts';
import { createPostgresTimerStore } from '@lead-router/store/timer-store.ts';
import { runServiceProcess } from '@lead-router/stream/process-main.ts';
import { runWatchdogLoop } from './fire-due-timers.ts';
import { forgetEarlyActivities } from './forget-early-activities.ts';
import { keepMonthsAhead } from './keep-months-ahead.ts';
import { showFigures } from './show-figures.ts';
import { timerFired } from './timer-fired.ts';
import { watchdogTopology } from './topology.ts';

const TIMERS_PER_ROUND = 500;
/**
 * An instance that dies with timers leased makes them late by this much, so it is short. Too short does no harm: what another
 * instance fires as well has the same event id.
 */
const LEASE_MS = 400;
const FIGURES_EVERY_MS = 5_000;
/** There are three months to do it in. */
const MONTHS_EVERY_MS = 3_600_000;
const FORGET_EVERY_MS = 3_600_000;
/** Of activities without a lead: three times as long as the inbox keeps them. */
const EARLY_KEPT_MS = 90 * 86_400_000;

await runServiceProcess({
  service: 'watchdog',
  configure: (environment) =>
    loadConfig(
      (read) => ({
        ...serviceConfig(read),
        pollIntervalMs: read.integer({
          name: 'WATCHDOG_POLL_MS',
          purpose: 'how often due timers are looked for',
          example: 100,
          fallback: 100,
          min: 10,
          max: 60_000,
        }),
      }),
      environment,
    ),
  start: async (parts) => {
    const { config, clock, logger, metrics, health } = parts;
    const { kafka, schemas, pool, close } = openDependencies(parts, { service: 'watchdog', maxConnections: 3 });
    const inbox = await waitFor(parts, 'registry', () => openTopicCodec(schemas, 'inbox'));
    const producer = await waitFor(parts, 'kafka', () => kafka.producer());
    const stopping = new AbortController();
    const loop = runWatchdogLoop({
      timers: createPostgresTimerStore(pool),
      producer,
      clock,
      timerFired: timerFired(inbox),
      limit: TIMERS_PER_ROUND,
      leaseMs: LEASE_MS,
      pollIntervalMs: config.pollIntervalMs,
      signal: stopping.signal,
      onRound: (fired) => {
        health.dependency('timers', { up: true });
        health.dependency('postgres', { up: true });
        const now = clock.now();
        if (fired.length > 0) metrics.recordsOut.inc({ sink: 'inbox' }, fired.length);
        for (const timer of fired) {
          metrics.timersFired.inc({ kind: timer.kind.toLowerCase() });
          metrics.timerDelaySeconds.observe(Math.max(0, now - timer.dueAt) / 1000);
        }
      },
      onFailure: (error, backOffMs) => {
        health.dependency('timers', { up: false, detail: error instanceof Error ? error.message : String(error) });
        metrics.retries.inc({ cause: 'timers' });
        logger.warn({ error, backOffMs }, 'a round failed; trying again');
      },
    });
    const read = () => readQueueFigures(pool);
    const figures = showFigures({ read, metrics, clock, logger, intervalMs: FIGURES_EVERY_MS, signal: stopping.signal });
    const ensure = () => ensureDecisionMonths(pool, clock.now());
    const months = keepMonthsAhead({ ensure, clock, logger, intervalMs: MONTHS_EVERY_MS, signal: stopping.signal });
    const forget = (keptBefore: number) => forgetEarlyBefore(pool, keptBefore);
    const forgetting = { forget, keptMs: EARLY_KEPT_MS, clock, logger, intervalMs: FORGET_EVERY_MS, signal: stopping.signal };
    const early = forgetEarlyActivities(forgetting);
    return {
      topology: watchdogTopology(VERSION),
      stop: async () => {
        stopping.abort();
        await Promise.all([loop, figures, months, early]);
        await producer.disconnect();
        await close();
      },
    };
  },
});
