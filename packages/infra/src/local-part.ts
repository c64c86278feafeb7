// One server run as a local process: started until it answers, watched, stopped, and, for fault tests, killed and
// started again on the same ports and data. What is special to Kafka, the registry or Postgres is in its own file.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { awaitReady } from './await-ready.ts';
import { InfrastructureError } from './infrastructure-error.ts';
import { type KeptProcess, type KeptProcessOptions, startKept } from './kept-process.ts';
import { crashReport } from './log-files.ts';
import { PART_TITLES, type PartName } from './part-name.ts';
import { processIdentity, waitUntilGone } from './process-identity.ts';
import type { StartOptions } from './running-part.ts';

export interface LocalPart {
  readonly name: PartName;
  readonly logFile: string;
  /** Of the server process; another one after a restart. */
  readonly pid: number;
  /** Sends the signal. For one that ends a process, resolves when it is gone; this end is not reported as a crash. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops it if it runs, starts it on the same ports and data, resolves when it answers. */
  restart(): Promise<void>;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface LocalServer {
  readonly name: PartName;
  readonly logFile: string;
  /** Remembers the running process, so that the next run waits for one that a killed parent has left dying. */
  readonly pidFile: string;
  /** Asked at every start, so that ports may change in between. */
  process(): Omit<KeptProcessOptions, 'logFile'>;
  /** Resolves when the server answers. */
  probe(): Promise<void>;
  /** Called after a failed start: true when the cause is mended and another try may succeed. */
  mend(): Promise<boolean>;
}

type Hooks = Pick<StartOptions, 'onProgress' | 'onCrash'>;

const START_TIMEOUT_MS = 120_000;
const START_ATTEMPTS = 5;

export async function startLocalPart(server: LocalServer, hooks: Hooks): Promise<LocalPart> {
  await awaitPredecessor(server, hooks);
  let running = await startUntilReady(server, hooks);
  let endIsExpected = false;
  watch();

  function watch(): void {
    const watched = running;
    void watched.exited.then(async (code) => {
      if (endIsExpected || watched !== running) return;
      hooks.onCrash(server.name, `${PART_TITLES[server.name]} ended unexpectedly ${await crashReport(server.logFile, code)}`);
    });
  }

  async function stop(): Promise<void> {
    endIsExpected = true;
    await running.stop();
    await rm(server.pidFile, { force: true });
  }

  return {
    name: server.name,
    logFile: server.logFile,
    get pid() {
      return running.pid;
    },
    stop,
    kill: async (signal) => {
      const ends = signal !== 'SIGSTOP' && signal !== 'SIGCONT';
      endIsExpected ||= ends;
      process.kill(running.pid, signal);
      if (ends) await running.exited;
    },
    restart: async () => {
      await stop();
      running = await startUntilReady(server, hooks);
      endIsExpected = false;
      watch();
    },
  };
}

async function startUntilReady(server: LocalServer, hooks: Hooks): Promise<KeptProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const kept = await startKept({ ...server.process(), logFile: server.logFile });
    await writeFile(server.pidFile, processIdentity(kept.pid));
    const failure = await failureToStart(server, { kept, onProgress: hooks.onProgress });
    if (failure === undefined) return kept;
    await kept.stop();
    await rm(server.pidFile, { force: true });
    if (attempt >= START_ATTEMPTS || !(await server.mend())) throw new InfrastructureError('LR_INFRA_START', failure);
  }
}

/** Undefined when it answers; otherwise what went wrong. */
async function failureToStart(
  server: LocalServer,
  { kept, onProgress }: { kept: KeptProcess } & Pick<Hooks, 'onProgress'>,
): Promise<string | undefined> {
  const title = PART_TITLES[server.name];
  let exitCode: number | undefined;
  void kept.exited.then((code) => {
    exitCode = code;
  });
  const hasEnded = (): boolean => exitCode !== undefined;
  const readiness = await awaitReady({ title, probe: server.probe, timeoutMs: START_TIMEOUT_MS, onProgress, hasEnded });
  switch (readiness.kind) {
    case 'ready':
      return undefined;
    case 'ended':
      return `${title} did not start; it ended ${await crashReport(server.logFile, await kept.exited)}`;
    case 'timed out':
      return `${title} did not answer within ${START_TIMEOUT_MS / 1000} s (${readiness.reason}). Its log: ${server.logFile}`;
  }
}

/** A killed parent's servers stop by themselves, which takes a moment; two on one data folder would fight. */
async function awaitPredecessor(server: LocalServer, hooks: Hooks): Promise<void> {
  const identity = await readFile(server.pidFile, 'utf8').catch(() => undefined);
  if (identity === undefined || (await waitUntilGone(identity, 1_000))) return;
  hooks.onProgress(`${PART_TITLES[server.name]}: waiting for the process of the previous run to stop`);
  const graceMs = server.process().stopGraceMs + 5_000;
  if (await waitUntilGone(identity, graceMs)) return;
  throw new InfrastructureError(
    'LR_INFRA_START',
    `${PART_TITLES[server.name]} of a previous run still uses this data folder: process ${identity.split(' ')[0]}. Stop it, then start again.`,
  );
}
