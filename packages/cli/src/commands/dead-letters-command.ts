/** `lead-router dead-letters list` */

import type { ServiceName } from '@lead-router/contracts/topics.ts';
import { Command, Option } from 'commander';
import { DEAD_LETTER_SERVICES } from '../audit/audit-cut.ts';
import { EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { type FoundDeadLetters, readDeadLetters } from './read-dead-letters.ts';
import { count, instant, textTable } from './text-table.ts';
import { wholeNumber } from './whole-number.ts';

interface ListOptions extends SharedOptions {
  readonly service?: ServiceName;
  readonly limit: number;
}

const DEFAULT_LIMIT = 50;

export function deadLettersCommand(runner: CommandRun): Command {
  const list = command('list', {
    summary: 'records that no service could use: where they came from and why they are here, never what is in them',
    examples: ['dead-letters list', 'dead-letters list --service gateway --limit 200', 'dead-letters list --json | jq .deadLetters[].code'],
  })
    .addOption(new Option('--service <name>', 'of this service only').choices(DEAD_LETTER_SERVICES))
    .addOption(new Option('--limit <n>', 'most that are listed, the latest first').default(DEFAULT_LIMIT).argParser(wholeNumber('--limit')))
    .action((options: ListOptions) =>
      runner.connected(options, ['kafka'], async ({ kafka }) => {
        const services = options.service === undefined ? DEAD_LETTER_SERVICES : [options.service];
        const found = await readDeadLetters(kafka, { services, limit: options.limit });
        return { exitCode: EXIT.OK, json: { total: found.total, deadLetters: found.letters }, text: formatDeadLetters(found) };
      }),
    );
  return new Command('dead-letters').description('records that no service could use').addCommand(list);
}

export function formatDeadLetters({ total, letters }: FoundDeadLetters): string {
  if (total === 0) return 'no dead letters';
  const columns = [{ title: 'service' }, { title: 'step' }, { title: 'code' }, { title: 'from' }, { title: 'at' }, { title: 'why' }];
  const rows = letters.map((letter) => [
    letter.service,
    letter.step,
    letter.code,
    `${letter.sourceTopic} ${letter.sourcePartition}:${letter.sourceOffset}`,
    instant(letter.diedAt),
    letter.message,
  ]);
  const more = total > letters.length ? [`${count(total - letters.length)} older ones are not listed (--limit)`] : [];
  return [...textTable(columns, rows), '', `${count(total)} dead letters`, ...more].join('\n');
}
