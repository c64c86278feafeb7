/** `lead-router rules check FILE`, and the faults of a rule set as people read them. */
import { dirname, join } from 'node:path';
import type { RuleSet, RuleSetFault } from '@lead-router/domain/rule-set.ts';
import type { Command } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { type RuleSetFile, readRuleSetFile } from '../setup/read-rule-set.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { count } from './text-table.ts';

export function checkCommand(runner: CommandRun): Command {
  return command('check', {
    summary: 'all faults of a rule set, each with its line (exit 1 if there are any); speaks to no system',
    examples: ['rules check deploy/rule-sets/departments/rules.yaml'],
    isLocal: true,
  })
    .argument('<file>', 'the YAML document; its tables lie beside it')
    .action((file: string, options: SharedOptions) =>
      runner.run(options, async () => {
        const read = await readRules(file);
        if (!read.ok) return { exitCode: EXIT.NEGATIVE, json: { ok: false, faults: read.faults }, text: formatFaults(file, read.faults) };
        return {
          exitCode: EXIT.OK,
          json: { ok: true, ...summaryOf(read.ruleSet), faults: [] },
          text: `${file}: no faults\n${summaryWords(read.ruleSet)}`,
        };
      }),
    );
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

/** In the order of the lines, the document first and then its tables; each with its line and a caret. */
export function formatFaults(file: string, faults: readonly RuleSetFault[]): string {
  const inOrder = [...faults].sort(
    (a, b) => compareFiles(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  const told = inOrder.flatMap((fault) => [...faultLines(file, fault), '']);
  return [...told, `${count(faults.length)} ${faults.length === 1 ? 'fault' : 'faults'}`].join('\n');
}

function compareFiles(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0;
}

/** The place, what is wrong, and the line with a caret under the column. */
function faultLines(document: string, { path, file, line, column, message, excerpt }: RuleSetFault): readonly string[] {
  const inFile = file === null ? document : join(dirname(document), file);
  const place = [inFile, ...(line === null ? [] : [line]), ...(column === null ? [] : [column])].join(':');
  const told = `${place}: ${path === '' ? '' : `${path}: `}${message}`;
  if (line === null || excerpt === null) return [told];
  const from = Math.max(0, (column ?? 1) - 1);
  // Of a long line, what stands around the fault.
  const cut = excerpt.length <= WIDEST || from < WIDEST / 2 ? 0 : from - WIDEST / 2;
  const text = excerpt.slice(cut, cut + WIDEST);
  const number = String(line);
  // Tabs before the column stay, so that the caret stands under it.
  const indent = text.slice(0, from - cut).replaceAll(/[^\t]/g, ' ');
  return [told, `  ${number} | ${text}`, `  ${' '.repeat(number.length)} | ${indent}^`];
}

/** Characters of a line that are shown. */
const WIDEST = 200;

export function summaryOf({ name, digest, rules, pools, destinations, lastResortPool }: RuleSet) {
  const agents = [...pools.values()].reduce((sum, pool) => sum + pool.agents.length, 0);
  return { name, digest, rules: rules.length, pools: pools.size, agents, destinations: destinations.size, lastResortPool };
}

function summaryWords(ruleSet: RuleSet): string {
  const { name, rules, pools, agents, destinations, lastResortPool } = summaryOf(ruleSet);
  return `${name}: ${rules} rules, ${destinations} destinations, ${pools} pools with ${agents} agents; the last resort is ${lastResortPool}`;
}
