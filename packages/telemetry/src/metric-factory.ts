/**
 * How a metric is declared: once, with everything that the catalogue in the documentation says of it. Each service exposes the
 * metrics that are declared for it; one that is counted elsewhere all the same shows itself as a stray instead of vanishing.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export type ServiceName = 'gateway' | 'enricher' | 'scorer' | 'router' | 'notifier' | 'watchdog';

export const ALL_SERVICES: readonly ServiceName[] = ['gateway', 'enricher', 'scorer', 'router', 'notifier', 'watchdog'];

/** Values that a label may have: the list itself, or what bounds it where it is not known here. */
export type LabelSpec = readonly string[] | { readonly boundedBy: string };

export type MetricType = 'counter' | 'gauge' | 'histogram';

export interface MetricSpec {
  readonly type: MetricType;
  readonly name: string;
  readonly unit: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelSpec>>;
  readonly services: readonly ServiceName[];
}

/** What a declaration says; the type follows from how it is declared. */
export interface Declaration<Label extends string> {
  readonly name: string;
  /** Of the value: seconds, records, leads, requests, ... */
  readonly unit: string;
  readonly help: string;
  readonly services: readonly ServiceName[];
  readonly labels: Readonly<Record<Label, LabelSpec>>;
}

export interface HistogramDeclaration<Label extends string> extends Declaration<Label> {
  /** Upper bounds, ascending, in the unit. */
  readonly buckets: readonly number[];
}

export interface MetricFactory {
  counter<Label extends string = never>(declaration: Declaration<Label>): Counter<Label>;
  gauge<Label extends string = never>(declaration: Declaration<Label>): Gauge<Label>;
  histogram<Label extends string = never>(declaration: HistogramDeclaration<Label>): Histogram<Label>;
}

export interface MetricRegistries {
  readonly factory: MetricFactory;
  readonly specs: readonly MetricSpec[];
  /** What the service exposes. */
  readonly own: Registry;
  /** Declared for other services only. */
  readonly others: Registry;
}

/** A service that is not in the list (tests, tools) owns every metric. */
export const createRegistries = (service: string): MetricRegistries => {
  const own = new Registry();
  const others = new Registry();
  const specs: MetricSpec[] = [];
  const isListed = ALL_SERVICES.some((name) => name === service);
  const settings = <Label extends string>(type: MetricType, declaration: Declaration<Label>) => {
    const { name, help, unit, labels, services } = declaration;
    specs.push({ type, name, help, unit, labels, services });
    const isOwn = !isListed || services.some((one) => one === service);
    return { name, help, labelNames: labelNamesOf(labels), registers: [isOwn ? own : others] };
  };
  return {
    specs,
    own,
    others,
    factory: {
      counter: (declaration) => new Counter(settings('counter', declaration)),
      gauge: (declaration) => new Gauge(settings('gauge', declaration)),
      histogram: (declaration) => new Histogram({ ...settings('histogram', declaration), buckets: [...declaration.buckets] }),
    },
  };
};

const labelNamesOf = <Label extends string>(labels: Readonly<Record<Label, LabelSpec>>): Label[] => {
  const names: Label[] = [];
  for (const name in labels) names.push(name);
  return names;
};

/** Names of metrics in the registry that somebody has counted or set. */
export const touchedMetrics = async (registry: Registry): Promise<readonly string[]> => {
  const metrics = await registry.getMetricsAsJSON();
  return metrics.filter(({ values }) => values.some(({ value }) => value !== 0)).map(({ name }) => name);
};
