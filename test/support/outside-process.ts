/** The outside world of the notifier: mail server and webhook receiver in a process of their own, killed and started again at will. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SunkMail } from '@lead-router/cli/sinks/mail-sink.ts';
import type { SunkWebhook } from '@lead-router/cli/sinks/webhook-sink.ts';

export interface OutsideProcess {
  readonly smtpUrl: string;
  readonly webhookUrl: string;
  /** All that was ever taken, over all lives of the process. */
  mails(): Promise<readonly SunkMail[]>;
  webhooks(): Promise<readonly SunkWebhook[]>;
  /** What came while webhooks were answered by an error. */
  refusedWebhooks(): Promise<readonly SunkWebhook[]>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Again, on the same ports. Webhooks are taken, unless a status to answer them all by is given. */
  restart(options?: { readonly webhookStatus?: number }): Promise<void>;
  close(): Promise<void>;
}

const main = fileURLToPath(new URL('./outside-main.ts', import.meta.url));

interface Addresses {
  readonly smtpUrl: string;
  readonly webhookUrl: string;
}

export async function startOutsideProcess(): Promise<OutsideProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'lead-router-outside-'));
  const file = join(folder, 'taken.ndjson');
  let { child, addresses } = await start(file, ['0', '0']);
  const ports = [addresses.smtpUrl, addresses.webhookUrl].map((url) => new URL(url).port);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const taken = async <T>(kind: string): Promise<readonly T[]> => {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');
    return lines.map((line): T & { kind: string } => JSON.parse(line)).filter((one) => one.kind === kind);
  };
  return {
    ...addresses,
    mails: () => taken<SunkMail>('mail'),
    webhooks: () => taken<SunkWebhook>('webhook'),
    refusedWebhooks: () => taken<SunkWebhook>('refused-webhook'),
    kill,
    restart: async ({ webhookStatus } = {}) => {
      await kill();
      ({ child, addresses } = await start(file, webhookStatus === undefined ? ports : [...ports, String(webhookStatus)]));
    },
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function start(file: string, settings: readonly string[]): Promise<{ child: ChildProcess; addresses: Addresses }> {
  const child = fork(main, [file, ...settings]);
  const addresses = await new Promise<Addresses>((resolve, reject) => {
    child.once('message', (message: Addresses) => resolve(message));
    child.once('exit', (code) => reject(new Error(`mail server and webhook receiver ended with ${code}`)));
  });
  return { child, addresses };
}
