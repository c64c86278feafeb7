/** `lead-router replay [LEAD_ID]` */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { StoredDecision } from '@lead-router/store/lead-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import type { BatchRange } from '@lead-router/store/recorded-batches.ts';
import { type Command, Option } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { replayBatch } from '../replay/replay-batch.ts';
import { type ReplayReport, replayRecords } from '../replay/replay-records.ts';
import { type Answer, type CommandRun, command, type SharedOptions } from './command.ts';
import { createRecordedBatches } from './decide-again.ts';
import { chooseRevision, requireDecisions } from './decisions-of-lead.ts';
import { pastArgument } from './instant-argument.ts';
import { leadIdArgument } from './lead-id.ts';
import { wholeNumber } from './whole-number.ts';

interface ReplayOptions extends SharedOptions, BatchRange {
  readonly revision?: number;
  readonly all?: boolean;
}

export function replayCommand(runner: CommandRun): Command {
  return command('replay', {
    summary: 'decide again from the record, bit for bit: one lead, or all of them (exit 1 if anything comes out differently)',
    examples: [
      'replay 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23',
      'replay 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23 --revision 1',
      'replay --all',
      'replay --since 7d --sample 1000',
    ],
  })
    .argument('[lead-id]', 'id of the lead', leadIdArgument)
    .addOption(new Option('--revision <n>', 'one decision of the lead (default: all)').argParser(wholeNumber('--revision')))
    .option('--all', 'every decision: of the lead, or of all leads where none is named')
    .addOption(new Option('--since <time>', 'every decision from then on: 7d, or 2026-05-31').argParser(pastArgument('--since')))
    .addOption(new Option('--sample <n>', 'so many batches, drawn by lot, with all their decisions').argParser(wholeNumber('--sample')))
    .action((leadId: LeadId | undefined, options: ReplayOptions) =>
      runner.connected(options, ['postgres'], async ({ pool }) =>
        leadId === undefined ? answerOf(await replayRecords(pool, rangeOf(options)), options) : replayLead(pool, leadId, options.revision),
      ),
    )
    .hook('preAction', (made) => refuseMixed(made.args[0], made.opts<ReplayOptions>()));
}

function refuseMixed(leadId: string | undefined, { revision, all, since, sample }: ReplayOptions): void {
  const isRange = since !== undefined || sample !== undefined;
  if (leadId === undefined && revision !== undefined) throw usage('--revision needs the id of a lead.');
  if (leadId === undefined && !isRange && all !== true) throw usage('replay takes the id of a lead, --all, --since or --sample.');
  if (leadId !== undefined && isRange) throw usage('--since and --sample are of all leads: leave the id out.');
  if (all === true && (revision !== undefined || isRange)) throw usage('--all leaves nothing to choose.');
}

function usage(message: string): CliError {
  return new CliError('LR_CLI_USAGE', message, { exitCode: EXIT.USAGE });
}

function rangeOf({ since, sample }: ReplayOptions): BatchRange {
  return { ...(since !== undefined && { since }), ...(sample !== undefined && { sample }) };
}

async function replayLead(pool: PostgresPool, leadId: LeadId, revision: number | undefined): Promise<Answer> {
  const decisions = await requireDecisions(pool, leadId);
  const asked = revision === undefined ? decisions : [chooseRevision(leadId, decisions, revision)];
  const recorded = createRecordedBatches(pool);
  const revisions: {
    readonly revision: number;
    readonly batchId: string;
    readonly agrees: boolean;
    readonly differs: readonly string[];
  }[] = [];
  for (const decision of asked) {
    const differs = await differencesOf(recorded, decision);
    revisions.push({ revision: decision.revision, batchId: decision.batchId, agrees: differs.length === 0, differs });
  }
  const agrees = revisions.every((one) => one.agrees);
  const lines = revisions.map(
    ({ revision: number, batchId, differs }) =>
      `revision ${number} (batch ${batchId}): ${differs.length === 0 ? 'decided the same again' : differs.join('; ')}`,
  );
  return { exitCode: agrees ? EXIT.OK : EXIT.NEGATIVE, json: { leadId, agrees, revisions }, text: lines.join('\n') };
}

/** Of the batch only this one decision is read: that it makes others is no fault. */
async function differencesOf(recorded: ReturnType<typeof createRecordedBatches>, decision: StoredDecision): Promise<readonly string[]> {
  const { batch, request } = await recorded.find(decision);
  const { differences, outcome } = replayBatch(batch, request, [decision]);
  if (outcome === null) return ['the record does not hold all that the batch looked at'];
  return differences.flatMap(({ differs }) => differs);
}

/** Batches are cut off by the clock of the router that decided them: with several, one before the cut may have followed one behind it. */
const CUT_HINT =
  'A ledger or lead at fault may only be cut: --since takes batches by the clocks of their routers, and those differ. --all, or another time, tells.';

function answerOf(report: ReplayReport, { since }: BatchRange): Answer {
  const { agrees, batches, decisions, ledgersHeld, differences, faults } = report;
  const lines = [
    `${decisions} decisions in ${batches} batches decided again: ${agrees ? 'each the same, bit for bit' : 'not all the same'}`,
    ...(agrees && ledgersHeld ? ['Each ledger and each lead was found as the batch before had left it.'] : []),
    ...differences.map(
      ({ leadId, revision, batchId, differs }) => `  ${leadId} revision ${revision} (batch ${batchId}): ${differs.join('; ')}`,
    ),
    ...faults.map((fault) => `  ${fault}`),
    ...(since !== undefined && ledgersHeld && faults.length > 0 ? [CUT_HINT] : []),
  ];
  return { exitCode: agrees ? EXIT.OK : EXIT.NEGATIVE, json: report, text: lines.join('\n') };
}
