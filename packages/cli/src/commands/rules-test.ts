/** `lead-router rules test FILE`: the examples that a rule set carries, run by the functions that decide about leads. */
import { type ExampleResult, exampleFaults, runExamples } from '@lead-router/domain/rule-set/run-examples.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import type { Command } from 'commander';
import { EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { formatFaults, readRules } from './rules-check.ts';
import { count } from './text-table.ts';

export function testCommand(runner: CommandRun): Command {
  return command('test', {
    summary: 'run the examples of a rule set, and say of each that does not hold what came instead and why (exit 1 if there is one)',
    examples: [
      'rules test deploy/rule-sets/departments/rules.yaml',
      'rules test rules.yaml --json | jq ".examples[] | select(.holds | not)"',
    ],
    isLocal: true,
  })
    .argument('<file>', 'the YAML document; its tables lie beside it')
    .action((file: string, options: SharedOptions) =>
      runner.run(options, async () => {
        const read = await readRules(file);
        if (!read.ok) return { exitCode: EXIT.NEGATIVE, json: { ok: false, faults: read.faults }, text: formatFaults(file, read.faults) };
        const results = runExamples(read.ruleSet, read.examples);
        const failed = exampleFaults(results);
        const without = rulesWithout(read.ruleSet, results);
        return {
          exitCode: failed.length > 0 ? EXIT.NEGATIVE : EXIT.OK,
          json: { ok: failed.length === 0, examples: results.map(shown), rulesWithoutExample: without },
          text: [
            ...(failed.length === 0 ? [] : [formatFaults(file, failed)]),
            `${count(results.length)} ${results.length === 1 ? 'example' : 'examples'}, ${count(results.length - failed.length)} as expected`,
            ...(without.length === 0 ? [] : [`rules without an example: ${without.join(', ')}`]),
          ].join('\n'),
        };
      }),
    );
}

function shown({ example, came, mismatches, reasons }: ExampleResult) {
  const { name, of, place } = example;
  return { name, of, path: place.path, line: place.line, holds: mismatches.length === 0, came, mismatches, reasons };
}

/** Rules that decided about no example; the last resort is one of them. */
function rulesWithout({ rules }: RuleSet, results: readonly ExampleResult[]): readonly string[] {
  const seen = new Set(results.map(({ came }) => came.rule));
  return rules.map(({ ruleId }) => ruleId).filter((ruleId) => !seen.has(ruleId));
}
