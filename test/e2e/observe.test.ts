/** A real Prometheus on a running system: the catalogue is what is scraped, every query has an answer, a stopped consumer is noticed. */
import { join } from 'node:path';
import { METRICS_TARGETS_FILE } from '@lead-router/cli/up/metrics-targets.ts';
import { readRunFile } from '@lead-router/cli/up/run-file.ts';
import { findProgram } from '@lead-router/infra/find-program.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeUnless } from '../not-run.ts';
import { parseExposition } from '../observe/exposition.ts';
import { type LocalPrometheus, startLocalPrometheus } from '../observe/local-prometheus.ts';
import { COMMON_LABELS, readMetricsPage, SERVICES } from '../observe/metrics-page.ts';
import { allRules, panels } from '../observe/observe-files.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { type StartedSystem, startSystemByNpm } from './started-system.ts';

const program = findProgram('prometheus', process.env);
const NOTICED_MS = 30_000;

interface Answered {
  readonly result: readonly { readonly metric: Readonly<Record<string, string>>; readonly value: readonly [number, string] }[];
}

interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly name: string; readonly lastError?: string }[] }[];
}

interface Alerts {
  readonly alerts: readonly {
    readonly state: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

describeUnless(
  program === undefined ? 'prometheus is missing (Debian package prometheus)' : undefined,
  'Prometheus on a running system',
  () => {
    let system: StartedSystem;
    let prometheus: LocalPrometheus;
    let data: string;
    let folder: DataFolder;

    beforeAll(async () => {
      folder = await openDataFolder();
      data = join(folder.path, 'data');
      system = startSystemByNpm({ dataFolder: data, args: ['--leads', '3000', '--rate', '100'] });
      await system.line('first lead decided');
      prometheus = await startLocalPrometheus({
        prometheus: program ?? '',
        folder: join(folder.path, 'prometheus'),
        targetsFile: join(data, METRICS_TARGETS_FILE),
      });
    });

    afterAll(async () => {
      await prometheus?.stop();
      system?.pressCtrlC();
      await system?.ended;
      await folder.remove();
    });

    const query = async (expr: string): Promise<Answered['result']> => (await prometheus.ask<Answered>('query', { query: expr })).result;
    const firing = async () => (await prometheus.ask<Alerts>('alerts')).alerts.filter(({ state }) => state === 'firing');
    const down = async () => (await firing()).filter(({ labels }) => labels.alertname === 'ServiceDown');
    const services = async () => (await readRunFile(data))?.services ?? [];

    test('every service is scraped, under its name', async () => {
      await expect
        .poll(async () => (await query('up{job="lead-router"} == 1')).map(({ metric }) => metric.service).sort(), { timeout: NOTICED_MS })
        .toEqual([...SERVICES].sort());
    });

    test('what is scraped is what the page of metrics promises, both ways, with closed labels', async () => {
      const documented = readMetricsPage();
      for (const { service, metricsUrl } of await services()) {
        const scraped = parseExposition(await (await fetch(`${metricsUrl}/metrics`)).text());
        const promised = [...documented.values()].filter((metric) => metric.services.includes(service)).map(({ name }) => name);
        expect([...scraped.keys()].sort(), service).toEqual(promised.sort());
        for (const { name, labels, values } of scraped.values()) {
          if (!name.startsWith('lead_router_')) continue;
          const known = documented.get(name)?.labels;
          expect(
            [...labels].filter((label) => !COMMON_LABELS.includes(label)).filter((label) => !known?.has(label)),
            name,
          ).toEqual([]);
          for (const [label, seen] of values) {
            const closed = known?.get(label);
            if (closed)
              expect(
                [...seen].filter((value) => !closed.includes(value)),
                `${name}{${label}}`,
              ).toEqual([]);
            // An address, a telephone number or an id.
            expect(
              [...seen].filter((value) => /@|\d{6}|[0-9a-f]{8}-[0-9a-f]{4}-/.test(value)),
              `${name}{${label}}`,
            ).toEqual([]);
          }
        }
      }
    });

    test('what a company looks at has figures', async () => {
      for (const expr of [
        'service_source:lead_router_records_in:rate1m{service="enricher"} > 0',
        'service_source:lead_router_records_in:rate1m{service="router"} > 0',
        'lead_router_time_to_assign_seconds:p99_5m > 0',
        'service_topic:lead_router_lag_records:sum{service="scorer"}',
        'sum by (grade) (lead_router_grades_total) > 0',
        'sum by (destination) (lead_router_assigned_leads_total) > 0',
        'sum by (vendor) (lead_router_accepted_leads_total) > 0',
        'pool:lead_router_waiting_leads:max > 0',
        'lead_router_postgres_seconds_count{service="router",operation="transaction",outcome="ok"} > 0',
        'lead_router_kafka_request_seconds_count{service="gateway",api="Produce"} > 0',
        'sum by (channel) (lead_router_deliveries_total) > 0',
        'lead_router_ready == 1',
      ]) {
        await expect.poll(async () => (await query(expr)).length, { timeout: NOTICED_MS, message: expr }).toBeGreaterThan(0);
      }
    });

    test('Prometheus can answer every query of rules and dashboards', async () => {
      for (const { expr } of allRules()) await query(expr);
      for (const { expressions } of panels()) for (const { expr } of expressions) await query(expr);
      const { groups } = await prometheus.ask<Rules>('rules');
      const rules = groups.flatMap((group) => group.rules);
      expect(rules).toHaveLength(allRules().length);
      expect(rules.flatMap(({ name, lastError }) => (lastError ? [`${name}: ${lastError}`] : []))).toEqual([]);
    });

    test('the alert for a stopped consumer fires, and ends when it goes on', async () => {
      const enricher = (await services()).find(({ service }) => service === 'enricher');
      if (!enricher?.pid) throw new Error('no enricher runs');
      expect(await down()).toEqual([]);
      process.kill(enricher.pid, 'SIGSTOP');
      try {
        await expect.poll(async () => (await down()).map(({ labels }) => labels.instance), { timeout: NOTICED_MS }).toEqual(['enricher-1']);
        const [alert] = await down();
        expect(alert?.labels).toMatchObject({ severity: 'page', service: 'enricher', job: 'lead-router' });
        expect(alert?.annotations.summary).toContain('enricher-1 does not answer Prometheus');
        expect(alert?.annotations.runbook).toBe('docs/runbooks/service-down.md');
      } finally {
        process.kill(enricher.pid, 'SIGCONT');
      }
      await expect.poll(down, { timeout: NOTICED_MS }).toEqual([]);
      // Texts of whatever fired meanwhile were made without a fault.
      for (const { annotations } of await firing()) expect(Object.values(annotations).join(' ')).not.toContain('error');
    });
  },
);
