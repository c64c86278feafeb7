/** `lead-router retention --decisions 18mo` */
import { type DecisionMonth, type DropReport, dropDecisionMonths, MIN_KEPT_MONTHS } from '@lead-router/store/decision-months.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { count, textTable } from './text-table.ts';

interface RetentionOptions extends SharedOptions {
  readonly decisions: number;
  readonly dryRun?: boolean;
}

const MONTHS = /^(\d{1,4})(mo|y)$/;
const MONTHS_A_YEAR = 12;
const BYTES_A_MEGABYTE = 1_000_000;

export function retentionCommand(runner: CommandRun): Command {
  return command('retention', {
    summary: 'drops old decisions and their batches, whole months; leads, queues and the guards against repeats stay',
    examples: ['retention --decisions 18mo --dry-run', 'retention --decisions 2y', 'retention --decisions 18mo --json | jq .dropped'],
  })
    .addOption(
      new Option('--decisions <time>', 'decisions of so long a time are kept: 18mo, 2y').argParser(monthsArgument).makeOptionMandatory(),
    )
    .option('--dry-run', 'only say what would be dropped')
    .action((options: RetentionOptions) =>
      runner.connected(options, ['postgres'], async ({ pool }) => {
        const isDryRun = options.dryRun === true;
        const report = await dropDecisionMonths(pool, { now: Date.now(), keptMonths: options.decisions, isDryRun });
        const keptFrom = new Date(report.keptFrom).toISOString();
        return { exitCode: EXIT.OK, json: { keptFrom, isDryRun, dropped: report.dropped }, text: formatRetention(report, isDryRun) };
      }),
    );
}

export function monthsArgument(text: string): number {
  const [, amount, unit] = MONTHS.exec(text) ?? [];
  const months = Number(amount) * (unit === 'y' ? MONTHS_A_YEAR : 1);
  if (months >= MIN_KEPT_MONTHS) return months;
  throw new InvalidArgumentError(
    `--decisions takes a time of at least ${MIN_KEPT_MONTHS} months: 18mo, 2y. Events of decisions are in Kafka for 30 days.`,
  );
}

export function formatRetention({ keptFrom, dropped }: DropReport, isDryRun: boolean): string {
  const day = new Date(keptFrom).toISOString().slice(0, 10);
  if (dropped.length === 0) return `nothing to drop: there are no months of decisions before ${day}`;
  const sum = (of: (month: DecisionMonth) => number): number => dropped.reduce((total, month) => total + of(month), 0);
  const row = (name: string, decisions: number, bytes: number): readonly string[] => [
    name,
    count(decisions),
    `${count(Math.ceil(bytes / BYTES_A_MEGABYTE))} MB`,
  ];
  return [
    ...textTable(
      [{ title: 'month' }, { title: 'decisions, about' }, { title: 'size' }],
      [...dropped, { month: 'all', decisions: sum((one) => one.decisions), bytes: sum((one) => one.bytes) }].map((one) =>
        row(one.month, one.decisions, one.bytes),
      ),
    ),
    '',
    isDryRun ? `would be dropped; decisions from ${day} on would stay` : `dropped; decisions from ${day} on are kept`,
  ].join('\n');
}
