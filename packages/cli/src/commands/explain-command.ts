/** `lead-router explain LEAD_ID` */

import { writeFile } from 'node:fs/promises';
import { type Explanation, explainDecision } from '@lead-router/domain/explain-decision.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { type WhyNot, whyNot } from '@lead-router/domain/why-not.ts';
import type { StoredDecision } from '@lead-router/store/lead-store.ts';
import { type Command, Option } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { type Answer, type CommandRun, command, type SharedOptions } from './command.ts';
import { createRecordedBatches } from './decide-again.ts';
import { chooseRevision, requireDecisions } from './decisions-of-lead.ts';
import { type ExplainedDecision, explainPage } from './explain-page.ts';
import { leadIdArgument } from './lead-id.ts';
import { wholeNumber } from './whole-number.ts';

interface ExplainOptions extends SharedOptions {
  readonly revision?: number;
  readonly whyNot?: string;
  /** A file to write, or true for standard output. */
  readonly html?: string | true;
}

export function explainCommand(runner: CommandRun): Command {
  return command('explain', {
    summary: 'why the lead went where it went and to nobody else: rules, pool, candidates and ledger, decided again from the record',
    examples: [
      'explain 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23',
      'explain 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23 --revision 1',
      'explain 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23 --why-not ann',
      'explain 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23 --html decision.html',
    ],
  })
    .argument('<lead-id>', 'id of the lead', leadIdArgument)
    .addOption(new Option('--revision <n>', 'an earlier decision (default: the latest)').argParser(wholeNumber('--revision')))
    .option('--why-not <name>', 'only why this agent, pool or destination did not get it')
    .option('--html [file]', 'one page on its own, into a file or to standard output')
    .action((leadId: LeadId, options: ExplainOptions) =>
      runner.connected(options, ['postgres'], async ({ pool }) => {
        const decision = chooseRevision(leadId, await requireDecisions(pool, leadId), options.revision);
        const { request } = await createRecordedBatches(pool).find(decision);
        const result = explainDecision(request, decision.inputIndex);
        if (result.kind !== 'EXPLAINED') {
          throw new CliError(
            'LR_CLI_REFUSED',
            `the record of batch ${decision.batchId} is incomplete (${result.kind}): run \`lead-router replay ${leadId}\``,
            {
              exitCode: EXIT.NEGATIVE,
            },
          );
        }
        const { explanation } = result;
        const reasons = options.whyNot === undefined ? null : requireWhyNot(request.ruleSet, explanation, options.whyNot);
        return answerOf(options, { decision, explanation, whyNot: reasons });
      }),
    );
}

function requireWhyNot(ruleSet: RuleSet, explanation: Explanation, name: string): WhyNot {
  const found = whyNot(ruleSet, explanation, name);
  if (found !== null) return found;
  throw new CliError(
    'LR_CLI_NOT_FOUND',
    `the rule set of that decision has no agent, pool or destination ${name}: \`lead-router agents list\``,
    {
      exitCode: EXIT.NEGATIVE,
    },
  );
}

async function answerOf({ html }: ExplainOptions, told: ExplainedDecision): Promise<Answer> {
  const { decision, explanation, whyNot: reasons } = told;
  const json = { ...jsonOf(decision, explanation), ...(reasons && { whyNot: reasons }) };
  if (html === undefined) return { exitCode: EXIT.OK, json, text: formatExplanation(told) };
  const page = explainPage(told);
  if (html === true) return { exitCode: EXIT.OK, json, text: page };
  await writeFile(html, `${page}\n`).catch((error: NodeJS.ErrnoException) => {
    throw new CliError('LR_CLI_REFUSED', `${html} cannot be written (${error.code}): name another file`, { exitCode: EXIT.USAGE });
  });
  return { exitCode: EXIT.OK, json: { ...json, file: html }, text: `written to ${html}` };
}

function jsonOf(decision: StoredDecision, explanation: Explanation) {
  const { leadId, ignored, rules, steps, lines, effects } = explanation;
  return { leadId, decision, rules, steps, effects, ignored, lines };
}

function formatExplanation({ decision, explanation, whyNot: reasons }: ExplainedDecision): string {
  const { leadId, revision, batchId, inputIndex, ruleSetVersion } = decision;
  return [
    `lead ${leadId}, revision ${revision}, under rule set version ${ruleSetVersion} (batch ${batchId}, input ${inputIndex})`,
    '',
    ...(reasons === null ? explanation.lines : [`Why not ${reasons.target}?`, ...reasons.reasons]),
  ].join('\n');
}
