/**
 * The main function of every service process: configuration, telemetry, start, and an end that leaves nothing behind.
 * Standard output carries one JSON object a line for the parent; logs go to standard error.
 */

import { createHealth, type Health } from '@lead-router/telemetry/health.ts';
import { createLogger, type Logger, type LogLevel } from '@lead-router/telemetry/logger.ts';
import { createMetrics, type Metrics } from '@lead-router/telemetry/metrics.ts';
import { type OperationsServer, startOperationsServer } from '@lead-router/telemetry/operations-server.ts';
import { type Clock, systemClock } from './clock.ts';
import { printTopology, type TopologyDescription } from './topology.ts';

export interface ProcessSettings {
  readonly logLevel: LogLevel;
  /** 0 takes a free port. */
  readonly metricsPort: number;
  readonly metricsHost: string;
}

export interface ServiceParts<Config> {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly clock: Clock;
  readonly random: () => number;
  /** Ends the process with code 1, after an attempt to stop in order. */
  readonly onFault: (error: unknown) => void;
  /** Aborts as soon as the process has to end, also while it is still starting. */
  readonly signal: AbortSignal;
}

export interface StartedService {
  readonly topology: TopologyDescription;
  /** Further addresses for the parent, for example `{ apiUrl: 'http://127.0.0.1:8080' }`. */
  readonly announce?: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export interface ServiceDefinition<Config extends { readonly process: ProcessSettings }> {
  readonly service: string;
  /** Reads the environment; throws an error with `exitCode` 78 that lists every fault. */
  readonly configure: (environment: NodeJS.ProcessEnv) => Config;
  readonly start: (parts: ServiceParts<Config>) => Promise<StartedService>;
  /** After so long in stopping the process just ends. */
  readonly stopDeadlineMs?: number;
}

const defaultStopDeadlineMs = 10_000;
const faultExitCode = 1;

/** Never returns to its caller in any useful way: the process ends by itself, with the exit code it deserves. */
export const runServiceProcess = async <Config extends { readonly process: ProcessSettings }>(
  definition: ServiceDefinition<Config>,
): Promise<void> => {
  const config = configureOrExit(definition);
  const logger = createLogger({ service: definition.service, level: config.process.logLevel });
  const metrics = createMetrics(definition.service, { ofProcess: true });
  const health = createHealth();
  metrics.follow(health);
  const ending = new Ending({ logger, health, deadlineMs: definition.stopDeadlineMs ?? defaultStopDeadlineMs });
  ending.listen();
  const onFault = (error: unknown): void => {
    metrics.faults.inc();
    logger.error({ error }, 'the process cannot go on; it ends to be restarted');
    health.fault(error instanceof Error ? error.message : String(error));
    ending.end(faultExitCode);
  };
  process.on('uncaughtException', onFault);
  process.on('unhandledRejection', onFault);
  try {
    const { metricsHost: host, metricsPort: port } = config.process;
    const operations = await startOperationsServer({ host, port, health, metrics });
    ending.operations = operations;
    announce({ event: 'listening', service: definition.service, metricsUrl: operations.url, pid: process.pid });
    const service = await definition.start({
      config,
      logger,
      metrics,
      health,
      clock: systemClock,
      random: Math.random,
      onFault,
      signal: ending.signal,
    });
    ending.service = service;
    process.stderr.write(printTopology(service.topology));
    health.started();
    announce({ event: 'started', service: definition.service, metricsUrl: operations.url, ...service.announce });
  } catch (error) {
    if (!ending.signal.aborted) onFault(error);
    ending.startFailed();
  }
};

/** One line of JSON on standard output. */
const announce = (event: Readonly<Record<string, string | number>>): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

const configureOrExit = <Config extends { readonly process: ProcessSettings }>(definition: ServiceDefinition<Config>): Config => {
  try {
    return definition.configure(process.env);
  } catch (error) {
    if (!(error instanceof Error) || !('exitCode' in error) || typeof error.exitCode !== 'number') throw error;
    process.stderr.write(`${definition.service}: ${error.message}\n`);
    process.exit(error.exitCode);
  }
};

/** The one way out: the first reason decides the exit code, the deadline ends what hangs. */
class Ending {
  operations: OperationsServer | null = null;
  readonly #logger: Logger;
  readonly #health: Health;
  readonly #deadlineMs: number;
  readonly #abort = new AbortController();
  #exitCode: number | null = null;
  #service: StartedService | null = null;
  #hasStarted = false;

  constructor(options: { readonly logger: Logger; readonly health: Health; readonly deadlineMs: number }) {
    this.#logger = options.logger;
    this.#health = options.health;
    this.#deadlineMs = options.deadlineMs;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  set service(service: StartedService) {
    this.#service = service;
    this.#hasStarted = true;
    if (this.#exitCode !== null) void this.#stopAndExit();
  }

  startFailed(): void {
    this.#hasStarted = true;
    if (this.#exitCode !== null) void this.#stopAndExit();
  }

  /** SIGTERM, SIGINT (a second one ends at once), and the death of the parent on an IPC channel. */
  listen(): void {
    const onSignal = (signal: NodeJS.Signals): void => {
      this.#logger.info({ signal }, 'stopping');
      this.end(0);
    };
    process.on('SIGTERM', onSignal);
    process.once('SIGINT', (signal) => {
      onSignal(signal);
      process.on('SIGINT', () => process.exit(faultExitCode));
    });
    if (process.channel !== undefined && process.channel !== null) {
      process.on('disconnect', () => this.end(0));
      // The channel is there to notice the parent's end, not to keep this process alive.
      process.channel.unref();
    }
  }

  end(exitCode: number): void {
    if (this.#exitCode !== null) return;
    this.#exitCode = exitCode;
    this.#health.stopping();
    this.#abort.abort();
    setTimeout(() => {
      this.#logger.error({ deadlineMs: this.#deadlineMs }, 'did not stop in time');
      process.exit(exitCode === 0 ? faultExitCode : exitCode);
    }, this.#deadlineMs);
    if (this.#hasStarted) void this.#stopAndExit();
  }

  async #stopAndExit(): Promise<void> {
    try {
      await this.#service?.stop();
      await this.operations?.close();
    } catch (error) {
      this.#logger.error({ error }, 'failed while stopping');
      process.exit(faultExitCode);
    }
    process.exit(this.#exitCode ?? faultExitCode);
  }
}
