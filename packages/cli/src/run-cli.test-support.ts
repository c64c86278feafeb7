/** The command line without a process: what it printed, and how it ended. */
import { runCli } from './run-cli.ts';

export interface CliOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function cli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliOutcome> {
  const [out, err]: [string[], string[]] = [[], []];
  const io = {
    env,
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text),
    signal: new AbortController().signal,
  };
  const code = await runCli(args, io);
  return { code, out: out.join(''), err: err.join('') };
}

/** With --json: the document, which has to be all that is on standard output. */
export async function cliJson(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly code: number; readonly json: unknown }> {
  const { code, out } = await cli([...args, '--json'], env);
  return { code, json: JSON.parse(out) };
}
