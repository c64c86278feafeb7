/** A service as a process of its own, for tests that kill it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface ServiceProcess {
  /** What it said when it had started: `apiUrl`, `metricsUrl`. */
  readonly announced: Readonly<Record<string, string>>;
  /** SIGTERM; resolves with the exit code. */
  end(): Promise<number | null>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/** Resolves when the service says that it has started; rejects with what it wrote when it ends before. */
export async function startServiceProcess(main: string, env: NodeJS.ProcessEnv): Promise<ServiceProcess> {
  const child = fork(main, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, ...env } });
  const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  };
  return {
    announced: await started(child),
    end: () => stop('SIGTERM'),
    kill: async () => {
      await stop('SIGKILL');
    },
  };
}

function started(child: ChildProcess): Promise<Readonly<Record<string, string>>> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const listen = (line: string): void => {
      lines.push(line);
      if (line.includes('"event":"started"')) resolve(JSON.parse(line));
    };
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', listen);
    child.once('exit', (code) => reject(new Error(`the service ended with ${code}:\n${lines.join('\n')}`)));
  });
}
