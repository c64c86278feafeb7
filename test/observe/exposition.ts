/** Reads the text format of Prometheus: what a scrape of `/metrics` gives. https://prometheus.io/docs/instrumenting/exposition_formats/ */

export interface ScrapedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** Label names of its series, without `le`. */
  readonly labels: ReadonlySet<string>;
  /** Values of each label that were seen. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
}

const SERIES = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/;
const LABEL = /([a-zA-Z_]\w*)="((?:\\.|[^"\\])*)"/g;

/** By name. Throws for a line that is not of the format. */
export function parseExposition(text: string): ReadonlyMap<string, ScrapedMetric> {
  const metrics = new Map<string, { name: string; type: string; help: string; labels: Set<string>; values: Map<string, Set<string>> }>();
  const metric = (name: string) => {
    const known = metrics.get(name) ?? { name, type: '', help: '', labels: new Set<string>(), values: new Map<string, Set<string>>() };
    metrics.set(name, known);
    return known;
  };
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind !== undefined && name !== undefined && rest !== undefined) {
      if (kind === 'HELP') metric(name).help = rest;
      else metric(name).type = rest;
      continue;
    }
    const series = SERIES.exec(line);
    if (series?.[1] === undefined) throw new Error(`not the text format of Prometheus: ${line}`);
    const of = metric(familyOf(series[1], metrics));
    for (const [, label, value] of (series[2] ?? '').matchAll(LABEL)) {
      if (label === undefined || value === undefined || label === 'le') continue;
      of.labels.add(label);
      of.values.set(label, (of.values.get(label) ?? new Set()).add(value));
    }
  }
  return metrics;
}

/** The series of a histogram have names of their own. */
function familyOf(series: string, metrics: ReadonlyMap<string, { readonly type: string }>): string {
  const base = series.replace(/_(bucket|sum|count)$/, '');
  return metrics.get(base)?.type === 'histogram' ? base : series;
}
