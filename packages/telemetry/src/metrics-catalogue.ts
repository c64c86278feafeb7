/**
 * Every metric of every service, in one place: name, unit, meaning, labels, and which service has it. docs/metrics.md is made from it.
 *
 * Names are `lead_router_<noun>_<unit>`. Labels are closed sets (steps, sources, topics from the catalogue, partition
 * numbers, codes): never an id, an address or a vendor's free text. `service` is put on each by the registry.
 */
import { defineEdgeMetrics } from './edge-metrics.ts';
import { defineLeadMetrics } from './lead-metrics.ts';
import type { MetricFactory } from './metric-factory.ts';
import { defineProcessMetrics } from './process-metrics.ts';
import { defineQueueMetrics } from './queue-metrics.ts';
import { defineStreamMetrics } from './stream-metrics.ts';

export const defineMetrics = (factory: MetricFactory) => ({
  ...defineStreamMetrics(factory),
  ...defineProcessMetrics(factory),
  ...defineLeadMetrics(factory),
  ...defineQueueMetrics(factory),
  ...defineEdgeMetrics(factory),
});

export type MetricsCatalogue = ReturnType<typeof defineMetrics>;
