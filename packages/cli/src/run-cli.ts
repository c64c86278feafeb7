/** The command line as a function: arguments in, exit code out; what it prints goes where it is told. */
import { VERSION } from '@lead-router/service-kit/version.ts';
import { Command, CommanderError } from 'commander';
import { agentsCommand } from './commands/agents-command.ts';
import { auditCommand } from './commands/audit-command.ts';
import { type CommandIo, createCommandRun } from './commands/command.ts';
import { deadLettersCommand } from './commands/dead-letters-command.ts';
import { exceptionsCommand } from './commands/exceptions-command.ts';
import { explainCommand } from './commands/explain-command.ts';
import { importCommand } from './commands/import-command.ts';
import { leadCommand } from './commands/lead-command.ts';
import { reassignCommand } from './commands/reassign-command.ts';
import { replayCommand } from './commands/replay-command.ts';
import { reportCommand } from './commands/report-command.ts';
import { retentionCommand } from './commands/retention-command.ts';
import { rulesCommand } from './commands/rules-command.ts';
import { setUpCommand } from './commands/set-up-command.ts';
import { statusCommand } from './commands/status-command.ts';
import { upCommand } from './commands/up-command.ts';
import { vendorsCommand } from './commands/vendors-command.ts';
import { EXIT, type ExitCode, toldError } from './connect/cli-error.ts';

const ABOUT = `Commands find the system that \`npm start\` runs (in .data/default, or --data FOLDER), or the one that KAFKA_BROKERS,
SCHEMA_REGISTRY_URL and DATABASE_URL name. With --json each prints one document on standard output.

Exit codes: 0 done; 1 the answer is no (faults, no such lead, does not balance); 64 wrong usage; 69 nothing answers; 78 wrong configuration.

Examples:
  $ lead-router status
  $ lead-router explain 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23
  $ lead-router rules check deploy/rule-sets/departments/rules.yaml
  $ lead-router audit`;

/** @param args without node and the script */
export async function runCli(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const runner = createCommandRun(io);
  let endCode: ExitCode | null = null;
  const commands = [
    upCommand(runner, (code) => {
      endCode = code;
    }),
    statusCommand(runner),
    importCommand(runner),
    leadCommand(runner),
    exceptionsCommand(runner),
    reassignCommand(runner),
    explainCommand(runner),
    replayCommand(runner),
    auditCommand(runner),
    reportCommand(runner),
    retentionCommand(runner),
    agentsCommand(runner),
    rulesCommand(runner),
    setUpCommand(runner),
    vendorsCommand(runner),
    deadLettersCommand(runner),
  ];
  const program = new Command('lead-router').description(
    'Routes leads: each to the one destination that will do most with it, exactly once.',
  );
  program.version(VERSION).addHelpText('after', `\n${ABOUT}`);
  for (const one of commands) program.addCommand(one);
  for (const one of allOf(program)) {
    one.exitOverride().showHelpAfterError(`(lead-router ${pathOf(one)}--help shows how)`);
    one.configureOutput({ writeOut: io.out, writeErr: io.err });
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return endCode ?? runner.exitCode();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE;
    const told = toldError(error);
    io.err(`${told.message}\n`);
    return told.exitCode;
  }
}

function allOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(allOf)];
}

/** `rules check ` of the command; empty for the program itself. */
function pathOf(command: Command): string {
  return command.parent === null ? '' : `${pathOf(command.parent)}${command.name()} `;
}
