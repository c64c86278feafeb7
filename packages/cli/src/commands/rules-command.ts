/** `lead-router rules check|test|publish|list|rollback` */

import { userInfo } from 'node:os';
import { poolTimerId } from '@lead-router/contracts/ids.ts';
import { activateRuleSet, readActivationLog } from '@lead-router/store/activate-rule-set.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { listRuleSets, publishRuleSet } from '@lead-router/store/rule-set-store.ts';
import { Command, Option } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { type Answer, type CommandRun, command, type SharedOptions } from './command.ts';
import { checkCommand, formatFaults, judge, readRules } from './rules-check.ts';
import { testCommand } from './rules-test.ts';
import { instant, textTable } from './text-table.ts';
import { wholeNumber } from './whole-number.ts';

interface WhoOptions extends SharedOptions {
  readonly by: string;
  readonly reason?: string;
  /** Seconds. */
  readonly timeout: number;
}

interface PublishOptions extends WhoOptions {
  readonly activate: boolean;
}

const DEFAULT_TIMEOUT_S = 30;
const MOST_ACTIVATIONS = 20;

export function rulesCommand(runner: CommandRun): Command {
  return new Command('rules')
    .description('rule sets: check, test, publish, list, roll back')
    .addCommand(checkCommand(runner))
    .addCommand(testCommand(runner))
    .addCommand(publishCommand(runner))
    .addCommand(listCommand(runner))
    .addCommand(rollbackCommand(runner));
}

function publishCommand(runner: CommandRun): Command {
  const made = command('publish', {
    summary: 'check a rule set, keep it as a new version, and make it the active one as soon as every instance has compiled it',
    examples: ['rules publish rules.yaml --reason "more weight for the west"', 'rules publish rules.yaml --no-activate'],
  })
    .argument('<file>', 'the YAML document; its tables lie beside it')
    .option('--no-activate', 'keep the version, and leave the active one as it is');
  return withWho(made).action((file: string, options: PublishOptions) =>
    runner.connected(options, ['postgres'], async ({ pool }) => {
      const read = await readRules(file);
      if (!read.ok)
        return {
          exitCode: EXIT.NEGATIVE,
          json: { published: false, faults: read.faults },
          text: `${formatFaults(file, read.faults)}: nothing was published`,
        };
      const { errors } = judge(read);
      if (errors.length > 0)
        return {
          exitCode: EXIT.NEGATIVE,
          json: { published: false, faults: errors },
          text: `${formatFaults(file, errors)}: nothing was published; correct the rules, or the examples where these are wrong`,
        };
      const { name, digest } = read.ruleSet;
      const { version, isNew } = await publishRuleSet(pool, {
        name,
        digest,
        source: read.source,
        tables: read.tables,
        publishedBy: options.by,
      });
      const said = isNew ? `${name}: published as version ${version}` : `${name}: is version ${version} already, unchanged`;
      if (!options.activate) return { exitCode: EXIT.OK, json: { published: true, version, isNew, activated: false }, text: said };
      runner.io.err(`${said}\n`);
      const answer = await activate(runner, pool, { ...options, version });
      return { ...answer, json: { published: true, version, isNew, ...answer.json } };
    }),
  );
}

function rollbackCommand(runner: CommandRun): Command {
  const made = command('rollback', {
    summary: 'make an earlier version the active one again (default: the one that was active before)',
    examples: ['rules rollback --reason "too many leads for the west"', 'rules rollback 3'],
  }).argument('[version]', 'a published version', wholeNumber('version'));
  return withWho(made).action((wanted: number | undefined, options: WhoOptions) =>
    runner.connected(options, ['postgres'], async ({ pool }) =>
      activate(runner, pool, { ...options, version: wanted ?? (await previousVersion(pool)) }),
    ),
  );
}

function listCommand(runner: CommandRun): Command {
  return command('list', {
    summary: 'published versions, and who made which the active one when',
    examples: ['rules list', 'rules list --json | jq ".versions[] | select(.isActive)"'],
  }).action((options: SharedOptions) =>
    runner.connected(options, ['postgres'], async ({ pool }) => {
      const [versions, activations] = await Promise.all([listRuleSets(pool), readActivationLog(pool, MOST_ACTIVATIONS)]);
      const published = textTable(
        [
          { title: 'version', isNumber: true },
          { title: '' },
          { title: 'name' },
          { title: 'published' },
          { title: 'by' },
          { title: 'digest' },
        ],
        versions.map((one) => [
          String(one.version),
          one.isActive ? 'active' : '',
          one.name,
          instant(one.publishedAt),
          one.publishedBy,
          one.digest.slice(0, 12),
        ]),
      );
      const log = textTable(
        [
          { title: 'activated' },
          { title: 'version', isNumber: true },
          { title: 'before', isNumber: true },
          { title: 'by' },
          { title: 'reason' },
        ],
        activations.map((one) => [
          instant(one.activatedAt),
          String(one.version),
          String(one.previousVersion ?? '-'),
          one.activatedBy,
          one.reason ?? '',
        ]),
      );
      const text =
        versions.length === 0 ? 'no rule set is published: `lead-router rules publish FILE`' : [...published, '', ...log].join('\n');
      return { exitCode: EXIT.OK, json: { versions, activations }, text };
    }),
  );
}

function withWho(made: Command): Command {
  return made
    .addOption(new Option('--by <name>', 'who does it, for the log').default(userInfo().username))
    .option('--reason <text>', 'why, for the log')
    .addOption(
      new Option('--timeout <seconds>', 'longest wait for the instances to compile it')
        .default(DEFAULT_TIMEOUT_S)
        .argParser(wholeNumber('--timeout')),
    );
}

interface Activating extends WhoOptions {
  readonly version: number;
}

/** Waits for the instances, and says for whom. */
async function activate(
  runner: CommandRun,
  pool: PostgresPool,
  { version, by, reason, timeout }: Activating,
): Promise<Answer & { readonly json: object }> {
  let told = '';
  const answer = await activateRuleSet(pool, {
    version,
    by,
    reason: reason ?? null,
    poolTimerId,
    timeoutMs: timeout * 1_000,
    onWaiting: (lagging) => {
      const names = lagging.map(({ instanceId }) => instanceId).join(', ');
      if (names !== told) runner.io.err(`waiting for ${names} to compile version ${version}\n`);
      told = names;
    },
  });
  if (!answer.ok) {
    return {
      exitCode: EXIT.NEGATIVE,
      json: { activated: false, version, failure: answer.failure, message: answer.message },
      text: answer.message,
    };
  }
  const { previousVersion } = answer;
  const words =
    previousVersion === version
      ? `version ${version} was active already`
      : `version ${version} is active${previousVersion === null ? '' : `, before it was ${previousVersion}`}`;
  return { exitCode: EXIT.OK, json: { activated: true, version, previousVersion }, text: words };
}

async function previousVersion(pool: PostgresPool): Promise<number> {
  const [latest] = await readActivationLog(pool, 1);
  if (latest?.previousVersion != null) return latest.previousVersion;
  throw new CliError('LR_CLI_NOT_FOUND', 'no version was active before this one: name one, `lead-router rules list` has them.', {
    exitCode: EXIT.NEGATIVE,
  });
}
