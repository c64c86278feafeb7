// PostgreSQL 18 as a local process, durable, on the loopback interface only, with a password of its own per data folder.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, openSync, closeSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InfrastructureError } from './infrastructure-error.ts'
import type { LocalServerOptions } from './local-kafka.ts'
import { lastLines, type LocalPart, type LocalServer, startLocalPart } from './local-part.ts'
import { type PostgresAccount, postgresAccount } from './postgres-account.ts'
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { probePostgres } from './probes.ts'

export const DATABASE = 'lead_router'
const USER = 'lead_router'
const PROBE_TIMEOUT_MS = 2_000
/** After a kill, how long its sessions may take to notice and let go of the shared memory. */
const ORPHAN_SESSION_WAIT_MS = 500

export interface LocalPostgres {
  readonly part: LocalPart
  readonly databaseUrl: () => string
}

export async function startLocalPostgres(options: LocalServerOptions): Promise<LocalPostgres> {
  const { dataFolder, ports, env } = options
  const folder = path.join(dataFolder, 'postgres')
  const cluster = path.join(folder, 'cluster')
  const logFile = path.join(dataFolder, 'logs', 'postgres.log')
  await mkdir(folder, { recursive: true })
  await mkdir(path.dirname(logFile), { recursive: true })
  const binaries = await findPostgresBinaries()
  const account = await postgresAccount({ cluster, paths: [folder, binaries.folder], env })
  const password = await ensurePassword(path.join(folder, 'password'))
  if (!existsSync(cluster)) await createCluster({ ...options, account, binaries, cluster, logFile, password })

  const server: LocalServer = {
    name: 'postgres',
    title: 'Postgres',
    logFile,
    pidFile: path.join(dataFolder, 'postgres.pid'),
    process: () => ({
      ...account.wrap(binaries.postgres, ['-D', cluster, '-p', String(ports.port('postgres')), ...settings(options)]),
      cwd: '/',
      env,
      // A fast shutdown: ends the sessions, writes a checkpoint.
      stopSignal: 'INT',
      stopGraceMs: 10_000,
    }),
    probe: () => probePostgres({ host: '127.0.0.1', port: ports.port('postgres'), timeoutMs: PROBE_TIMEOUT_MS }),
    mend: async () => {
      if (await ports.replaceTaken(['postgres'])) return true
      if (!(await lastLines(logFile)).some((line) => line.includes('shared memory block'))) return false
      await sleep(ORPHAN_SESSION_WAIT_MS)
      return true
    },
  }
  const part = await startLocalPart(server, options)
  return { part, databaseUrl: () => `postgres://${USER}:${password}@127.0.0.1:${ports.port('postgres')}/${DATABASE}` }
}

function settings({ memory }: { memory: boolean }): readonly string[] {
  const values = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '256MB',
    max_wal_size: '2GB',
    checkpoint_timeout: '10min',
    log_line_prefix: '%m [%p] ',
    // Losing nothing that was acknowledged is what this database is for.
    fsync: memory ? 'off' : 'on',
    synchronous_commit: memory ? 'off' : 'on',
    full_page_writes: memory ? 'off' : 'on',
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

async function ensurePassword(file: string): Promise<string> {
  const existing = await readFile(file, 'utf8').catch(() => undefined)
  if (existing !== undefined) return existing.trim()
  const password = randomBytes(18).toString('base64url')
  await writeFile(file, `${password}\n`, { mode: 0o600 })
  return password
}

interface NewCluster extends LocalServerOptions {
  readonly account: PostgresAccount
  readonly binaries: PostgresBinaries
  readonly cluster: string
  readonly logFile: string
  readonly password: string
}

/** Made beside its place and moved there when whole, so that a kill in between leaves nothing half made. */
async function createCluster(o: NewCluster): Promise<void> {
  const unfinished = `${o.cluster}.unfinished`
  const passwordFile = `${o.cluster}.password`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { mode: 0o700 })
  await writeFile(passwordFile, `${o.password}\n`, { mode: 0o600 })
  try {
    await o.account.own(unfinished)
    await o.account.own(passwordFile)
    await runTool(o, {
      command: o.binaries.initdb,
      args: [
        `--pgdata=${unfinished}`,
        `--username=${USER}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        // Built in, so that sorting does not depend on the locales of the machine.
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        ...(o.memory ? ['--no-sync'] : []),
      ],
      input: '',
    })
    await runTool(o, {
      command: o.binaries.postgres,
      args: ['--single', '-D', unfinished, 'postgres'],
      input: `CREATE DATABASE ${DATABASE}\n`,
    })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(unfinished, o.cluster)
}

/** Runs a short program of Postgres to its end, its output in the log. */
async function runTool(o: NewCluster, tool: { command: string; args: readonly string[]; input: string }): Promise<void> {
  const { command, args } = o.account.wrap(tool.command, tool.args)
  const log = openSync(o.logFile, 'a')
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', log, log], cwd: '/', env: { ...o.env, LC_ALL: 'C' } })
    child.once('error', reject)
    child.once('exit', resolve)
    child.stdin?.end(tool.input)
  }).finally(() => closeSync(log))
  if (code !== 0) {
    throw new InfrastructureError('LR_INFRA_START', `${path.basename(tool.command)} failed while making a Postgres cluster, see ${o.logFile}`)
  }
}
