// Fetches the jars of Kafka and of the schema registry with Maven, once, into the shared cache.
// A finished download appears by one rename: two runs side by side never see half of one, the later simply finds it there.

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './find-program.ts';
import { InfrastructureError } from './infrastructure-error.ts';
import { startKept } from './kept-process.ts';
import { PART_TITLES } from './part-name.ts';
import { cacheFolder, repositoryFolder } from './repository.ts';

/** Postgres comes with npm. */
export const LOCAL_ARTIFACTS = ['kafka', 'registry'] as const;

type ArtifactName = (typeof LOCAL_ARTIFACTS)[number];

export interface FetchOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (line: string) => void;
}

const GOALS: Readonly<Record<ArtifactName, string>> = { kafka: 'dependency:copy-dependencies', registry: 'dependency:unpack' };
const PROGRESS_EVERY_MS = 2_000;
const ABANDONED_AFTER_MS = 3_600_000;

/** Folder with the jars, fetched if they are not there yet. */
export async function ensureArtifact(name: ArtifactName, options: FetchOptions): Promise<string> {
  const folder = await artifactFolder(name, options.env);
  if (!existsSync(folder)) await fetchArtifact(name, { ...options, folder });
  return folder;
}

export async function isArtifactCached(name: ArtifactName, env: NodeJS.ProcessEnv): Promise<boolean> {
  return existsSync(await artifactFolder(name, env));
}

/** The name holds a digest of the pom, so a changed pin is fetched anew. */
async function artifactFolder(name: ArtifactName, env: NodeJS.ProcessEnv): Promise<string> {
  const pom = await readFile(pomFile(name), 'utf8');
  const version = /<version>([^<]+)<\/version>/.exec(pom)?.[1] ?? 'unversioned';
  const digest = createHash('sha256').update(pom).digest('hex').slice(0, 8);
  return path.join(cacheFolder(env), `${name}-${version}-${digest}`);
}

function pomFile(name: ArtifactName): string {
  return path.join(repositoryFolder, 'deploy', 'local', name, 'pom.xml');
}

async function fetchArtifact(name: ArtifactName, options: FetchOptions & { folder: string }): Promise<void> {
  const maven = findProgram('mvn', options.env);
  if (maven === undefined) {
    throw new InfrastructureError(
      'LR_INFRA_PREREQUISITE',
      `Maven is needed once to fetch ${PART_TITLES[name]}, and there is no mvn on the PATH. Install it (Debian: apt-get install maven; macOS: brew install maven), or start a Docker engine.`,
    );
  }
  const cache = path.dirname(options.folder);
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const unfinished = await mkdtemp(path.join(cache, 'fetching-'));
  try {
    await runMaven(name, { ...options, maven, unfinished });
    // A temporary folder is made for its owner alone; a cache may be shared.
    await chmod(unfinished, 0o755);
    await rename(unfinished, options.folder).catch((error: unknown) => {
      if (!existsSync(options.folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function runMaven(name: ArtifactName, options: FetchOptions & { maven: string; unfinished: string }): Promise<void> {
  const logFile = path.join(path.dirname(options.unfinished), `fetch-${name}.log`);
  await rm(logFile, { force: true });
  const startedAt = performance.now();
  options.onProgress(`${PART_TITLES[name]}: fetching with Maven (once)`);
  const kept = await startKept({
    command: options.maven,
    args: ['-B', '-f', pomFile(name), GOALS[name], `-DoutputDirectory=${options.unfinished}`],
    env: options.env,
    logFile,
    stopSignal: 'TERM',
    stopGraceMs: 2_000,
  });
  const ended = kept.exited.then((code) => ({ code }));
  for (;;) {
    const result = await Promise.race([ended, sleep(PROGRESS_EVERY_MS, undefined)]);
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    const log = await readFile(logFile, 'utf8');
    if (result === undefined) {
      options.onProgress(`${PART_TITLES[name]}: ${log.split('Downloaded from').length - 1} files downloaded after ${seconds} s`);
      continue;
    }
    if (result.code === 0) return options.onProgress(`${PART_TITLES[name]}: fetched in ${seconds} s`);
    const errors = log.split('\n').filter((line) => line.includes('ERROR'));
    throw new InfrastructureError(
      'LR_INFRA_DOWNLOAD',
      `${PART_TITLES[name]} could not be fetched with Maven: ${errors[0] ?? `exit code ${result.code}`}\nCheck the network and Maven's settings. All of its output: ${logFile}`,
    );
  }
}

/** What a killed fetch left behind. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (!entry.startsWith('fetching-')) continue;
    const folder = path.join(cache, entry);
    const changedAt = await stat(folder).then(
      (found) => found.mtimeMs,
      () => Number.POSITIVE_INFINITY,
    );
    if (Date.now() - changedAt > ABANDONED_AFTER_MS) await rm(folder, { recursive: true, force: true });
  }
}
