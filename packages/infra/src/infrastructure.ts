// Finds or starts Kafka, the schema registry and Postgres, each on its own: external, else a container, else a local process.
// What is started stops with the process that asked for it, however that one ends.

import { claimDataFolder } from './data-folder.ts'
import { messageOf } from './infrastructure-error.ts'
import { type LocalServerOptions, startLocalKafka } from './local-kafka.ts'
import type { LocalPart, PartName } from './local-part.ts'
import { startLocalPostgres } from './local-postgres.ts'
import { registryUrl, startLocalRegistry } from './local-registry.ts'
import { openPortBook } from './ports.ts'

export type { LocalPart, PartName } from './local-part.ts'

export type Provider = 'external' | 'containers' | 'local'

export interface InfrastructureAddresses {
  readonly kafkaBrokers: readonly string[]
  /** Base of the Confluent-compatible API. */
  readonly schemaRegistryUrl: string
  readonly databaseUrl: string
}

export interface Infrastructure {
  readonly addresses: InfrastructureAddresses
  /** KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL: to be merged into the environment of services. */
  readonly env: Readonly<Record<string, string>>
  readonly providers: Readonly<Record<PartName, Provider>>
  /** The folder in use: another one than asked for when that was taken. */
  readonly dataFolder: string
  readonly logFiles: readonly string[]
  /** The local processes among the three, for fault tests. */
  readonly parts: Readonly<Partial<Record<PartName, LocalPart>>>
  /** Stops what was started, in any state. Idempotent. */
  stop(): Promise<void>
}

export interface InfrastructureOptions {
  readonly dataFolder: string
  readonly onProgress: (line: string) => void
  /** Default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv
  /** Default: containers when an engine answers. `local` does not look for one. */
  readonly prefer?: 'containers' | 'local'
  /** A part ended by itself. Default: told by onProgress. */
  readonly onCrash?: (part: PartName, detail: string) => void
  /** The data need not survive the machine: quicker to make, nothing is forced to disk. */
  readonly memory?: boolean
}

interface Started {
  readonly address: string
  readonly part: LocalPart
}

export async function startInfrastructure(options: InfrastructureOptions): Promise<Infrastructure> {
  const { onProgress, env = process.env, memory = false } = options
  const folder = await claimDataFolder(options)
  const local: LocalServerOptions = {
    dataFolder: folder.path,
    ports: await openPortBook(folder.path),
    env,
    memory,
    onProgress,
    onCrash: options.onCrash ?? ((_part, detail) => onProgress(detail)),
  }
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(stops.map((stopPart) => stopPart()))
    await folder.release()
  }
  const timed = async (title: string, start: Promise<Started>): Promise<Started> => {
    const startedAt = performance.now()
    const started = await start
    stops.push(started.part.stop)
    onProgress(`${title}: ready at ${withoutPassword(started.address)} after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
    return started
  }
  const results = await Promise.allSettled([
    timed('Kafka', startKafka(local)),
    timed('schema registry', startRegistry(local)),
    timed('Postgres', startPostgres(local)),
  ])
  const [kafka, registry, postgres] = results
  if (kafka.status === 'rejected' || registry.status === 'rejected' || postgres.status === 'rejected') {
    await stop()
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
    throw new AggregateError(reasons, reasons.map(messageOf).join('\n'))
  }
  const addresses = { kafkaBrokers: [kafka.value.address], schemaRegistryUrl: registry.value.address, databaseUrl: postgres.value.address }
  return {
    addresses,
    env: {
      KAFKA_BROKERS: addresses.kafkaBrokers.join(','),
      SCHEMA_REGISTRY_URL: addresses.schemaRegistryUrl,
      DATABASE_URL: addresses.databaseUrl,
    },
    providers: { kafka: 'local', registry: 'local', postgres: 'local' },
    dataFolder: folder.path,
    logFiles: [kafka, registry, postgres].map((result) => result.value.part.logFile),
    parts: { kafka: kafka.value.part, registry: registry.value.part, postgres: postgres.value.part },
    stop,
  }
}

async function startKafka(options: LocalServerOptions): Promise<Started> {
  const part = await startLocalKafka(options)
  return { part, address: `127.0.0.1:${options.ports.port('kafka')}` }
}

async function startRegistry(options: LocalServerOptions): Promise<Started> {
  const part = await startLocalRegistry(options)
  return { part, address: registryUrl(options.ports.port('registry')) }
}

async function startPostgres(options: LocalServerOptions): Promise<Started> {
  const { part, databaseUrl } = await startLocalPostgres(options)
  return { part, address: databaseUrl() }
}

function withoutPassword(address: string): string {
  return address.replace(/:[^:@/]*@/, '@')
}
