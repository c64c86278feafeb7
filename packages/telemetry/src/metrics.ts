/** Metrics of one process: a registry of its own each time, so that tests and simulations never share numbers. */

import { collectDefaultMetrics, type Registry } from 'prom-client';
import type { Health } from './health.ts';
import { type LagBoard, LagGauges } from './lag-board.ts';
import { createRegistries, type MetricSpec, touchedMetrics } from './metric-factory.ts';
import { defineMetrics, type MetricsCatalogue } from './metrics-catalogue.ts';

export interface Metrics extends Omit<MetricsCatalogue, 'lagRecords' | 'lagAgeSeconds' | 'ready'> {
  readonly lag: LagBoard;
  /** From now on readiness and dependencies are shown as this says at the moment of the scrape. */
  follow(health: Pick<Health, 'report'>): void;
  /** The text format of Prometheus, and its content type. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface MetricsOptions {
  /** Also CPU, memory, event loop and garbage collection of this process. On in real processes, off in tests. */
  readonly ofProcess?: boolean;
  /** Milliseconds since the epoch, for ages. */
  readonly now?: () => number;
}

export const createMetrics = (service: string, options: MetricsOptions = {}): Metrics => {
  const { factory, own, others } = createRegistries(service);
  for (const registry of [own, others]) registry.setDefaultLabels({ service });
  if (options.ofProcess === true) collectDefaultMetrics({ register: own });
  const { lagRecords, lagAgeSeconds, ready, ...metrics } = defineMetrics(factory);
  const lag = new LagGauges({ records: lagRecords, ageSeconds: lagAgeSeconds }, options.now ?? Date.now);
  let health: Pick<Health, 'report'> | null = null;
  const collect = (): void => {
    lag.collect();
    if (health === null) return;
    const report = health.report();
    ready.set(report.ready ? 1 : 0);
    for (const [dependency, { up }] of Object.entries(report.dependencies)) metrics.dependencyUp.set({ dependency }, up ? 1 : 0);
  };
  return {
    ...metrics,
    lag,
    follow: (followed) => {
      health = followed;
    },
    render: async () => {
      collect();
      return { contentType: own.contentType, body: `${await own.metrics()}${await strays(others)}` };
    },
  };
};

/** Counted here although the catalogue gives them to other services: shown, so that the test of the catalogue finds them. */
const strays = async (others: Registry): Promise<string> => {
  const names = await touchedMetrics(others);
  const texts = await Promise.all(names.map((name) => others.getSingleMetricAsString(name)));
  return texts.map((text) => `\n${text}\n`).join('');
};

/** What the documentation is made from. */
export const metricSpecs = (): readonly MetricSpec[] => {
  const { factory, specs } = createRegistries('catalogue');
  defineMetrics(factory);
  return specs;
};
