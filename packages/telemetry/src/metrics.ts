/** Metrics of one process: a registry of its own each time, so that tests and simulations never share numbers. */

import { collectDefaultMetrics, Registry } from 'prom-client';
import { defineMetrics, type MetricsCatalogue } from './metrics-catalogue.ts';

export interface Metrics extends MetricsCatalogue {
  /** The text format of Prometheus, and its content type. */
  render(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface MetricsOptions {
  /** Also CPU, memory, event loop and garbage collection of this process. On in real processes, off in tests. */
  readonly ofProcess?: boolean;
}

export const createMetrics = (service: string, options: MetricsOptions = {}): Metrics => {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  if (options.ofProcess === true) collectDefaultMetrics({ register: registry });
  return {
    ...defineMetrics(registry),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  };
};
