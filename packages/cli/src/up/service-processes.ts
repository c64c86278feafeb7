/**
 * Each service as a process of its own: started, watched, started again when it dies, stopped with this process.
 * A child learns of its parent's end by its IPC channel closing, so nothing outlives even a kill -9 of the parent.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type ServiceName = 'gateway' | 'enricher' | 'scorer' | 'router' | 'notifier' | 'watchdog';

export const SERVICES: readonly ServiceName[] = ['gateway', 'enricher', 'scorer', 'router', 'notifier', 'watchdog'];

export interface ServiceProcess {
  readonly service: ServiceName;
  /** `router-1`: names the instance in logs and metrics. */
  readonly instance: string;
  readonly logFile: string;
  pid(): number | null;
  /** Addresses that the service announced; empty until it listens, and again after a restart. */
  addresses(): Readonly<Record<string, string>>;
  restarts(): number;
  /** For fault tests: sends the signal, and leaves the restart to the watcher. */
  kill(signal: NodeJS.Signals): void;
}

export interface ServiceProcesses {
  readonly all: readonly ServiceProcess[];
  /** Resolves once every instance listens; rejects with the last log lines of one that ended first. */
  ready(): Promise<void>;
  /** SIGTERM, and SIGKILL to what has not ended in time. Idempotent. */
  stop(): Promise<void>;
}

export interface ServiceProcessesOptions {
  /** How many of each; default one. */
  readonly instances?: Partial<Record<ServiceName, number>>;
  readonly env: NodeJS.ProcessEnv;
  readonly logFolder: string;
  readonly onEvent: (line: string) => void;
  /** Node options, such as a heap limit. */
  readonly execArgv?: readonly string[];
}

const STOP_DEADLINE_MS = 15_000;
const FIRST_RESTART_MS = 200;
const MAX_RESTART_MS = 10_000;
/** Started longer than this ago, a service that ends counts as having been well. */
const WELL_AFTER_MS = 10_000;
const READY_DEADLINE_MS = 60_000;
const KEPT_LINES = 20;
/** sysexits: bad configuration; starting it again would not help. */
const EXIT_CONFIG = 78;

/**
 * Batches are large and short-lived: with the default of 16 MiB much of each is copied as if it were to stay. And one thread beside the main one
 * for compiling and collecting is plenty: with a pool of four, the many processes of one machine get in each other's way.
 */
const SERVICE_ARGUMENTS = ['--max-semi-space-size=32', '--v8-pool-size=1'];
/** Stripped and compiled modules, kept between starts. */
const compileCache = fileURLToPath(new URL('../../../../.data/cache/compiled', import.meta.url));

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

export async function startServiceProcesses(options: ServiceProcessesOptions): Promise<ServiceProcesses> {
  await mkdir(options.logFolder, { recursive: true });
  const watched = SERVICES.flatMap((service) =>
    Array.from({ length: options.instances?.[service] ?? 1 }, (_, index) =>
      watchService({ ...options, service, instance: `${service}-${index + 1}` }),
    ),
  );
  let stopping: Promise<void> | null = null;
  return {
    all: watched.map(({ handle }) => handle),
    ready: async () => {
      await Promise.all(watched.map(({ ready }) => ready));
    },
    stop: () => {
      stopping ??= Promise.all(watched.map(({ stop }) => stop())).then(() => undefined);
      return stopping;
    },
  };
}

interface Watched {
  readonly handle: ServiceProcess;
  readonly ready: Promise<void>;
  stop(): Promise<void>;
}

function watchService(options: ServiceProcessesOptions & { readonly service: ServiceName; readonly instance: string }): Watched {
  const { service, instance } = options;
  const logFile = join(options.logFolder, `${instance}.log`);
  const log = createWriteStream(logFile, { flags: 'a' });
  const readiness = Promise.withResolvers<void>();
  readiness.promise.catch(() => undefined);
  const lines: string[] = [];
  let child: ChildProcess | null = null;
  let addresses: Readonly<Record<string, string>> = {};
  let restarts = 0;
  let failures = 0;
  let isStopping = false;
  let pendingRestart: NodeJS.Timeout | null = null;
  const notReady = setTimeout(
    () => readiness.reject(new Error(`${instance} is not ready after ${READY_DEADLINE_MS / 1000} s; its log: ${logFile}`)),
    READY_DEADLINE_MS,
  );

  const onLine = (line: string) => {
    // The last lines of a child may come after its end.
    if (!log.writableEnded) log.write(`${line}\n`);
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    const announced = announcement(line);
    if (!announced) return;
    addresses = announced;
    clearTimeout(notReady);
    readiness.resolve();
  };

  const start = () => {
    const startedAt = Date.now();
    child = fork(join(repository, 'services', service, 'src/main.ts'), [], {
      execArgv: [...SERVICE_ARGUMENTS, ...(options.execArgv ?? [])],
      // A process group of its own: a Ctrl-C in the terminal reaches us alone, and the order of stopping is ours.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { NODE_COMPILE_CACHE: compileCache, ...options.env, INSTANCE_ID: instance },
    });
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', onLine);
    child.once('exit', (code, signal) => {
      child = null;
      addresses = {};
      if (isStopping) return;
      const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
      if (code === EXIT_CONFIG) {
        clearTimeout(notReady);
        readiness.reject(new Error(`${instance} ${how}:\n${lines.join('\n')}`));
        return;
      }
      failures = Date.now() - startedAt > WELL_AFTER_MS ? 0 : failures + 1;
      const delayMs = failures === 0 ? 0 : Math.min(MAX_RESTART_MS, FIRST_RESTART_MS * 2 ** (failures - 1));
      restarts += 1;
      options.onEvent(`${instance} ${how}; starting it again in ${delayMs} ms (log: ${logFile})`);
      pendingRestart = setTimeout(start, delayMs);
    });
  };
  start();

  return {
    ready: readiness.promise,
    handle: {
      service,
      instance,
      logFile,
      pid: () => child?.pid ?? null,
      addresses: () => addresses,
      restarts: () => restarts,
      kill: (signal) => {
        child?.kill(signal);
      },
    },
    stop: async () => {
      isStopping = true;
      clearTimeout(notReady);
      if (pendingRestart) clearTimeout(pendingRestart);
      if (child) await endChild(child);
      await endLog(log);
    },
  };
}

/** Services say where they listen on one line of JSON: `{"event":"started","service":"router","metricsUrl":"http://…"}`. */
function announcement(line: string): Readonly<Record<string, string>> | null {
  if (!line.includes('"event":"started"')) return null;
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null) return null;
    return Object.fromEntries(Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch {
    return null;
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await ended;
  clearTimeout(killer);
}

function endLog(log: WriteStream): Promise<void> {
  return new Promise((resolve) => log.end(resolve));
}
