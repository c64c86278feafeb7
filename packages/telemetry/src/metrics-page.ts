/**
 * Writes docs/metrics.md from the declarations: `node packages/telemetry/src/metrics-page.ts` writes, `--check` only compares and
 * exits 1 on drift.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { ALL_SERVICES, type LabelSpec, type MetricSpec, type ServiceName } from './metric-factory.ts';
import { metricSpecs } from './metrics.ts';

export const METRICS_PAGE = fileURLToPath(new URL('../../../docs/metrics.md', import.meta.url));

const HEADER = `# Metrics

Every metric of every service, as \`/metrics\` shows it to Prometheus. This page is made from the declarations in
[packages/telemetry](../packages/telemetry/src/metrics-catalogue.ts) by \`npx node packages/telemetry/src/metrics-page.ts\`; tests compare it
with the registries and with a live scrape of all services, both ways.

- Each series also has the label \`service\`; Prometheus adds \`job\` and \`instance\` (such as \`router-1\`).
- Labels are closed sets: never an id, an address or anything a person or a vendor wrote. Names from a rule set and of vendors are bounded
  to 200 a label; what comes after counts as \`other\`.
- A histogram has \`_bucket\` (label \`le\`), \`_sum\` and \`_count\`.
- Rules, alerts and dashboards are in [deploy/observe](../deploy/observe/README.md); each alert has a page in [runbooks](runbooks).
`;

const isOnlyOf =
  (service: ServiceName) =>
  ({ services }: MetricSpec): boolean =>
    services.length === 1 && services[0] === service;

const SECTIONS: readonly (readonly [title: string, text: string, isIn: (spec: MetricSpec) => boolean])[] = [
  [
    'Records and batches',
    'What flows, and what stands in its way. A stage is a service and a source.',
    ({ services }) => services.length > 1,
  ],
  ['Router', 'Decisions, promises to answer, batches.', isOnlyOf('router')],
  ['Scorer', '', isOnlyOf('scorer')],
  ['Gateway', '', isOnlyOf('gateway')],
  ['Notifier', '', isOnlyOf('notifier')],
  ['Watchdog', 'Clocks, and what waits in Postgres: read every five seconds.', isOnlyOf('watchdog')],
];

export async function renderMetricsPage(): Promise<string> {
  const specs = metricSpecs();
  const sections = SECTIONS.map(([title, text, isIn]) => {
    const rows = specs.filter(isIn).map(row);
    return [`## ${title}`, ...(text === '' ? [] : [text]), table(['metric', 'type', 'unit', 'labels', 'services', 'meaning'], rows)].join(
      '\n\n',
    );
  });
  const process = await processRows();
  return [
    HEADER.trimEnd(),
    ...sections,
    `## Process\n\nOf Node.js itself on Linux, by prom-client, in every service.\n\n${table(['metric', 'type', 'meaning'], process)}`,
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');
}

function row(spec: MetricSpec): readonly string[] {
  const labels = Object.entries(spec.labels).map(([name, values]) => `\`${name}\`: ${valuesOf(values)}`);
  const services = spec.services.length === ALL_SERVICES.length ? 'all' : spec.services.join(', ');
  return [`\`${spec.name}\``, spec.type, spec.unit, labels.join('; ') || '-', services, spec.help];
}

function valuesOf(values: LabelSpec): string {
  return 'boundedBy' in values ? values.boundedBy : values.join(', ');
}

async function processRows(): Promise<readonly (readonly string[])[]> {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const metrics = await registry.getMetricsAsJSON();
  return metrics.map(({ name, type, help }) => [`\`${name}\``, String(type), sentence(help)]);
}

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);

/** Laid out as the formatter lays tables out. */
function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [titles, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = titles.map((_title, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...body] = cells.map(line);
  return [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const wanted = await renderMetricsPage();
  if (!args.includes('--check')) {
    writeFileSync(METRICS_PAGE, wanted);
    return 0;
  }
  if (readFileSync(METRICS_PAGE, 'utf8') === wanted) return 0;
  process.stderr.write('docs/metrics.md is not what the declarations say: run npx node packages/telemetry/src/metrics-page.ts\n');
  return 1;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
