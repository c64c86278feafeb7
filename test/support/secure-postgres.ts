/** A Postgres as companies run theirs: it takes encrypted connections only, and its certificate is of an authority of their own. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startKept } from '@lead-router/infra/kept-process.ts';
import { startLocalPart } from '@lead-router/infra/local-part.ts';
import { openLog } from '@lead-router/infra/log-files.ts';
import { findFreePort } from '@lead-router/infra/ports.ts';
import { postgresAccount } from '@lead-router/infra/postgres-account.ts';
import { findPostgresBinaries } from '@lead-router/infra/postgres-binaries.ts';
import { postgresSettings } from '@lead-router/infra/postgres-settings.ts';
import { probePostgres } from '@lead-router/infra/probes.ts';
import type { Certificates } from './certificates.ts';
import type { Login } from './secure-kafka.ts';

export interface SecurePostgres {
  readonly port: number;
  stop(): Promise<void>;
}

const HBA = 'hostssl all all 127.0.0.1/32 scram-sha-256\n';

export async function startSecurePostgres(
  dataFolder: string,
  { certificates, login }: { readonly certificates: Certificates; readonly login: Login },
): Promise<SecurePostgres> {
  const env = process.env;
  const binaries = await findPostgresBinaries();
  const logFile = await openLog(dataFolder, 'postgres');
  const cluster = join(dataFolder, 'cluster');
  const [passwordFile, hbaFile] = [join(dataFolder, 'postgres.password'), join(dataFolder, 'pg_hba.conf')];
  const account = await postgresAccount({ cluster, paths: [dataFolder, binaries.folder], env });
  await mkdir(cluster, { mode: 0o700 });
  await writeFile(passwordFile, `${login.password}\n`, { mode: 0o600 });
  await writeFile(hbaFile, HBA);
  for (const file of [cluster, passwordFile, hbaFile, certificates.server.key]) await account.own(file);
  const make = [`--pgdata=${cluster}`, `--username=${login.username}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-sync'];
  const initdb = await startKept({
    ...account.wrap(binaries.initdb, make),
    cwd: '/',
    env: { ...env, LC_ALL: 'C' },
    logFile,
    stopSignal: 'TERM',
    stopGraceMs: 2_000,
  });
  if ((await initdb.exited) !== 0) throw new Error(`initdb failed, see ${logFile}`);
  const port = await findFreePort(new Set());
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `hba_file=${hbaFile}`,
    'ssl=on',
    `ssl_cert_file=${certificates.server.certificate}`,
    `ssl_key_file=${certificates.server.key}`,
  ].flatMap((setting) => ['-c', setting]);
  const server = await startLocalPart(
    {
      name: 'postgres',
      logFile,
      pidFile: join(dataFolder, 'postgres.pid'),
      process: () => ({
        ...account.wrap(binaries.postgres, ['-D', cluster, '-p', String(port), ...settings, ...postgresSettings({ memory: true })]),
        cwd: '/',
        env,
        stopSignal: 'INT',
        stopGraceMs: 10_000,
      }),
      probe: () => probePostgres({ host: '127.0.0.1', port, timeoutMs: 2_000 }),
      mend: async () => false,
    },
    { onProgress: () => {}, onCrash: () => {} },
  );
  return { port, stop: server.stop };
}
