/** The page of metrics and the registries of the services say the same, both ways; labels stay closed. */
import { readFileSync } from 'node:fs';
import { ALL_SERVICES } from '@lead-router/telemetry/metric-factory.ts';
import { createMetrics, metricSpecs } from '@lead-router/telemetry/metrics.ts';
import { METRICS_PAGE, renderMetricsPage } from '@lead-router/telemetry/metrics-page.ts';
import { describe, expect, it } from 'vitest';
import { parseExposition } from './exposition.ts';
import { readMetricsPage } from './metrics-page.ts';

const documented = readMetricsPage();
const own = (name: string): boolean => name.startsWith('lead_router_');

describe('docs/metrics.md', () => {
  it('is what the declarations make', async () => {
    const upToProcess = (page: string): string => page.slice(0, page.indexOf('## Process'));
    expect(upToProcess(readFileSync(METRICS_PAGE, 'utf8'))).toBe(upToProcess(await renderMetricsPage()));
  });

  it.each(ALL_SERVICES)('has exactly the metrics that the registry of the %s has', async (service) => {
    const scraped = parseExposition((await createMetrics(service).render()).body);
    const promised = [...documented.values()].filter(({ name, services }) => own(name) && services.includes(service));
    expect([...scraped.keys()].sort()).toEqual(promised.map(({ name }) => name).sort());
    for (const { name, type, help } of promised) expect(scraped.get(name)).toMatchObject({ type, help });
  });

  it('shows a metric that is counted in a service that it is not declared for', async () => {
    const metrics = createMetrics('scorer');
    expect((await metrics.render()).body).not.toContain('lead_router_timers_fired_total');
    metrics.timersFired.inc({ kind: 'accept' });
    expect(
      parseExposition((await metrics.render()).body)
        .get('lead_router_timers_fired_total')
        ?.values.get('service'),
    ).toEqual(new Set(['scorer']));
  });
});

describe('every declaration', () => {
  it.each(metricSpecs().map((spec) => [spec.name, spec] as const))('%s follows the conventions', (name, spec) => {
    expect(name).toMatch(/^lead_router_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(spec.type === 'counter');
    if (spec.unit === 'seconds') expect(name).toMatch(/_seconds$/);
    expect(spec.help).toMatch(/\.$/);
    expect(spec.services.length).toBeGreaterThan(0);
    for (const [label, values] of Object.entries(spec.labels)) {
      expect(label).not.toMatch(/lead_?id|email|mail|phone|name|address|agent|person|contact|key|instance|service|job|^le$/i);
      if (!('boundedBy' in values)) expect(values.length).toBeGreaterThan(1);
    }
  });
});
