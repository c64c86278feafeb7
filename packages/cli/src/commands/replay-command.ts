/** `lead-router replay [LEAD_ID]` */
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { BatchRange } from '@lead-router/store/recorded-batches.ts';
import { type Command, Option } from 'commander';
import { CliError, EXIT } from '../connect/cli-error.ts';
import { EVENT_TOPICS } from '../replay/made-events.ts';
import type { EventsReport } from '../replay/replay-events.ts';
import { type LeadReplay, replayLead } from '../replay/replay-lead.ts';
import { type ReplayReport, replayRecords } from '../replay/replay-records.ts';
import { type Answer, type CommandRun, command, type SharedOptions } from './command.ts';
import { pastArgument } from './instant-argument.ts';
import { leadIdArgument } from './lead-id.ts';
import { wholeNumber } from './whole-number.ts';

interface ReplayOptions extends SharedOptions, BatchRange {
  readonly revision?: number;
  readonly all?: boolean;
  /** false: Postgres alone. */
  readonly events: boolean;
}

export function replayCommand(runner: CommandRun): Command {
  return command('replay', {
    summary: 'decide again from the record, bit for bit: one lead, or all of them (exit 1 if anything comes out differently)',
    examples: [
      'replay 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23',
      'replay 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23 --revision 1',
      'replay --all',
      'replay --since 7d --sample 1000',
      'replay --all --no-events',
    ],
  })
    .argument('[lead-id]', 'id of the lead', leadIdArgument)
    .addOption(new Option('--revision <n>', 'one decision of the lead (default: all)').argParser(wholeNumber('--revision')))
    .option('--all', 'every decision: of the lead, or of all leads where none is named')
    .addOption(new Option('--since <time>', 'every decision from then on: 7d, or 2026-05-31').argParser(pastArgument('--since')))
    .addOption(new Option('--sample <n>', 'so many batches, drawn by lot, with all their decisions').argParser(wholeNumber('--sample')))
    .option('--no-events', 'leave the events on the topics out, and ask Postgres alone')
    .action((leadId: LeadId | undefined, options: ReplayOptions) =>
      runner.connected(options, options.events ? ['postgres', 'kafka', 'registry'] : ['postgres'], async ({ pool, kafka, schemas }) => {
        const source = { pool, events: options.events ? { kafka, schemas } : null };
        if (leadId !== undefined) return answerOfLead(leadId, await replayLead(source, leadId, options.revision));
        return answerOf(await replayRecords(source, rangeOf(options)), options);
      }),
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

function answerOfLead(leadId: LeadId, { agrees, revisions, events, faults }: LeadReplay): Answer {
  const lines = [
    ...revisions.map(
      ({ revision, batchId, differs }) =>
        `revision ${revision} (batch ${batchId}): ${differs.length === 0 ? 'decided the same again' : differs.join('; ')}`,
    ),
    ...eventLines(events),
    ...faults.map((fault) => `  ${fault}`),
  ];
  return { exitCode: agrees ? EXIT.OK : EXIT.NEGATIVE, json: { leadId, agrees, revisions, events, faults }, text: lines.join('\n') };
}

/** Retention and compaction take events away, and those of the latest batches may still be on their way. */
function eventLines(events: EventsReport | null): readonly string[] {
  if (events === null) return ['No events were looked at: they were left out, or nothing has been published yet.'];
  const lines = EVENT_TOPICS.map((name) => {
    const { made, same, withInput } = events[name];
    const others = made === same ? '' : ' (the others are no longer there, not there yet, or listed as faults)';
    const inputs = same === withInput ? '' : `; of ${same - withInput} the input is no longer in ${TOPICS.inbox.topic}`;
    return made === 0
      ? null
      : `${same} of ${made} events are on ${TOPICS[name].topic} byte for byte as they are made again${others}${inputs}`;
  });
  return lines.filter((line) => line !== null);
}

/** Batches are cut off by the clock of the router that decided them: with several, one before the cut may have followed one behind it. */
const CUT_HINT =
  'A ledger, lead or entry at fault may only be cut: --since takes batches by the clocks of their routers, and those differ. --all, or another time, tells.';

function answerOf(report: ReplayReport, { since }: BatchRange): Answer {
  const { agrees, batches, decisions, ledgersHeld, events, differences, faults } = report;
  const lines = [
    `${decisions} decisions in ${batches} batches decided again: ${agrees ? 'each the same, bit for bit' : 'not all the same'}`,
    ...(agrees && ledgersHeld
      ? ['Each ledger, each lead, each entry of a person and each place in a queue was found as the batch before had left it.']
      : []),
    ...eventLines(events),
    ...differences.map(
      ({ leadId, revision, batchId, differs }) => `  ${leadId} revision ${revision} (batch ${batchId}): ${differs.join('; ')}`,
    ),
    ...faults.map((fault) => `  ${fault}`),
    ...(since !== undefined && ledgersHeld && faults.length > 0 ? [CUT_HINT] : []),
  ];
  return { exitCode: agrees ? EXIT.OK : EXIT.NEGATIVE, json: report, text: lines.join('\n') };
}
