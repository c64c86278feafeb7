/** What a local installation makes up once and keeps in its data folder: keys of vendors, of identity hashes, of links and webhooks. */
import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface LocalSecrets {
  readonly identityKey: string;
  /** Signs the links in mails. */
  readonly answerKey: string;
  /** Signs the webhooks of the sample's rules. */
  readonly webhookSecret: string;
  /** By vendor. */
  readonly apiKeys: Readonly<Record<string, string>>;
}

const FILE = 'secrets.json';
const KEY_BYTES = 32;

/** Makes what is missing; readable by the owner only. */
export async function localSecrets(dataFolder: string, vendors: readonly string[]): Promise<LocalSecrets> {
  const file = join(dataFolder, FILE);
  const known = parseSecrets(await readFile(file, 'utf8').catch(() => '{}'));
  const secrets: LocalSecrets = {
    identityKey: known.identityKey ?? newKey(),
    answerKey: known.answerKey ?? newKey(),
    webhookSecret: known.webhookSecret ?? `whsec_${randomBytes(KEY_BYTES).toString('base64')}`,
    apiKeys: Object.fromEntries(vendors.map((vendor) => [vendor, known.apiKeys?.[vendor] ?? newKey()])),
  };
  await writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secrets;
}

function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64url');
}

function parseSecrets(text: string): Partial<LocalSecrets> {
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === 'object' && parsed !== null ? parsed : {};
}
