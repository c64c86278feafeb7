// One server run as a local process: started until it answers, watched, stopped, and, for fault tests, killed and
// started again on the same ports and data. What is special to Kafka, the registry or Postgres is in its own file.

import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InfrastructureError, messageOf } from './infrastructure-error.ts'
import { type KeptProcess, type KeptProcessOptions, startKept } from './kept-process.ts'
import { processIdentity, waitUntilGone } from './process-identity.ts'

export type PartName = 'kafka' | 'registry' | 'postgres'

export interface LocalPart {
  readonly name: PartName
  readonly logFile: string
  /** Of the server process; another one after a restart. */
  readonly pid: number
  /** Sends the signal. For one that ends a process, resolves when it is gone; this end is not reported as a crash. */
  kill(signal: NodeJS.Signals): Promise<void>
  /** Stops it if it runs, starts it on the same ports and data, resolves when it answers. */
  restart(): Promise<void>
  /** Idempotent. */
  stop(): Promise<void>
}

export interface LocalServer {
  readonly name: PartName
  /** As a person calls it, in messages. */
  readonly title: string
  readonly logFile: string
  /** Remembers the running process, so that the next run waits for one that a killed parent has left dying. */
  readonly pidFile: string
  /** Asked at every start, so that ports may change in between. */
  process(): Omit<KeptProcessOptions, 'logFile'>
  /** Resolves when the server answers. */
  probe(): Promise<void>
  /** Called after a failed start: true when the cause is mended and another try may succeed. */
  mend(): Promise<boolean>
}

export interface LocalPartHooks {
  readonly onProgress: (line: string) => void
  readonly onCrash: (part: PartName, detail: string) => void
}

const START_TIMEOUT_MS = 120_000
const PROBE_EVERY_MS = 40
const PROGRESS_EVERY_MS = 5_000
const START_ATTEMPTS = 5
const LOG_KEPT_BYTES = 10_000_000
const REPORT_LINES = 20
const REPORT_BYTES = 16_384

export async function startLocalPart(server: LocalServer, hooks: LocalPartHooks): Promise<LocalPart> {
  await mkdir(path.dirname(server.logFile), { recursive: true })
  await rotateLog(server.logFile)
  await awaitPredecessor(server, hooks)
  let running = await startUntilReady(server, hooks)
  let endIsExpected = false
  watch()

  function watch(): void {
    const watched = running
    void watched.exited.then(async (code) => {
      if (endIsExpected || watched !== running) return
      hooks.onCrash(server.name, `${server.title} ended unexpectedly ${await crashReport(server, code)}`)
    })
  }

  async function stop(): Promise<void> {
    endIsExpected = true
    await running.stop()
    await rm(server.pidFile, { force: true })
  }

  return {
    name: server.name,
    logFile: server.logFile,
    get pid() {
      return running.pid
    },
    stop,
    kill: async (signal) => {
      const ends = signal !== 'SIGSTOP' && signal !== 'SIGCONT'
      endIsExpected ||= ends
      process.kill(running.pid, signal)
      if (ends) await running.exited
    },
    restart: async () => {
      await stop()
      running = await startUntilReady(server, hooks)
      endIsExpected = false
      watch()
    },
  }
}

async function startUntilReady(server: LocalServer, hooks: LocalPartHooks): Promise<KeptProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const kept = await startKept({ ...server.process(), logFile: server.logFile })
    await writeFile(server.pidFile, processIdentity(kept.pid))
    const failure = await awaitReady(server, { kept, onProgress: hooks.onProgress })
    if (failure === undefined) return kept
    await kept.stop()
    await rm(server.pidFile, { force: true })
    if (attempt >= START_ATTEMPTS || !(await server.mend())) throw new InfrastructureError('LR_INFRA_START', failure)
  }
}

/** Undefined when it answers; otherwise what went wrong. */
async function awaitReady(
  server: LocalServer,
  { kept, onProgress }: { kept: KeptProcess; onProgress: (line: string) => void },
): Promise<string | undefined> {
  const startedAt = performance.now()
  let exitCode: number | undefined
  void kept.exited.then((code) => {
    exitCode = code
  })
  let nextProgressMs = PROGRESS_EVERY_MS
  for (;;) {
    const probed = await server.probe().then(
      () => undefined,
      (error: unknown) => messageOf(error),
    )
    // Checked after the probe: somebody else's server on the same port must not pass for ours.
    if (exitCode !== undefined) return `${server.title} did not start; it ended ${await crashReport(server, exitCode)}`
    if (probed === undefined) return undefined
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs > START_TIMEOUT_MS) {
      return `${server.title} did not answer within ${START_TIMEOUT_MS / 1000} s (${probed}). Its log: ${server.logFile}`
    }
    if (elapsedMs > nextProgressMs) {
      onProgress(`${server.title}: starting, ${Math.round(elapsedMs / 1000)} s`)
      nextProgressMs += PROGRESS_EVERY_MS
    }
    await sleep(PROBE_EVERY_MS)
  }
}

/** A killed parent's servers stop by themselves, which takes a moment; two on one data folder would fight. */
async function awaitPredecessor(server: LocalServer, hooks: LocalPartHooks): Promise<void> {
  const identity = await readFile(server.pidFile, 'utf8').catch(() => undefined)
  if (identity === undefined || (await waitUntilGone(identity, 1_000))) return
  hooks.onProgress(`${server.title}: waiting for the process of the previous run to stop`)
  const graceMs = server.process().stopGraceMs + 5_000
  if (await waitUntilGone(identity, graceMs)) return
  throw new InfrastructureError(
    'LR_INFRA_START',
    `${server.title} of a previous run still uses this data folder: process ${identity.split(' ')[0]}. Stop it, then start again.`,
  )
}

async function rotateLog(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (found) => found.size,
    () => 0,
  )
  if (size > LOG_KEPT_BYTES) await rename(logFile, `${logFile}.1`)
}

async function crashReport(server: LocalServer, code: number): Promise<string> {
  const how = code > 128 ? `by signal ${code - 128}` : `with exit code ${code}`
  const lines = await lastLines(server.logFile)
  return [`${how}. The last lines of ${server.logFile}:`, ...lines.map((line) => `  ${line}`)].join('\n')
}

/** The end of a log, as a crash report shows it. */
export async function lastLines(file: string): Promise<readonly string[]> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, REPORT_BYTES)
    const { buffer } = await handle.read({ buffer: Buffer.alloc(length), position: size - length })
    return buffer.toString().trimEnd().split('\n').slice(-REPORT_LINES)
  } finally {
    await handle.close()
  }
}
