/** The files of deploy/observe as data: rules, alerts, and every expression of the dashboards. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
export const OBSERVE = join(REPOSITORY, 'deploy/observe');
export const RULES = join(OBSERVE, 'rules');
export const RULE_TESTS = join(RULES, 'tests');
const DASHBOARDS = join(OBSERVE, 'grafana/dashboards');

export interface RuleGroup {
  readonly name: string;
  readonly interval?: string;
  readonly rules: readonly Rule[];
}

export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface RuleFile {
  readonly file: string;
  readonly groups: readonly RuleGroup[];
}

export interface Panel {
  readonly dashboard: string;
  readonly title: string;
  readonly type: string;
  readonly expressions: readonly { readonly expr: string; readonly legend: string }[];
}

export function ruleFiles(): readonly RuleFile[] {
  return filesOf(RULES, '.yml').map((file) => {
    const { groups }: { groups: readonly RuleGroup[] } = parse(readFileSync(join(RULES, file), 'utf8'));
    return { file, groups };
  });
}

export const allRules = (): readonly Rule[] => ruleFiles().flatMap(({ groups }) => groups.flatMap(({ rules }) => rules));

export const ruleTestFiles = (): readonly string[] => filesOf(RULE_TESTS, '.yml').map((file) => join(RULE_TESTS, file));

/** Rows without queries are left out. */
export function panels(): readonly Panel[] {
  return dashboards().flatMap(({ dashboard }) =>
    dashboard.panels
      .filter(({ type }) => type !== 'row')
      .map(({ title, type, targets }) => ({
        dashboard: dashboard.title,
        title,
        type,
        expressions: (targets ?? []).map(({ expr, legendFormat }) => ({ expr, legend: legendFormat })),
      })),
  );
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly tags: readonly string[];
  readonly time: { readonly from: string; readonly to: string };
  readonly templating: { readonly list: readonly object[] };
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly type: string;
    readonly description?: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly datasource?: object;
    readonly fieldConfig?: {
      readonly defaults: { readonly unit?: string; readonly thresholds?: { readonly steps: readonly { readonly value: number | null }[] } };
    };
    readonly options?: { readonly reduceOptions?: { readonly calcs: readonly string[] } };
    readonly targets?: readonly {
      readonly refId: string;
      readonly datasource: object;
      readonly expr: string;
      readonly legendFormat: string;
    }[];
  }[];
}

export const dashboards = (): readonly { readonly file: string; readonly dashboard: Dashboard }[] =>
  filesOf(DASHBOARDS, '.json').map((file) => ({ file, dashboard: JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8')) }));

function filesOf(folder: string, ending: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort();
}
