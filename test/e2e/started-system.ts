/** `npm start` as a person runs it: a process with everything below it, in a process group of its own as a terminal makes one. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readRunFile } from '@lead-router/cli/up/run-file.ts';
import { isPortFree } from '@lead-router/infra/ports.ts';

export interface StartedSystem {
  /** All of standard output and standard error so far. */
  output(): string;
  /** Resolves with the first line that has this in it. */
  line(text: string | RegExp): Promise<string>;
  /** What Ctrl-C in a terminal does: SIGINT to the whole process group. */
  pressCtrlC(): void;
  /** kill -9 of the process that started everything else, and of it alone. */
  killParent(): Promise<void>;
  /** An exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Everything that listens, as the run itself says. */
  ports(): Promise<readonly number[]>;
  /** Command lines of processes that belong to this run and are still there. */
  processes(): Promise<readonly string[]>;
}

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const WAIT_MS = 120_000;
const POLL_MS = 100;

export function startSystemByNpm(options: { readonly dataFolder: string; readonly args: readonly string[] }): StartedSystem {
  const mark = `lead-router-e2e-${randomUUID()}`;
  const child = spawn('npm', ['start', '--', '--data', options.dataFolder, ...options.args], {
    cwd: REPOSITORY,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LEAD_ROUTER_PREFER: 'local', LEAD_ROUTER_E2E_MARK: mark, CI: 'true' },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
  }
  const ended = once(child, 'exit').then(() => child.exitCode ?? child.signalCode);
  const running = async () => {
    const run = await readRunFile(options.dataFolder);
    if (run === null) throw new Error(`nothing runs on ${options.dataFolder}:\n${text}`);
    return run;
  };
  return {
    ended,
    output: () => text,
    line: async (wanted) => {
      const deadline = Date.now() + WAIT_MS;
      for (;;) {
        const found = text.split('\n').find((line) => (typeof wanted === 'string' ? line.includes(wanted) : wanted.test(line)));
        if (found !== undefined) return found;
        if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
          throw new Error(`no line with ${wanted}:\n${text}`);
        await sleep(POLL_MS);
      }
    },
    pressCtrlC: () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
      } catch {
        // The whole group has ended already.
      }
    },
    killParent: async () => {
      process.kill((await running()).pid, 'SIGKILL');
    },
    ports: async () => {
      const { addresses, services } = await running();
      const urls = [
        addresses.schemaRegistryUrl,
        addresses.databaseUrl,
        ...services.flatMap(({ metricsUrl, apiUrl }) => [metricsUrl, apiUrl]),
      ];
      const brokers = addresses.kafkaBrokers.map((broker) => `kafka://${broker}`);
      return [...urls, ...brokers].flatMap((url) => (url === null ? [] : [Number(new URL(url).port)]));
    },
    processes: () => processesOf([mark, options.dataFolder]),
  };
}

/** Ports of the list that are still taken. */
export async function takenPorts(ports: readonly number[]): Promise<readonly number[]> {
  const taken = await Promise.all(ports.map(async (port) => ((await isPortFree(port)) ? [] : [port])));
  return taken.flat();
}

/** By command line, environment or working directory; of Linux. */
async function processesOf(marks: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const folder = join('/proc', entry);
    const nothing = () => '';
    const [command, environment, cwd] = await Promise.all([
      readFile(join(folder, 'cmdline'), 'utf8').catch(nothing),
      readFile(join(folder, 'environ'), 'utf8').catch(nothing),
      readlink(join(folder, 'cwd')).catch(nothing),
    ]);
    if (command === '' || !marks.some((mark) => [command, environment, cwd].some((text) => text.includes(mark)))) continue;
    found.push(`${entry} ${command.replaceAll('\0', ' ').slice(0, 200)}`);
  }
  return found;
}
