// Apicurio Registry as a local process, with the Confluent-compatible API. It keeps its schemas in an H2 file: of the
// storages that survive a restart the quickest to start (2.2 s; a Kafka topic takes 10.7 s), and it depends on nothing.

import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { ensureArtifact } from './artifacts.ts'
import { requireJava } from './find-program.ts'
import { InfrastructureError } from './infrastructure-error.ts'
import type { LocalServerOptions } from './local-kafka.ts'
import { type LocalPart, type LocalServer, startLocalPart } from './local-part.ts'
import { probeRegistry } from './probes.ts'

const API_PATH = '/apis/ccompat/v7'
const PROBE_TIMEOUT_MS = 2_000

export async function startLocalRegistry(options: LocalServerOptions): Promise<LocalPart> {
  const { dataFolder, ports, env } = options
  const java = requireJava(env)
  const installation = await ensureArtifact('registry', options)
  const jar = (await readdir(installation)).find((file) => file.endsWith('-runner.jar'))
  if (jar === undefined) throw new InfrastructureError('LR_INFRA_DOWNLOAD', `no runner jar in ${installation}: remove that folder, then start again`)
  const folder = path.join(dataFolder, 'registry')
  await mkdir(folder, { recursive: true })

  const server: LocalServer = {
    name: 'registry',
    title: 'schema registry',
    logFile: path.join(dataFolder, 'logs', 'registry.log'),
    pidFile: path.join(dataFolder, 'registry.pid'),
    process: () => ({
      command: java,
      args: [
        '-Xmx256m',
        '-XX:+UseSerialGC',
        // It serves a few requests a run: the second compiler would cost more than it gains.
        '-XX:TieredStopAtLevel=1',
        '-Dquarkus.http.host=127.0.0.1',
        `-Dquarkus.http.port=${ports.port('registry')}`,
        '-Dquarkus.http.access-log.enabled=false',
        '-jar',
        path.join(installation, jar),
      ],
      cwd: folder,
      env: {
        ...env,
        APICURIO_STORAGE_KIND: 'sql',
        APICURIO_STORAGE_SQL_KIND: 'h2',
        // Without the delay of a second that H2 has by default, in which a kill would lose a schema already acknowledged.
        APICURIO_DATASOURCE_URL: `jdbc:h2:file:${path.join(folder, 'registry')};WRITE_DELAY=0`,
      },
      stopSignal: 'TERM',
      stopGraceMs: 5_000,
    }),
    probe: () => probeRegistry({ url: registryUrl(ports.port('registry')), timeoutMs: PROBE_TIMEOUT_MS }),
    mend: () => ports.replaceTaken(['registry']),
  }
  return startLocalPart(server, options)
}

export function registryUrl(port: number): string {
  return `http://127.0.0.1:${port}${API_PATH}`
}
