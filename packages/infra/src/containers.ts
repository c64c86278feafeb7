// Runs parts as containers, through testcontainers. What it decides: whether an engine answers, and whether the image can
// be had in time. Whatever happens to us, the container guard stops and removes the containers; their data is in volumes.

import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ContainerRuntimeClient } from 'testcontainers';
import { awaitReady } from './await-ready.ts';
import { type ContainerSpec, containerSpec } from './container-specs.ts';
import { InfrastructureError, messageOf } from './infrastructure-error.ts';
import { type KeptProcess, startKept } from './kept-process.ts';
import { crashReport, lastLines, openLog } from './log-files.ts';
import { PART_TITLES, type PartName } from './part-name.ts';
import type { RunningPart, StartOptions } from './running-part.ts';

/** On containers: the run that started them. */
export const RUN_LABEL = 'lead-router.run';
/** On containers and volumes: the data folder they belong to. */
export const DATA_LABEL = 'lead-router.data';
export const GUARD_READY = 'container guard is ready';

const ENGINE_PATIENCE_MS = 3_000;
const PULL_PATIENCE_MS = 20_000;
const START_TIMEOUT_MS = 120_000;
const GUARD_STOP_MS = 40_000;

export interface ContainerEngine {
  /** Undefined when the image cannot be had: the part has to be run in another way. */
  start(part: PartName, options: StartOptions): Promise<RunningPart | undefined>;
  /** Stops and removes what was started. Idempotent. */
  stop(): Promise<void>;
  /** Removes the volumes of every data folder below this one; how many they were. */
  removeData(folder: string): Promise<number>;
}

/** Undefined when no engine answers. */
export async function findContainerEngine(): Promise<ContainerEngine | undefined> {
  const testcontainers = await import('testcontainers');
  const search = testcontainers.getContainerRuntimeClient().catch(() => undefined);
  const client = await Promise.race([search, sleep(ENGINE_PATIENCE_MS, undefined, { ref: false })]);
  if (client === undefined) return undefined;
  let guard: Promise<Guard> | undefined;
  return {
    stop: async () => {
      await (await guard)?.process.stop();
    },
    removeData: async (folder) => {
      const { dockerode } = client.container;
      const { Volumes } = await dockerode.listVolumes({ filters: JSON.stringify({ label: [DATA_LABEL] }) });
      const below = Volumes.filter(({ Labels }) => Labels[DATA_LABEL]?.startsWith(folder + path.sep) === true);
      await Promise.all(below.map(({ Name }) => dockerode.getVolume(Name).remove()));
      return below.length;
    },
    start: async (part, options) => {
      const spec = await containerSpec(part, { ...options, host: client.info.containerRuntime.host });
      if (!(await hasImage(client, { part, image: spec.image, onProgress: options.onProgress }))) return undefined;
      guard ??= startGuard(options.dataFolder);
      return startContainer({ part, spec, client, guard: await guard, options });
    },
  };
}

async function hasImage(
  client: ContainerRuntimeClient,
  { part, image, onProgress }: { part: PartName; image: string; onProgress: (line: string) => void },
): Promise<boolean> {
  const { ImageName } = await import('testcontainers');
  if (await client.image.exists(ImageName.fromString(image))) return true;
  onProgress(`${PART_TITLES[part]}: pulling ${image}`);
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(new Error(`not pulled within ${PULL_PATIENCE_MS / 1000} s`)), PULL_PATIENCE_MS);
  try {
    await pull(client, { image, signal: giveUp.signal });
    return true;
  } catch (error) {
    onProgress(`${PART_TITLES[part]}: ${image} cannot be had (${messageOf(error)}), so no container`);
    return false;
  } finally {
    clearTimeout(timer);
  }
}

async function pull(client: ContainerRuntimeClient, { image, signal }: { image: string; signal: AbortSignal }): Promise<void> {
  const { dockerode } = client.container;
  const stream = await dockerode.pull(image, { abortSignal: signal });
  await new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    dockerode.modem.followProgress(stream, (error) => (error === null ? resolve() : reject(error)));
  });
}

interface Guard {
  readonly runId: string;
  readonly process: KeptProcess;
}

/** Before the first container exists, so that none can be missed. */
async function startGuard(dataFolder: string): Promise<Guard> {
  const runId = randomUUID();
  const logFile = path.join(dataFolder, 'logs', 'container-guard.log');
  const script = fileURLToPath(new URL('container-guard.ts', import.meta.url));
  await mkdir(path.dirname(logFile), { recursive: true });
  const kept = await startKept({
    command: process.execPath,
    args: [script, runId],
    logFile,
    stopSignal: 'TERM',
    stopGraceMs: GUARD_STOP_MS,
  });
  let exitCode: number | undefined;
  void kept.exited.then((code) => {
    exitCode = code;
  });
  while (!(await lastLines(logFile)).some((line) => line === `${GUARD_READY} ${runId}`)) {
    if (exitCode !== undefined) throw new InfrastructureError('LR_INFRA_START', `the container guard ended, see ${logFile}`);
    await sleep(20);
  }
  return { runId, process: kept };
}

interface Starting {
  readonly part: PartName;
  readonly spec: ContainerSpec;
  readonly client: ContainerRuntimeClient;
  readonly guard: Guard;
  readonly options: StartOptions;
}

async function startContainer({ part, spec, client, guard, options }: Starting): Promise<RunningPart> {
  const { createContainer } = await import('./loopback-container.ts');
  const logFile = await openLog(options.dataFolder, part);
  const title = PART_TITLES[part];
  if (spec.volume !== undefined) {
    await client.container.dockerode.createVolume({ Name: spec.volume.name, Labels: { [DATA_LABEL]: options.dataFolder } });
  }
  const container = createContainer(spec)
    .withLabels({ [RUN_LABEL]: guard.runId, [DATA_LABEL]: options.dataFolder })
    .withLogConsumer((stream) => {
      stream.pipe(createWriteStream(logFile, { flags: 'a' }));
    });
  const started = await container.start().catch((cause: unknown) => {
    throw new InfrastructureError('LR_INFRA_START', `${title} could not be started as a container of ${spec.image}: ${messageOf(cause)}`, {
      cause,
    });
  });

  let exitCode: number | undefined;
  let stopping = false;
  const watched = client.container
    .getById(started.getId())
    .wait()
    .then(
      (result: { StatusCode: number }) => {
        exitCode = result.StatusCode;
      },
      () => {
        exitCode = 0;
      },
    );
  const readiness = await awaitReady({
    title,
    probe: spec.probe,
    timeoutMs: START_TIMEOUT_MS,
    onProgress: options.onProgress,
    hasEnded: () => exitCode !== undefined,
  });
  if (readiness.kind === 'ended') {
    throw new InfrastructureError(
      'LR_INFRA_START',
      `${title} did not start; its container ended ${await crashReport(logFile, exitCode ?? 0)}`,
    );
  }
  if (readiness.kind === 'timed out') {
    throw new InfrastructureError(
      'LR_INFRA_START',
      `${title} did not answer within ${START_TIMEOUT_MS / 1000} s (${readiness.reason}). Its log: ${logFile}`,
    );
  }
  void watched.then(async () => {
    if (!stopping) options.onCrash(part, `${title}: its container ended unexpectedly ${await crashReport(logFile, exitCode ?? 0)}`);
  });
  return {
    provider: 'containers',
    address: spec.address,
    logFile,
    // The guard does it, for all of them.
    stop: async () => {
      stopping = true;
    },
  };
}
