/**
 * A real Prometheus on the shipped configuration and rules, made impatient: it scrapes and evaluates every second, and an alert waits
 * two seconds where the shipped rule waits minutes. Expressions, labels and texts are the shipped ones.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPortFree } from '@lead-router/infra/ports.ts';
import { parse, stringify } from 'yaml';
import { OBSERVE, ruleFiles } from './observe-files.ts';

export interface LocalPrometheus {
  readonly url: string;
  /** The answer's `data`; rejects with what Prometheus says is wrong. */
  ask<Data>(path: string, query?: Readonly<Record<string, string>>): Promise<Data>;
  stop(): Promise<void>;
}

export interface LocalPrometheusOptions {
  /** The program. */
  readonly prometheus: string;
  readonly folder: string;
  /** In the form of file_sd. */
  readonly targetsFile: string;
}

const READY_MS = 30_000;
const POLL_MS = 100;
const EVERY = '1s';
const PATIENCE = '2s';

export async function startLocalPrometheus(options: LocalPrometheusOptions): Promise<LocalPrometheus> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = await writeImpatientConfig(options);
  const child = spawn(
    options.prometheus,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(options.folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = `${log}${chunk.toString('utf8')}`.slice(-4_000);
  });
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const isReady = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) break;
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`Prometheus does not start:\n${log}`);
    }
    await sleep(POLL_MS);
  }
  return { url, stop, ask: (path, query = {}) => ask(`${url}/api/v1/${path}?${new URLSearchParams(query)}`) };
}

async function ask<Data>(url: string): Promise<Data> {
  const response = await fetch(url);
  const answer: { readonly data?: Data } = JSON.parse(await response.text());
  if (answer.data !== undefined && response.ok) return answer.data;
  throw new Error(`Prometheus answered ${response.status}: ${JSON.stringify(answer)}`);
}

interface ShippedConfig {
  readonly scrape_configs: readonly Readonly<Record<string, unknown>>[];
}

async function writeImpatientConfig({ folder, targetsFile }: LocalPrometheusOptions): Promise<string> {
  await mkdir(join(folder, 'rules'), { recursive: true });
  for (const { file, groups } of ruleFiles()) {
    const hurried = groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => (rule.for === undefined ? rule : { ...rule, for: PATIENCE })),
    }));
    await writeFile(join(folder, 'rules', file), stringify({ groups: hurried }));
  }
  const shipped: ShippedConfig = parse(await readFile(join(OBSERVE, 'prometheus.yml'), 'utf8'));
  const config = {
    ...shipped,
    global: { scrape_interval: EVERY, scrape_timeout: EVERY, evaluation_interval: EVERY },
    scrape_configs: shipped.scrape_configs.map((job) => ({
      ...job,
      file_sd_configs: [{ files: [targetsFile], refresh_interval: EVERY }],
    })),
  };
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, stringify(config));
  return file;
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(32_000, 32_700);
    if (await isPortFree(port)) return port;
  }
}
