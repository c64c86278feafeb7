// PostgreSQL 18 as a local process, durable, on the loopback interface only, with a password of its own per data folder.

import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfrastructureError } from './infrastructure-error.ts';
import { startKept } from './kept-process.ts';
import { type LocalServer, startLocalPart } from './local-part.ts';
import { lastLines, openLog } from './log-files.ts';
import { type PostgresAccount, postgresAccount } from './postgres-account.ts';
import { findPostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts';
import { DATABASE, DATABASE_USER, ensurePassword, postgresSettings } from './postgres-settings.ts';
import { probePostgres } from './probes.ts';
import type { RunningPart, StartOptions } from './running-part.ts';

const PROBE_TIMEOUT_MS = 2_000;
/** After a kill, how long its sessions may take to notice and let go of the shared memory. */
const ORPHAN_SESSION_WAIT_MS = 500;

export async function startLocalPostgres(options: StartOptions): Promise<RunningPart> {
  const { dataFolder, ports, env } = options;
  const folder = path.join(dataFolder, 'postgres');
  const cluster = path.join(folder, 'cluster');
  const logFile = await openLog(dataFolder, 'postgres');
  await mkdir(folder, { recursive: true });
  const binaries = await findPostgresBinaries();
  const account = await postgresAccount({ cluster, paths: [folder, binaries.folder], env });
  const password = await ensurePassword(path.join(folder, 'password'));
  if (!existsSync(cluster)) await createCluster({ ...options, account, binaries, cluster, logFile, password });

  const server: LocalServer = {
    name: 'postgres',
    logFile,
    pidFile: path.join(dataFolder, 'postgres.pid'),
    process: () => ({
      ...account.wrap(binaries.postgres, [
        '-D',
        cluster,
        '-p',
        String(ports.port('postgres')),
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        'unix_socket_directories=',
        ...postgresSettings(options),
      ]),
      cwd: '/',
      env,
      // A fast shutdown: ends the sessions, writes a checkpoint.
      stopSignal: 'INT',
      stopGraceMs: 10_000,
    }),
    probe: () => probePostgres({ host: '127.0.0.1', port: ports.port('postgres'), timeoutMs: PROBE_TIMEOUT_MS }),
    mend: async () => {
      if (await ports.replaceTaken(['postgres'])) return true;
      if (!(await lastLines(logFile)).some((line) => line.includes('shared memory block'))) return false;
      await sleep(ORPHAN_SESSION_WAIT_MS);
      return true;
    },
  };
  const local = await startLocalPart(server, options);
  const address = `postgres://${DATABASE_USER}:${password}@127.0.0.1:${ports.port('postgres')}/${DATABASE}`;
  return { provider: 'local', address, logFile, local, stop: local.stop };
}

interface NewCluster extends StartOptions {
  readonly account: PostgresAccount;
  readonly binaries: PostgresBinaries;
  readonly cluster: string;
  readonly logFile: string;
  readonly password: string;
}

/** Made beside its place and moved there when whole, so that a kill in between leaves nothing half made. */
async function createCluster(o: NewCluster): Promise<void> {
  const unfinished = `${o.cluster}.unfinished`;
  const passwordFile = `${o.cluster}.password`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, `${o.password}\n`, { mode: 0o600 });
  try {
    await o.account.own(unfinished);
    await o.account.own(passwordFile);
    await initialise(o, { unfinished, passwordFile });
    await createDatabase(o, unfinished);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(unfinished, o.cluster);
}

async function initialise(o: NewCluster, { unfinished, passwordFile }: { unfinished: string; passwordFile: string }): Promise<void> {
  const args = [
    `--pgdata=${unfinished}`,
    `--username=${DATABASE_USER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Built in, so that sorting does not depend on the locales of the machine.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(o.memory ? ['--no-sync'] : []),
  ];
  const initdb = await startKept({
    ...o.account.wrap(o.binaries.initdb, args),
    cwd: '/',
    env: { ...o.env, LC_ALL: 'C' },
    logFile: o.logFile,
    stopSignal: 'TERM',
    stopGraceMs: 2_000,
  });
  requireSuccess('initdb', { code: await initdb.exited, logFile: o.logFile });
}

/** In single-user mode, which takes its commands from standard input and needs neither port nor password. */
async function createDatabase(o: NewCluster, unfinished: string): Promise<void> {
  const { command, args } = o.account.wrap(o.binaries.postgres, ['--single', '-D', unfinished, 'postgres']);
  const log = openSync(o.logFile, 'a');
  const code = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', log, log], cwd: '/', env: { ...o.env, LC_ALL: 'C' } });
    child.once('error', reject);
    child.once('exit', resolve);
    child.stdin?.end(`CREATE DATABASE ${DATABASE}\n`);
  }).finally(() => closeSync(log));
  requireSuccess('making the database', { code, logFile: o.logFile });
}

function requireSuccess(what: string, { code, logFile }: { code: number | null; logFile: string }): void {
  if (code !== 0) throw new InfrastructureError('LR_INFRA_START', `${what} failed while making a Postgres cluster, see ${logFile}`);
}
