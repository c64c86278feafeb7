/** What became of an import, for people. */
import { relative } from 'node:path';
import type { ImportCounts } from '../import/run-import.ts';
import { count, textTable } from './text-table.ts';

export interface ImportReport extends ImportCounts {
  readonly file: string;
  readonly vendor: string;
  readonly isDryRun: boolean;
  readonly seconds: number;
  /** null: nothing was rejected. */
  readonly rejectsFile: string | null;
  /** By field: lines that had something for it. */
  readonly filled: Readonly<Record<string, number>>;
  /** Columns that no field takes. */
  readonly unmapped: readonly string[];
  /** null: a dry run. */
  readonly topic: string | null;
  readonly checkpoint: string | null;
  /** Records that an earlier run had dealt with; null: there was none. */
  readonly resumedAt: number | null;
}

export function formatImport(report: ImportReport): string {
  const { file, records, sent, rejected, repeats, seconds, vendor, topic } = report;
  const perSecond = Math.round(records / Math.max(seconds, 0.001));
  const where = topic === null ? 'would be sent (dry run)' : `in ${topic}`;
  return [
    `${file}: ${count(records)} lines in ${seconds.toFixed(1)} s (${count(perSecond)}/s)`,
    `  ${count(sent)} leads of ${vendor} ${where}`,
    ...(report.resumedAt === null ? [] : [`  ${count(report.resumedAt)} lines were dealt with by an earlier run and not sent again`]),
    ...(repeats === 0
      ? []
      : [`  ${count(repeats)} lines repeat the reference of an earlier one, and were left out: ${repeatWords(report)}`]),
    ...(rejected === 0 ? [] : [`  ${count(rejected)} rejected, with line and reason in ${shortPath(report.rejectsFile ?? '')}`]),
    ...(report.unmapped.length === 0 ? [] : [`  not mapped: ${report.unmapped.join(', ')} (name them under ignore if that is meant)`]),
    ...(report.isDryRun ? ['', ...filledLines(report)] : []),
    ...(report.isComplete ? [] : ['', 'stopped before the end: the same command goes on from here']),
  ].join('\n');
}

function repeatWords({ repeatLines, repeats }: ImportCounts): string {
  return `line ${repeatLines.join(', ')}${repeats > repeatLines.length ? ' and others' : ''}`;
}

function filledLines({ filled, records }: ImportReport): readonly string[] {
  const columns = [{ title: 'field' }, { title: 'lines', isNumber: true }, { title: 'share', isNumber: true }];
  const rows = Object.entries(filled).map(([path, lines]) => [path, count(lines), `${Math.round((lines * 100) / Math.max(1, records))} %`]);
  return textTable(columns, rows);
}

function shortPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
