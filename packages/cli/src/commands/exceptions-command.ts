/** `lead-router exceptions` */
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { readExceptions } from '@lead-router/store/lead-store.ts';
import { type Command, Option } from 'commander';
import { EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { count, instant, textTable } from './text-table.ts';
import { wholeNumber } from './whole-number.ts';

interface ExceptionsOptions extends SharedOptions {
  readonly limit: number;
}

const DEFAULT_LIMIT = 50;

export function exceptionsCommand(runner: CommandRun): Command {
  return command('exceptions', {
    summary: 'leads that the final decision makers have, the longest there first: each waits for a person',
    examples: ['exceptions', 'exceptions --limit 200', 'exceptions --json | jq -r ".exceptions[].leadId"'],
  })
    .addOption(new Option('--limit <n>', 'most that are listed').default(DEFAULT_LIMIT).argParser(wholeNumber('--limit')))
    .action((options: ExceptionsOptions) =>
      runner.connected(options, ['postgres'], async ({ pool }) => {
        // One more than is listed tells whether there are more.
        const found = await readExceptions(pool, options.limit + 1);
        const exceptions = found.slice(0, options.limit);
        const hasMore = found.length > exceptions.length;
        return { exitCode: EXIT.OK, json: { exceptions, hasMore }, text: formatExceptions(exceptions, hasMore) };
      }),
    );
}

export function formatExceptions(exceptions: readonly LeadRecord[], hasMore: boolean): string {
  if (exceptions.length === 0) return 'no exceptions';
  const columns = [
    { title: 'since' },
    { title: 'lead' },
    { title: 'with' },
    { title: 'vendor' },
    { title: 'grade' },
    { title: 'answer due' },
  ];
  const rows = exceptions.map(({ leadId, decidedAt, poolId, agentId, vendor, grade, acceptedAt, timer }) => [
    instant(decidedAt),
    leadId,
    `${poolId ?? '-'}${agentId === null ? '' : `/${agentId}`}`,
    vendor,
    grade.toLowerCase().replaceAll('_', ' '),
    acceptedAt !== null ? 'accepted' : timer === null ? '-' : instant(timer.dueAt),
  ]);
  return [
    ...textTable(columns, rows),
    '',
    hasMore ? `the oldest ${count(exceptions.length)}; --limit shows more` : `${count(exceptions.length)} exceptions`,
    'give one to somebody: lead-router reassign LEAD_ID --to POOL[/AGENT] --reason TEXT',
  ].join('\n');
}
