/** What all commands have in common: how they reach the system, how they answer, how they end. */
import { Command } from 'commander';
import { EXIT, type ExitCode, toldError } from '../connect/cli-error.ts';
import { findSystem } from '../connect/find-system.ts';
import { type Connection, openConnection, type Part, requireParts } from '../connect/open-connection.ts';

/** The world outside of a command. */
export interface CommandIo {
  readonly env: NodeJS.ProcessEnv;
  /** Standard output: the answer, and nothing else. */
  readonly out: (text: string) => void;
  /** Standard error: progress and faults, for people. */
  readonly err: (text: string) => void;
  readonly signal: AbortSignal;
  /** Standard error is a terminal: what is written may be drawn over. */
  readonly isTerminal?: boolean;
}

export interface Answer {
  readonly exitCode: ExitCode;
  /** The one document that --json prints. */
  readonly json: unknown;
  /** Without a line feed at the end. */
  readonly text: string;
}

export interface SharedOptions {
  readonly json?: boolean;
  readonly data?: string;
}

export interface CommandRun {
  /** Prints the answer or the fault of `work`, and notes the exit code. */
  run(options: SharedOptions, work: () => Promise<Answer>): Promise<void>;
  /** As `run`, with a connection to the system and the parts that have to answer. */
  connected(options: SharedOptions, parts: readonly Part[], work: (connection: Connection) => Promise<Answer>): Promise<void>;
  readonly io: CommandIo;
  exitCode(): ExitCode;
}

export function createCommandRun(io: CommandIo): CommandRun {
  let exitCode: ExitCode = EXIT.OK;
  const run: CommandRun['run'] = async (options, work) => {
    try {
      const answer = await work();
      io.out(options.json === true ? `${JSON.stringify(answer.json, null, 2)}\n` : `${answer.text}\n`);
      exitCode = answer.exitCode;
    } catch (error) {
      const told = toldError(error);
      if (options.json === true) io.out(`${JSON.stringify({ error: { code: told.code, message: told.message } }, null, 2)}\n`);
      io.err(`${told.message}\n`);
      exitCode = told.exitCode;
    }
  };
  return {
    io,
    run,
    connected: (options, parts, work) =>
      run(options, async () => {
        const system = await findSystem({ env: io.env, ...(options.data === undefined ? {} : { dataFolder: options.data }) });
        const connection = openConnection(system);
        try {
          await requireParts(connection, parts);
          return await work(connection);
        } finally {
          await connection.close();
        }
      }),
    exitCode: () => exitCode,
  };
}

/** With --json, --data where a system is spoken to, and examples under the help. */
export function command(
  name: string,
  about: { readonly summary: string; readonly examples: readonly string[]; readonly isLocal?: boolean },
): Command {
  const made = new Command(name).description(about.summary).option('--json', 'one JSON document on standard output');
  if (about.isLocal !== true)
    made.option('--data <folder>', 'data folder of the `npm start` to speak to (default: .data/default of the checkout)');
  return made.addHelpText('after', examplesText(about.examples));
}

export function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  $ lead-router ${example}`).join('\n')}`;
}
