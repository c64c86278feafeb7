/** `lead-router report --by source|campaign|rule|destination|agent` */
import { REPORT_SIDES, type ReportRow, type ReportSide } from '@lead-router/store/report-store.ts';
import { type Command, Option } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { pastArgument } from './instant-argument.ts';
import { buildReport, type Report } from './read-report.ts';
import { count, instant, textTable } from './text-table.ts';

interface ReportOptions extends SharedOptions {
  readonly by: ReportSide;
  readonly since?: number;
  readonly until?: number;
}

const DEFAULT_SPAN_MS = 30 * 86_400_000;

export function reportCommand(runner: CommandRun): Command {
  return command('report', {
    summary: 'what became of the leads: volume, time to assign, time to first response, promises kept, conversion',
    examples: [
      'report --by source',
      'report --by agent --since 7d',
      'report --by campaign --since 2026-10-01 --until 2026-11-01 --json | jq .rows',
    ],
  })
    .addOption(new Option('--by <side>', 'what the leads are told apart by').choices(REPORT_SIDES).makeOptionMandatory())
    .addOption(
      new Option('--since <time>', 'submitted from then on: a time, or 12h, 7d, 4w ago (default: 30d)').argParser(pastArgument('--since')),
    )
    .addOption(new Option('--until <time>', 'submitted before then (default: now)').argParser(pastArgument('--until')))
    .action((options: ReportOptions) =>
      runner.connected(options, ['registry', 'postgres'], async (connection) => {
        const to = options.until ?? Date.now();
        const from = options.since ?? to - DEFAULT_SPAN_MS;
        if (from >= to)
          throw new CliError('LR_CLI_USAGE', '--since lies behind --until: nothing can lie between them.', { exitCode: EXIT.USAGE });
        const report = await buildReport(connection, options.by, { from, to });
        return { exitCode: EXIT.OK, json: report, text: formatReport(report) };
      }),
    );
}

export function formatReport({ by, from, to, rows }: Report): string {
  const about = `leads submitted from ${instant(from)} to ${instant(to)}, by ${by}`;
  if (rows.length === 0) return `${about}: none`;
  const numbers = ['leads', 'assigned p50', 'p95', 'answered', 'answer p50', 'p95', 'SLA kept', 'qualified', 'closed', 'won'];
  const columns = [{ title: by }, ...numbers.map((title) => ({ title, isNumber: true }))];
  return [about, '', ...textTable(columns, rows.map(cellsOf))].join('\n');
}

function cellsOf(row: ReportRow): readonly string[] {
  return [
    row.key ?? '(none)',
    count(row.leads),
    duration(row.assignP50Ms),
    duration(row.assignP95Ms),
    share(row.responded, row.leads),
    duration(row.responseP50Ms),
    duration(row.responseP95Ms),
    row.promises === 0 ? '-' : `${share(row.promises - row.broken, row.promises)} of ${count(row.promises)}`,
    share(row.qualified, row.leads),
    share(row.closed, row.leads),
    share(row.won, row.leads),
  ];
}

/** `-` where there is nothing to have a share of. */
function share(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((part * 100) / whole).toFixed(1)} %`;
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

function duration(milliseconds: number | null): string {
  if (milliseconds === null) return '-';
  const [size, unit] = UNITS.find(([least]) => milliseconds >= least) ?? [1, 'ms'];
  return `${(milliseconds / size).toFixed(size === 1 ? 0 : 1)} ${unit}`;
}
