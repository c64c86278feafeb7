/** Rules, alerts and dashboards ask only for what the services have; each alert says what it means, what to do, and has a page. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS_TARGETS_FILE } from '@lead-router/cli/up/metrics-targets.ts';
import { DEFAULT_UP } from '@lead-router/cli/up/up.ts';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readCatalogue } from './known-series.ts';
import { readMetricsPage } from './metrics-page.ts';
import { allRules, panels, REPOSITORY, ruleTestFiles } from './observe-files.ts';
import { readExpression } from './promql.ts';

const catalogue = readCatalogue();
const alerts = allRules().flatMap((rule) => (rule.alert === undefined ? [] : [{ ...rule, alert: rule.alert }]));
const RUNBOOKS = 'docs/runbooks';

interface PrometheusConfig {
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly { readonly file_sd_configs: readonly { readonly files: readonly string[] }[] }[];
}

describe('the check of expressions', () => {
  it('finds metrics, labels and values that do not exist, and lets the others pass', () => {
    expect(catalogue.faultsOf('rate(lead_router_no_such_total[1m])')).toEqual(['there is no metric lead_router_no_such_total']);
    expect(catalogue.faultsOf('sum by (colour) (lead_router_waiting_leads)')).toEqual(['no metric of it has the label colour']);
    expect(catalogue.faultsOf('lead_router_paused_partitions{reason="tired"}')).toEqual([
      'lead_router_paused_partitions never has reason="tired"',
    ]);
    expect(catalogue.faultsOf('lead_router_ready{pool="x"}')).toEqual(['lead_router_ready has no label pool']);
    expect(catalogue.faultsOf('lead_router_waiting_leads{service="router"}')).toEqual([
      'lead_router_waiting_leads never has service="router"',
    ]);
    expect(catalogue.faultsOf('histogram_quantile(0.5, rate(lead_router_http_seconds[5m]))')).toEqual([
      'there is no metric lead_router_http_seconds',
    ]);
    expect(catalogue.faultsOf('sum by (le) (rate(lead_router_http_seconds_bucket{route="/v1/leads"}[5m])) > 0.25')).toEqual([]);
  });

  it('reads names, matchers and groupings out of PromQL', () => {
    expect(readExpression('max by (a, b) (x{l="1, {2}", m=~"y|z"}) unless on (c) sum(rate(n:o_total[5m])) > 1e3 or vector(0)')).toEqual({
      selectors: [
        {
          metric: 'x',
          matchers: [
            { label: 'l', operator: '=', value: '1, {2}' },
            { label: 'm', operator: '=~', value: 'y|z' },
          ],
        },
        { metric: 'n:o_total', matchers: [] },
      ],
      groupings: ['a', 'b', 'c'],
    });
  });
});

describe('rules', () => {
  it.each(allRules().map((rule) => [rule.alert ?? rule.record ?? '', rule] as const))('%s asks for what there is', (_name, { expr }) => {
    expect(catalogue.faultsOf(expr)).toEqual([]);
  });
});

describe('alerts', () => {
  it('have names of their own', () => {
    const names = alerts.map(({ alert }) => alert);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(alerts.map((rule) => [rule.alert, rule] as const))('%s says what it means and what to do, and has a page', (name, rule) => {
    expect(['page', 'ticket']).toContain(rule.labels?.severity);
    const { summary = '', action = '', runbook = '' } = rule.annotations ?? {};
    for (const text of [summary, action]) expect(text).toMatch(/^.{30,}[.?]$/s);
    const page = name.replaceAll(/(?<!^)([A-Z])/g, '-$1').toLowerCase();
    expect(runbook).toBe(`${RUNBOOKS}/${page}.md`);
    expect(existsSync(join(REPOSITORY, runbook)), `${runbook} is missing`).toBe(true);
    const shown = [...summary.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label ?? '');
    const available = catalogue.labelsOf(rule.expr);
    expect(shown.filter((label) => !available.has(label))).toEqual([]);
  });

  it('are tested, each', () => {
    const tested = new Set(
      ruleTestFiles().flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/ALERTS\{alertname="(\w+)", alertstate="firing"/g)].map(([, name]) => name),
      ),
    );
    expect(alerts.map(({ alert }) => alert).filter((name) => !tested.has(name))).toEqual([]);
  });
});

describe('runbooks', () => {
  const pages = readdirSync(join(REPOSITORY, RUNBOOKS)).filter((name) => name.endsWith('.md'));
  const index = readFileSync(join(REPOSITORY, RUNBOOKS, 'README.md'), 'utf8');

  it.each(pages.filter((page) => page !== 'README.md'))('%s belongs to an alert, and is in the list', (page) => {
    expect(alerts.map(({ annotations }) => annotations?.runbook)).toContain(`${RUNBOOKS}/${page}`);
    expect(index).toContain(`](${page})`);
  });
});

describe('dashboards', () => {
  const asked = panels();

  it.each(asked.map((panel) => [`${panel.dashboard}: ${panel.title}`, panel] as const))('%s asks for what there is', (_name, panel) => {
    expect(panel.expressions.length).toBeGreaterThan(0);
    for (const { expr, legend } of panel.expressions) {
      expect(catalogue.faultsOf(expr)).toEqual([]);
      const shown = [...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label]) => label ?? '');
      const { groupings } = readExpression(expr);
      const labels = groupings.length > 0 ? new Set(groupings) : catalogue.labelsOf(expr);
      expect(shown.filter((label) => !labels.has(label))).toEqual([]);
    }
  });

  it('show every metric of our own somewhere, or an alert watches it', () => {
    const queries = [...asked.flatMap(({ expressions }) => expressions.map(({ expr }) => expr)), ...allRules().map(({ expr }) => expr)];
    const used = new Set(queries.flatMap((query) => readExpression(query).selectors.map(({ metric }) => metric)));
    const unused = [...readMetricsPage().keys()].filter(
      (name) => name.startsWith('lead_router_') && !['', '_bucket', '_count'].some((ending) => used.has(`${name}${ending}`)),
    );
    expect(unused).toEqual([]);
  });
});

describe('configuration', () => {
  it('names files that are there, and labels each target', () => {
    const config: PrometheusConfig = parse(readFileSync(join(REPOSITORY, 'deploy/observe/prometheus.yml'), 'utf8'));
    expect(config.rule_files).toEqual(['rules/*.yml']);
    // From the folder of prometheus.yml to where `npm start` keeps its targets unless it is told otherwise.
    expect(config.scrape_configs.flatMap(({ file_sd_configs: found }) => found.flatMap(({ files }) => files))).toContain(
      `../../${DEFAULT_UP.dataFolder}/${METRICS_TARGETS_FILE}`,
    );
  });
});
