/** `lead-router reassign LEAD_ID --to POOL[/AGENT] --reason TEXT` */
import { userInfo } from 'node:os';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EXIT, type ExitCode } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { decisionWords, placeWords } from './decision-words.ts';
import { leadIdArgument } from './lead-id.ts';
import { type ReassignOutcome, reassignLead } from './reassign-lead.ts';
import { wholeNumber } from './whole-number.ts';

interface ReassignOptions extends SharedOptions {
  readonly to: string;
  readonly reason: string;
  readonly by: string;
  /** Seconds. */
  readonly timeout: number;
}

const DEFAULT_TIMEOUT_S = 10;
const MAX_REASON = 500;

export function reassignCommand(runner: CommandRun): Command {
  return command('reassign', {
    summary:
      'give a lead to a pool or to one of its agents, over rules, caps, hours and former owners; waits for what the router makes of it',
    examples: [
      'reassign 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23 --to field-west --reason "moved to Oregon"',
      'reassign 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23 --to field-west/ann --reason "knows the account"',
    ],
  })
    .argument('<lead-id>', 'id of the lead', leadIdArgument)
    .requiredOption('--to <pool[/agent]>', 'a pool, whose turn it is then, or one of its agents')
    .addOption(
      new Option('--reason <text>', 'why; kept with the lead, so nothing personal').makeOptionMandatory().argParser(reasonArgument),
    )
    .addOption(new Option('--by <name>', 'who does it, for the record').default(userInfo().username))
    .addOption(
      new Option('--timeout <seconds>', 'longest wait for the router').default(DEFAULT_TIMEOUT_S).argParser(wholeNumber('--timeout')),
    )
    .action((leadId: LeadId, options: ReassignOptions) =>
      runner.connected(options, ['kafka', 'registry', 'postgres'], async (connection) => {
        const { to, by, reason, timeout } = options;
        const outcome = await reassignLead(connection, { leadId, to, by, reason, timeoutMs: timeout * 1_000 });
        return { exitCode: EXITS[outcome.kind], json: { leadId, to, by, reason, ...outcome }, text: formatOutcome(leadId, outcome) };
      }),
    );
}

const EXITS: Readonly<Record<ReassignOutcome['kind'], ExitCode>> = {
  DECIDED: EXIT.OK,
  UNCHANGED: EXIT.NEGATIVE,
  PENDING: EXIT.UNAVAILABLE,
};

function formatOutcome(leadId: LeadId, outcome: ReassignOutcome): string {
  switch (outcome.kind) {
    case 'DECIDED':
      return `lead ${leadId}, ${decisionWords(outcome.decision)} (after ${outcome.waitedMs} ms)`;
    case 'UNCHANGED': {
      const stands = outcome.lead === null ? '' : `: it is ${outcome.lead.stage.toLowerCase()}, ${placeWords(outcome.lead)}`;
      return `lead ${leadId} stays as it was${stands}`;
    }
    case 'PENDING':
      return `the router has not got to it within ${outcome.waitedMs} ms. The command is in the log and will take effect: do not give it again; \`lead-router status\` shows who lags, \`lead-router lead ${leadId}\` what became of it`;
  }
}

function reasonArgument(text: string): string {
  const reason = text.trim();
  if (reason !== '' && reason.length <= MAX_REASON) return reason;
  throw new InvalidArgumentError(`A reason has 1 to ${MAX_REASON} characters.`);
}
