/** `lead-router explain LEAD_ID` and `lead-router replay LEAD_ID` */

import { type Explanation, explainDecision } from '@lead-router/domain/explain-decision.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { readDecisions, type StoredDecision } from '@lead-router/store/lead-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { type Command, Option } from 'commander';
import { decisionFields } from '../audit/compared-fields.ts';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { createRecordedBatches, decideAgain } from './decide-again.ts';
import { leadIdArgument } from './lead-id.ts';
import { wholeNumber } from './whole-number.ts';

interface ExplainOptions extends SharedOptions {
  readonly revision?: number;
}

export function explainCommand(runner: CommandRun): Command {
  return command('explain', {
    summary: 'why the lead went where it went and to nobody else: rules, pool, candidates and ledger, decided again from the record',
    examples: ['explain 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23', 'explain 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23 --revision 1'],
  })
    .argument('<lead-id>', 'id of the lead', leadIdArgument)
    .addOption(new Option('--revision <n>', 'an earlier decision (default: the latest)').argParser(wholeNumber('--revision')))
    .action((leadId: LeadId, options: ExplainOptions) =>
      runner.connected(options, ['postgres'], async ({ pool }) => {
        const decision = chooseRevision(leadId, await requireDecisions(pool, leadId), options.revision);
        const batch = await createRecordedBatches(pool)(decision);
        const result = explainDecision(batch, decision.inputIndex);
        if (result.kind !== 'EXPLAINED') {
          throw new CliError(
            'LR_CLI_REFUSED',
            `the record of batch ${decision.batchId} is incomplete (${result.kind}): run \`lead-router replay ${leadId}\``,
            {
              exitCode: EXIT.NEGATIVE,
            },
          );
        }
        return { exitCode: EXIT.OK, json: jsonOf(decision, result.explanation), text: formatExplanation(decision, result.explanation) };
      }),
    );
}

export function replayCommand(runner: CommandRun): Command {
  return command('replay', {
    summary: 'decide the lead again from the record, bit for bit (exit 1 if a decision comes out differently)',
    examples: ['replay 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23'],
  })
    .argument('<lead-id>', 'id of the lead', leadIdArgument)
    .action((leadId: LeadId, options: SharedOptions) =>
      runner.connected(options, ['postgres'], async ({ pool }) => {
        const recorded = createRecordedBatches(pool);
        const revisions: {
          readonly revision: number;
          readonly batchId: string;
          readonly agrees: boolean;
          readonly differs: readonly string[];
        }[] = [];
        for (const decision of await requireDecisions(pool, leadId)) {
          const differs = differencesOf(decision, decideAgain(await recorded(decision), decision));
          revisions.push({ revision: decision.revision, batchId: decision.batchId, agrees: differs.length === 0, differs });
        }
        const agrees = revisions.every((one) => one.agrees);
        const lines = revisions.map(
          ({ revision, batchId, differs }) =>
            `revision ${revision} (batch ${batchId}): ${differs.length === 0 ? 'decided the same again' : differs.join('; ')}`,
        );
        return { exitCode: agrees ? EXIT.OK : EXIT.NEGATIVE, json: { leadId, agrees, revisions }, text: lines.join('\n') };
      }),
    );
}

async function requireDecisions(pool: PostgresPool, leadId: LeadId): Promise<readonly StoredDecision[]> {
  const decisions = await readDecisions(pool, leadId);
  if (decisions.length > 0) return decisions;
  throw new CliError('LR_CLI_NOT_FOUND', `lead ${leadId} has not been decided: \`lead-router lead ${leadId}\` says where it is.`, {
    exitCode: EXIT.NEGATIVE,
  });
}

function chooseRevision(leadId: LeadId, decisions: readonly StoredDecision[], revision: number | undefined): StoredDecision {
  const chosen = revision === undefined ? decisions.at(-1) : decisions.find((one) => one.revision === revision);
  if (chosen !== undefined) return chosen;
  throw new CliError('LR_CLI_NOT_FOUND', `lead ${leadId} has revisions 1 to ${decisions.length}, not ${revision}.`, {
    exitCode: EXIT.NEGATIVE,
  });
}

function jsonOf(decision: StoredDecision, explanation: Explanation) {
  const { leadId, ignored, rules, steps, lines, effects } = explanation;
  return { leadId, decision, rules, steps, effects, ignored, lines };
}

function formatExplanation({ leadId, revision, batchId, inputIndex, ruleSetVersion }: StoredDecision, { lines }: Explanation): string {
  return [
    `lead ${leadId}, revision ${revision}, under rule set version ${ruleSetVersion} (batch ${batchId}, input ${inputIndex})`,
    '',
    ...lines,
  ].join('\n');
}

function differencesOf(decision: StoredDecision, again: ReturnType<typeof decideAgain>): readonly string[] {
  if (again === null) return ['the batch, decided again, does not make this decision'];
  const recorded = decisionFields(decision);
  return Object.keys(recorded).flatMap((name) => {
    const [before, after] = [JSON.stringify(recorded[name]), JSON.stringify(again[name])];
    return before === after ? [] : [`${name} was ${before}, and is ${after} now`];
  });
}
