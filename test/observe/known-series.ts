/** Holds an expression against the catalogue: every metric exists, every label is one it has, every value is one it can have. */

import { COMMON_LABELS, type DocumentedMetric, readMetricsPage, SERVICES } from './metrics-page.ts';
import { allRules } from './observe-files.ts';
import { type Asked, type Matcher, readExpression, type Selector } from './promql.ts';

/** Made by Prometheus itself. */
const BUILT_IN: ReadonlyMap<string, readonly string[]> = new Map([
  ['up', []],
  ['ALERTS', ['alertname', 'alertstate', 'severity']],
]);

interface Series {
  readonly labels: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[] | null>;
}

export interface Catalogue {
  /** What is wrong with the expression, in words; empty for nothing. */
  faultsOf(expression: string): readonly string[];
  /** Labels that can be on its result, as far as the selectors say. */
  labelsOf(expression: string): ReadonlySet<string>;
}

export function readCatalogue(): Catalogue {
  const documented = readMetricsPage();
  const recorded = new Map<string, Series>();
  const find = (name: string): Series | null => recorded.get(name) ?? builtIn(name) ?? measured(documented, name);
  const labelsOf = (expression: string): ReadonlySet<string> => labelsIn(readExpression(expression), find);
  for (const { record, expr } of allRules()) {
    if (record !== undefined) recorded.set(record, { labels: new Set(readExpression(expr).groupings), values: new Map() });
  }
  return {
    labelsOf,
    faultsOf: (expression) => {
      const asked = readExpression(expression);
      const known = labelsIn(asked, find);
      return [
        ...asked.selectors.flatMap((selector) => selectorFaults(selector, find(selector.metric))),
        ...asked.groupings.filter((label) => !known.has(label)).map((label) => `no metric of it has the label ${label}`),
      ];
    },
  };
}

function labelsIn(asked: Asked, find: (name: string) => Series | null): ReadonlySet<string> {
  return new Set(asked.selectors.flatMap(({ metric }) => [...(find(metric)?.labels ?? [])]));
}

function builtIn(name: string): Series | null {
  const labels = BUILT_IN.get(name);
  return labels === undefined ? null : { labels: new Set([...COMMON_LABELS, ...labels]), values: new Map([['service', SERVICES]]) };
}

/** A metric of the page; the series of a histogram have names of their own. */
function measured(documented: ReadonlyMap<string, DocumentedMetric>, name: string): Series | null {
  const [, base = '', part] = /^(.*?)(?:_(bucket|sum|count))?$/.exec(name) ?? [];
  const metric = documented.get(name) ?? (part === undefined ? undefined : documented.get(base));
  if (metric === undefined) return null;
  // The quantile of a histogram is asked of its buckets, never of its bare name.
  if ((metric.type === 'histogram') !== (metric.name !== name)) return null;
  return {
    labels: new Set([...COMMON_LABELS, ...metric.labels.keys(), ...(part === 'bucket' ? ['le'] : [])]),
    values: new Map([...metric.labels, ['service', metric.services]]),
  };
}

function selectorFaults({ metric, matchers }: Selector, series: Series | null): readonly string[] {
  if (series === null) return [`there is no metric ${metric}`];
  return matchers.flatMap((matcher) => {
    if (!series.labels.has(matcher.label)) return [`${metric} has no label ${matcher.label}`];
    const values = series.values.get(matcher.label);
    if (values === undefined || values === null) return [];
    return wantedValues(matcher)
      .filter((value) => !values.includes(value))
      .map((value) => `${metric} never has ${matcher.label}="${value}"`);
  });
}

/** Alternatives of a regular expression are plain words here. */
const wantedValues = ({ operator, value }: Matcher): readonly string[] => (operator.endsWith('~') ? value.split('|') : [value]);
