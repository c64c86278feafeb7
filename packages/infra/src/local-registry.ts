// Apicurio Registry as a local process, with the Confluent-compatible API.

import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { ensureArtifact } from './artifacts.ts';
import { requireJava } from './find-program.ts';
import { InfrastructureError } from './infrastructure-error.ts';
import { type LocalServer, startLocalPart } from './local-part.ts';
import { openLog } from './log-files.ts';
import { probeRegistry } from './probes.ts';
import { REGISTRY_API_PATH, registryStorage } from './registry-settings.ts';
import type { RunningPart, StartOptions } from './running-part.ts';

const PROBE_TIMEOUT_MS = 2_000;

export async function startLocalRegistry(options: StartOptions): Promise<RunningPart> {
  const { dataFolder, ports, env } = options;
  const java = requireJava(env);
  const installation = await ensureArtifact('registry', options);
  const jar = (await readdir(installation)).find((file) => file.endsWith('-runner.jar'));
  if (jar === undefined)
    throw new InfrastructureError('LR_INFRA_DOWNLOAD', `no runner jar in ${installation}: remove that folder, then start again`);
  const folder = path.join(dataFolder, 'registry');
  const logFile = await openLog(dataFolder, 'registry');
  const temporary = path.join(folder, 'tmp');
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });

  const server: LocalServer = {
    name: 'registry',
    logFile,
    pidFile: path.join(dataFolder, 'registry.pid'),
    process: () => ({
      command: java,
      args: [
        '-Xmx256m',
        '-XX:+UseSerialGC',
        '-XX:+PerfDisableSharedMem',
        // Its temporary files: those of different users would meet in /tmp.
        `-Djava.io.tmpdir=${temporary}`,
        // It serves a few requests a run: the second compiler would cost more than it gains.
        '-XX:TieredStopAtLevel=1',
        '-Dquarkus.http.host=127.0.0.1',
        `-Dquarkus.http.port=${ports.port('registry')}`,
        '-Dquarkus.http.access-log.enabled=false',
        '-jar',
        path.join(installation, jar),
      ],
      cwd: folder,
      env: { ...env, ...registryStorage(path.join(folder, 'registry')) },
      stopSignal: 'TERM',
      stopGraceMs: 5_000,
    }),
    probe: () => probeRegistry({ url: registryUrl(ports.port('registry')), timeoutMs: PROBE_TIMEOUT_MS }),
    mend: () => ports.replaceTaken(['registry']),
  };
  const local = await startLocalPart(server, options);
  return { provider: 'local', address: registryUrl(ports.port('registry')), logFile, local, stop: local.stop };
}

function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}${REGISTRY_API_PATH}`;
}
