// Apache Kafka as a local process: one node, broker and controller in one (KRaft), bound to the loopback interface.

import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ensureArtifact } from './artifacts.ts'
import { requireJava } from './find-program.ts'
import { InfrastructureError } from './infrastructure-error.ts'
import { startKept } from './kept-process.ts'
import { type LocalPart, type LocalPartHooks, type LocalServer, startLocalPart } from './local-part.ts'
import type { PortBook } from './ports.ts'
import { probeKafkaBroker } from './probes.ts'

export interface LocalServerOptions extends LocalPartHooks {
  readonly dataFolder: string
  readonly ports: PortBook
  readonly env: NodeJS.ProcessEnv
  /** The data need not survive: nothing is forced to disk. */
  readonly memory: boolean
}

const PROBE_TIMEOUT_MS = 2_000
// A fixed id: it only has to differ from that of a cluster whose data could end up in the same folder.
const CLUSTER_ID = 'bGVhZC1yb3V0ZXItMQ'

export async function startLocalKafka(options: LocalServerOptions): Promise<LocalPart> {
  const { dataFolder, ports, env } = options
  const java = requireJava(env)
  const classpath = path.join(await ensureArtifact('kafka', options), '*')
  const folder = path.join(dataFolder, 'kafka')
  const settingsFile = path.join(folder, 'server.properties')
  const loggingFile = path.join(folder, 'log4j2.properties')
  const logFolder = path.join(folder, 'log')
  const logFile = path.join(dataFolder, 'logs', 'kafka.log')
  const jvmFlags = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=4', `-Dlog4j2.configurationFile=${loggingFile}`]
  await mkdir(folder, { recursive: true })
  await mkdir(path.dirname(logFile), { recursive: true })
  await writeFile(loggingFile, LOGGING)

  const writeSettings = (): Promise<void> => writeFile(settingsFile, brokerSettings({ ports, logFolder }))
  await writeSettings()
  if (!existsSync(path.join(logFolder, 'bootstrap.checkpoint'))) await format()

  async function format(): Promise<void> {
    await rm(logFolder, { recursive: true, force: true })
    const args = ['-cp', classpath, ...jvmFlags, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', settingsFile]
    const code = await (await startKept({ command: java, args, env, logFile, stopSignal: 'TERM', stopGraceMs: 2_000 })).exited
    if (code !== 0) throw new InfrastructureError('LR_INFRA_START', `Kafka's data folder could not be formatted, see ${logFile}`)
  }

  const server: LocalServer = {
    name: 'kafka',
    title: 'Kafka',
    logFile,
    pidFile: path.join(dataFolder, 'kafka.pid'),
    process: () => ({
      command: java,
      args: ['-cp', classpath, '-Xms256m', '-Xmx512m', ...jvmFlags, 'kafka.Kafka', settingsFile],
      env,
      stopSignal: 'TERM',
      stopGraceMs: 10_000,
    }),
    probe: () => probeKafkaBroker({ host: '127.0.0.1', port: ports.port('kafka'), timeoutMs: PROBE_TIMEOUT_MS }),
    mend: async () => {
      if (!(await ports.replaceTaken(['kafka', 'kafkaController']))) return false
      await writeSettings()
      return true
    },
  }
  return startLocalPart(server, options)
}

function brokerSettings({ ports, logFolder }: { ports: PortBook; logFolder: string }): string {
  const broker = `127.0.0.1:${ports.port('kafka')}`
  const controller = `127.0.0.1:${ports.port('kafkaController')}`
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${controller}`,
    listeners: `BROKER://${broker},CONTROLLER://${controller}`,
    'advertised.listeners': `BROKER://${broker}`,
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logFolder,
    ...SETTINGS,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

const SETTINGS = {
  'auto.create.topics.enable': false,
  'num.partitions': 6,
  // There is one broker.
  'default.replication.factor': 1,
  'min.insync.replicas': 1,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  // Fifty each by default: a second more at every start, for clusters with thousands of groups.
  'offsets.topic.num.partitions': 6,
  'transaction.state.log.num.partitions': 6,
  'share.coordinator.state.topic.num.partitions': 1,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 6_000,
  // Ten years. After the default of a week without a run, a group's position would be forgotten although its work is stored.
  'offsets.retention.minutes': 5_256_000,
  // A killed broker may come back as soon as its former self is given up.
  'broker.session.timeout.ms': 3_000,
  'broker.heartbeat.interval.ms': 500,
  'num.network.threads': 2,
  'num.io.threads': 4,
  'log.cleaner.dedupe.buffer.size': 16_777_216,
}

const LOGGING = `status = warn
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`
