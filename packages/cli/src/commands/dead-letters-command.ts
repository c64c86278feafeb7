/** `lead-router dead-letters list|show|redrive` */
import { userInfo } from 'node:os';
import type { ServiceName } from '@lead-router/contracts/topics.ts';
import { listRedrives } from '@lead-router/store/redrive-store.ts';
import { Command, Option } from 'commander';
import { DEAD_LETTER_SERVICES } from '../audit/audit-cut.ts';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { notFound } from './active-rule-set.ts';
import { type Answer, type CommandRun, command, type SharedOptions } from './command.ts';
import { type DeadLetterId, deadLetterIdArgument, deadLetterIdsArgument, deadLetterIdText } from './dead-letter-id.ts';
import { type DeadLetterInfo, readDeadLetter, readDeadLetters } from './read-dead-letters.ts';
import { type RedriveReport, redriveDeadLetters } from './redrive-dead-letters.ts';
import { formatDeadLetter, readDeadValue, shownDeadLetter } from './show-dead-letter.ts';
import { count, instant, textTable } from './text-table.ts';
import { wholeNumber } from './whole-number.ts';

interface ListOptions extends SharedOptions {
  readonly service?: ServiceName;
  readonly limit: number;
}

interface ShowOptions extends SharedOptions {
  readonly value?: boolean;
}

interface RedriveOptions extends SharedOptions {
  readonly service?: ServiceName;
  readonly code?: string;
  readonly all?: boolean;
  readonly again?: boolean;
  readonly dryRun?: boolean;
  readonly by: string;
}

const DEFAULT_LIMIT = 50;
const MOST_LISTED = 20;

export function deadLettersCommand(runner: CommandRun): Command {
  return new Command('dead-letters')
    .description('records that no service could use: list them, look at one, send them back')
    .addCommand(listCommand(runner))
    .addCommand(showCommand(runner))
    .addCommand(redriveCommand(runner));
}

function serviceOption(): Option {
  return new Option('--service <name>', 'of this service only').choices(DEAD_LETTER_SERVICES);
}

function listCommand(runner: CommandRun): Command {
  return command('list', {
    summary: 'records that no service could use: where they came from and why they are here, never what is in them',
    examples: ['dead-letters list', 'dead-letters list --service gateway --limit 200', 'dead-letters list --json | jq .deadLetters[].code'],
  })
    .addOption(serviceOption())
    .addOption(new Option('--limit <n>', 'most that are listed, the latest first').default(DEFAULT_LIMIT).argParser(wholeNumber('--limit')))
    .action((options: ListOptions) =>
      runner.connected(options, ['kafka', 'postgres'], async ({ kafka, pool }) => {
        const services = options.service === undefined ? DEAD_LETTER_SERVICES : [options.service];
        const [found, redrives] = await Promise.all([readDeadLetters(kafka, { services, limit: options.limit }), listRedrives(pool)]);
        const redrivenAt = new Map(redrives.map((one) => [deadLetterIdText(one), one.redrivenAt]));
        const letters = found.letters.map((letter) => {
          const id = deadLetterIdText(letter);
          return { id, ...letter, redrivenAt: redrivenAt.get(id) ?? null };
        });
        return {
          exitCode: EXIT.OK,
          json: { total: found.total, deadLetters: letters },
          text: formatDeadLetters({ total: found.total, letters }),
        };
      }),
    );
}

function showCommand(runner: CommandRun): Command {
  return command('show', {
    summary: 'one dead letter: where it comes from, why it is here, its headers, and with --value what is in it',
    examples: ['dead-letters show gateway/0/17', 'dead-letters show gateway/0/17 --value   # may show personal data'],
  })
    .argument('<id>', 'name of the dead letter, as the list has it', deadLetterIdArgument)
    .option('--value', 'its value too, decoded where that is possible: it may be personal')
    .action((id: DeadLetterId, options: ShowOptions) =>
      runner.connected(options, ['kafka', 'registry', 'postgres'], async ({ kafka, pool, schemas }) => {
        const [letter, redrives] = await Promise.all([readDeadLetter(kafka, id), listRedrives(pool)]);
        if (letter === null)
          throw notFound(`there is no dead letter ${deadLetterIdText(id)}: \`lead-router dead-letters list\` has those there are.`);
        const value = options.value === true ? { value: await readDeadValue(letter, schemas) } : {};
        const shown = { ...shownDeadLetter(letter, redrives), ...value };
        return { exitCode: EXIT.OK, json: shown, text: formatDeadLetter(shown) };
      }),
    );
}

function redriveCommand(runner: CommandRun): Command {
  return command('redrive', {
    summary:
      'send dead letters back to where they came from, as they were, once their cause is mended; what had its effect already is a repeat',
    examples: [
      'dead-letters redrive gateway/0/17 gateway/0/18',
      'dead-letters redrive --service enricher --code LR_CODEC_MALFORMED --dry-run',
      'dead-letters redrive --all',
    ],
  })
    .argument('[id...]', 'names of dead letters, as the list has them', deadLetterIdsArgument)
    .addOption(serviceOption())
    .option('--code <code>', 'with this error code only')
    .option('--all', 'all there are')
    .option('--again', 'those too that went back before')
    .option('--dry-run', 'say which, and send nothing')
    .addOption(new Option('--by <name>', 'who does it, for the record').default(userInfo().username))
    .action((ids: readonly DeadLetterId[] | undefined, options: RedriveOptions) =>
      runner.connected(options, ['kafka', 'postgres'], async (connection) => {
        const { again = false, dryRun = false, by } = options;
        const names = new Set((ids ?? []).map(deadLetterIdText));
        const report = await redriveDeadLetters(connection, { ...selection(ids ?? [], options), again, dryRun, by });
        const found = new Set([...report.redriven, ...report.before, ...report.refused.map(({ id }) => id)]);
        const missing = [...names].filter((id) => !found.has(id));
        return redriveAnswer({ ...report, missing, dryRun });
      }),
    );
}

interface Selection {
  readonly services: readonly ServiceName[];
  readonly isWanted: (letter: DeadLetterInfo) => boolean;
}

/** A CliError when nothing says which. */
function selection(ids: readonly DeadLetterId[], { service, code, all }: RedriveOptions): Selection {
  const isNamed = ids.length > 0;
  const isNarrowed = service !== undefined || code !== undefined;
  if (!isNamed && !isNarrowed && all !== true) {
    throw new CliError('LR_CLI_USAGE', 'say which: names of dead letters, --service, --code, or --all.', { exitCode: EXIT.USAGE });
  }
  const names = new Set(ids.map(deadLetterIdText));
  const named = new Set(ids.map((id) => id.service));
  const services = DEAD_LETTER_SERVICES.filter((one) => (service === undefined || one === service) && (!isNamed || named.has(one)));
  return {
    services,
    isWanted: (letter) => (!isNamed || names.has(deadLetterIdText(letter))) && (code === undefined || letter.code === code),
  };
}

function redriveAnswer(outcome: RedriveReport & { readonly missing: readonly string[]; readonly dryRun: boolean }): Answer {
  const { redriven, before, refused, missing, dryRun } = outcome;
  const said = dryRun ? 'would go back' : 'went back to where they came from';
  const lines = [
    `${count(redriven.length)} dead letters ${said}`,
    ...(redriven.length === 0 ? [] : [`  ${redriven.slice(0, MOST_LISTED).join(' ')}${redriven.length > MOST_LISTED ? ' ...' : ''}`]),
    ...(before.length === 0 ? [] : [`${count(before.length)} went back before and were left out (--again sends them once more)`]),
    ...refused.map(({ id, why }) => `${id}: ${why}`),
    ...missing.map((id) => `${id}: there is no such dead letter`),
  ];
  return { exitCode: refused.length + missing.length > 0 ? EXIT.NEGATIVE : EXIT.OK, json: outcome, text: lines.join('\n') };
}

export interface ListedDeadLetters {
  readonly total: number;
  readonly letters: readonly (DeadLetterInfo & {
    /** When it went back last; null: never. */
    readonly redrivenAt: number | null;
  })[];
}

export function formatDeadLetters({ total, letters }: ListedDeadLetters): string {
  if (total === 0) return 'no dead letters';
  const columns = [
    { title: 'id' },
    { title: 'step' },
    { title: 'code' },
    { title: 'from' },
    { title: 'at' },
    { title: 'redriven' },
    { title: 'why' },
  ];
  const rows = letters.map((letter) => [
    deadLetterIdText(letter),
    letter.step,
    letter.code,
    `${letter.sourceTopic} ${letter.sourcePartition}:${letter.sourceOffset}`,
    instant(letter.diedAt),
    letter.redrivenAt === null ? '-' : instant(letter.redrivenAt),
    letter.message,
  ]);
  const more = total > letters.length ? [`${count(total - letters.length)} older ones are not listed (--limit)`] : [];
  return [...textTable(columns, rows), '', `${count(total)} dead letters`, ...more].join('\n');
}
