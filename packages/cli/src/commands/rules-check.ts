/** `lead-router rules check FILE`: faults, what is proved never to work, examples that do not hold; each as people read it. */
import { dirname, join } from 'node:path';
import type { RuleSetFinding } from '@lead-router/domain/rule-set/lint/findings.ts';
import { type ExampleResult, exampleFaults, runExamples } from '@lead-router/domain/rule-set/run-examples.ts';
import { inOrder, showFault } from '@lead-router/domain/rule-set/show-fault.ts';
import type { RuleSet, RuleSetFault } from '@lead-router/domain/rule-set.ts';
import type { Command } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { type RuleSetFile, readRuleSetFile } from '../setup/read-rule-set.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { count } from './text-table.ts';

interface CheckOptions extends SharedOptions {
  readonly strict?: boolean;
}

/** What stands against a rule set that compiles. */
export interface Judgement {
  /** Of its examples that do not hold, and of what can never work. */
  readonly errors: readonly RuleSetFault[];
  readonly warnings: readonly RuleSetFinding[];
  readonly examples: readonly ExampleResult[];
}

export function checkCommand(runner: CommandRun): Command {
  return command('check', {
    summary: 'faults and warnings of a rule set, each with its line (exit 1 if there are faults); speaks to no system',
    examples: ['rules check deploy/rule-sets/departments/rules.yaml', 'rules check rules.yaml --strict'],
    isLocal: true,
  })
    .argument('<file>', 'the YAML document; its tables lie beside it')
    .option('--strict', 'exit 1 for warnings, too')
    .action((file: string, options: CheckOptions) =>
      runner.run(options, async () => {
        const read = await readRules(file);
        if (!read.ok) return { exitCode: EXIT.NEGATIVE, json: { ok: false, faults: read.faults }, text: formatFaults(file, read.faults) };
        const judgement = judge(read);
        const { errors, warnings, examples } = judgement;
        const isRefused = errors.length > 0 || (options.strict === true && warnings.length > 0);
        return {
          exitCode: isRefused ? EXIT.NEGATIVE : EXIT.OK,
          json: { ok: !isRefused, ...summaryOf(read.ruleSet), faults: errors, warnings, examples: examples.length },
          text: checkWords(file, read.ruleSet, judgement),
        };
      }),
    );
}

/** Hours and leave are looked at from now on. */
export function judge({ ruleSet, examples, lint }: RuleSetFile & { readonly ok: true }): Judgement {
  const findings = lint(Date.now());
  const results = runExamples(ruleSet, examples);
  return {
    errors: [...findings.filter(({ severity }) => severity === 'ERROR'), ...exampleFaults(results)],
    warnings: findings.filter(({ severity }) => severity === 'WARNING'),
    examples: results,
  };
}

function checkWords(file: string, ruleSet: RuleSet, { errors, warnings, examples }: Judgement): string {
  const held = examples.length === 0 ? [] : [`${count(examples.length)} ${examples.length === 1 ? 'example holds' : 'examples hold'}`];
  return [
    ...(errors.length > 0 ? [formatFaults(file, errors)] : [`${file}: no faults`, summaryWords(ruleSet), ...held]),
    ...(warnings.length > 0 ? ['', formatFaults(file, warnings, 'warning')] : []),
  ].join('\n');
}

/** A CliError when there is no such file. */
export async function readRules(file: string): Promise<RuleSetFile> {
  try {
    return await readRuleSetFile(file);
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new CliError('LR_CLI_USAGE', `${file} cannot be read (${String(cause.code)}): give the path of a rule set's YAML document.`, {
      exitCode: EXIT.USAGE,
      cause,
    });
  }
}

/** Each with its line and a caret. */
export function formatFaults(document: string, faults: readonly RuleSetFault[], called: 'fault' | 'warning' = 'fault'): string {
  const inFile = (file: string | null): string => (file === null ? document : join(dirname(document), file));
  const mark = called === 'fault' ? '' : `${called}: `;
  const told = inOrder(faults).flatMap((fault) => [...showFault({ ...fault, message: `${mark}${fault.message}` }, inFile), '']);
  return [...told, `${count(faults.length)} ${called}${faults.length === 1 ? '' : 's'}`].join('\n');
}

export function summaryOf({ name, digest, rules, pools, destinations, lastResortPool }: RuleSet) {
  const agents = [...pools.values()].reduce((sum, pool) => sum + pool.agents.length, 0);
  return { name, digest, rules: rules.length, pools: pools.size, agents, destinations: destinations.size, lastResortPool };
}

function summaryWords(ruleSet: RuleSet): string {
  const { name, rules, pools, agents, destinations, lastResortPool } = summaryOf(ruleSet);
  return `${name}: ${rules} rules, ${destinations} destinations, ${pools} pools with ${agents} agents; the last resort is ${lastResortPool}`;
}
