// Starts a server process that cannot outlive us, however we die.
//
// Between us and the server stands a shell that holds the reading end of a pipe. When the pipe closes, because we ask
// for it or because we are gone (kill -9 included), it stops the server gently and, after a grace period, for good.
// The shell has a session of its own, so that a Ctrl-C in the terminal reaches us alone and the order of stopping is ours.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { InfrastructureError } from './infrastructure-error.ts';

export interface KeptProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Output of the process is appended here. */
  readonly logFile: string;
  /** What the process understands as "stop cleanly". */
  readonly stopSignal: 'INT' | 'TERM';
  /** After this long without an end, SIGKILL. */
  readonly stopGraceMs: number;
}

export interface KeptProcess {
  /** Of the server itself, not of the shell in front of it. */
  readonly pid: number;
  /** Settles once the server is gone. Follows the shell's convention: 128 + n when signal n ended it. */
  readonly exited: Promise<number>;
  /** Idempotent; resolves with the exit code once the process is gone. */
  stop(): Promise<number>;
}

// $1 stop signal, $2 grace in tenths of a second, then the command. Descriptor 2 is the log.
const KEEPER = `
signal=$1 grace=$2
shift 2
exec 3<&0
"$@" </dev/null >&2 3<&- &
server=$!
echo "$server"
exec 1>&-
(
  read -r _ <&3
  kill -s "$signal" "$server"
  kill -s CONT "$server"
  while [ "$grace" -gt 0 ] && kill -0 "$server"; do sleep 0.1; grace=$((grace - 1)); done
  kill -s KILL "$server"
) 2>/dev/null &
guard=$!
wait "$server"
code=$?
kill "$guard" 2>/dev/null
exit "$code"
`;

export async function startKept(options: KeptProcessOptions): Promise<KeptProcess> {
  const log = openSync(options.logFile, 'a');
  const graceTenths = String(Math.ceil(options.stopGraceMs / 100));
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'lead-router-keeper', options.stopSignal, graceTenths, options.command, ...options.args], {
    detached: true,
    stdio: ['pipe', 'pipe', log],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  closeSync(log);
  // The pipe breaks when the shell dies first; `exited` tells about that.
  keeper.stdin?.on('error', () => {});
  const exited = new Promise<number>((resolve) => {
    keeper.once('close', (code) => resolve(code ?? 137));
    keeper.once('error', () => resolve(127));
  });
  const pid = await readPid(keeper);
  return {
    pid,
    exited,
    stop: () => {
      keeper.stdin?.end();
      return exited;
    },
  };
}

function readPid(keeper: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = '';
    keeper.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    keeper.stdout?.once('end', () => {
      const pid = Number.parseInt(text, 10);
      if (pid > 0) resolve(pid);
      else reject(new InfrastructureError('LR_INFRA_START', 'the shell in front of a server process ended at once'));
    });
    keeper.once('error', (cause) => reject(new InfrastructureError('LR_INFRA_START', '/bin/sh could not be started', { cause })));
  });
}
