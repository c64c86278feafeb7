/** Reads docs/metrics.md back: what the documentation promises, to compare it with what really is there. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface DocumentedMetric {
  readonly name: string;
  readonly type: string;
  /** Label to its closed list of values; null where the page says what bounds them instead. */
  readonly labels: ReadonlyMap<string, readonly string[] | null>;
  readonly services: readonly string[];
  readonly help: string;
}

const PAGE = fileURLToPath(new URL('../../docs/metrics.md', import.meta.url));
export const SERVICES: readonly string[] = ['gateway', 'enricher', 'scorer', 'router', 'notifier', 'watchdog'];
/** On every series, by the registry or by Prometheus. */
export const COMMON_LABELS: readonly string[] = ['service', 'job', 'instance'];

/** By name. Process metrics have no labels here: none of them is used by one. */
export function readMetricsPage(): ReadonlyMap<string, DocumentedMetric> {
  const metrics = new Map<string, DocumentedMetric>();
  for (const line of readFileSync(PAGE, 'utf8').split('\n')) {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const name = /^`(\w+)`$/.exec(cells[1] ?? '')?.[1];
    if (name === undefined) continue;
    const [, , type = '', ...rest] = cells;
    const metric =
      rest.length === 2
        ? { name, type, labels: new Map(), services: SERVICES, help: rest[0] ?? '' }
        : { name, type, labels: labelsOf(rest[1] ?? ''), services: servicesOf(rest[2] ?? ''), help: rest[3] ?? '' };
    if (metrics.has(name)) throw new Error(`docs/metrics.md has ${name} twice`);
    metrics.set(name, metric);
  }
  return metrics;
}

function labelsOf(cell: string): DocumentedMetric['labels'] {
  const labels = new Map<string, readonly string[] | null>();
  for (const [, label, values] of cell.matchAll(/`(\w+)`: (.*?)(?=; `|$)/g)) {
    if (label === undefined || values === undefined) continue;
    const list = values.split(', ');
    labels.set(label, list.every((value) => /^[\w-]+$/.test(value) || value === 'rule set') ? list : null);
  }
  return labels;
}

function servicesOf(cell: string): readonly string[] {
  return cell === 'all' ? SERVICES : cell.split(', ');
}
