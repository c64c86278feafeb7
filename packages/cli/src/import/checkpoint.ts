/**
 * How far an import has come, in a small file: written after Kafka has acknowledged, so that a killed import goes on behind what was
 * sent. What was sent and not yet written down is sent once more, as the same lead: its id follows from vendor and reference.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError, EXIT } from '../connect/cli-error.ts';

export interface Checkpoint {
  /** Of file, mapping, vendor and target together: another one is another import. */
  readonly fingerprint: string;
  /** Records of the file that were dealt with: sent, rejected, or found to be repeats. */
  readonly records: number;
  /** Leads that Kafka has. */
  readonly sent: number;
  readonly isDone: boolean;
  readonly updatedAt: string;
}

export interface FingerprintOf {
  readonly file: string;
  readonly mapping: string;
  readonly vendor: string;
  /** Which system: two of them are two imports. */
  readonly target: string;
}

/** SHA-256, hex. Reads the whole file once. */
export async function fingerprintOf({ file, mapping, vendor, target }: FingerprintOf): Promise<string> {
  const digest = createHash('sha256').update(JSON.stringify([mapping, vendor, target]));
  for await (const chunk of createReadStream(file)) digest.update(chunk);
  return digest.digest('hex');
}

/** null: there is none. Rejects with a CliError when the file is no checkpoint, or one of another import. */
export async function readCheckpoint(path: string, fingerprint: string): Promise<Checkpoint | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const checkpoint = parseCheckpoint(text);
  if (checkpoint?.fingerprint === fingerprint) return checkpoint;
  const what = checkpoint === null ? 'is no checkpoint' : 'is of another import: file, mapping, vendor or system have changed since';
  throw new CliError(
    'LR_CLI_REFUSED',
    `${path} ${what}. Begin anew with --restart: leads that were sent before are repeats, not new ones.`,
    {
      exitCode: EXIT.NEGATIVE,
    },
  );
}

/** As a whole or not at all. */
export async function writeCheckpoint(path: string, checkpoint: Omit<Checkpoint, 'updatedAt'>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const written: Checkpoint = { ...checkpoint, updatedAt: new Date().toISOString() };
  await writeFile(`${path}.new`, `${JSON.stringify(written, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

function parseCheckpoint(text: string): Checkpoint | null {
  try {
    const value: unknown = JSON.parse(text);
    return isCheckpoint(value) ? value : null;
  } catch {
    return null;
  }
}

function isCheckpoint(value: unknown): value is Checkpoint {
  return (
    typeof value === 'object' &&
    value !== null &&
    'fingerprint' in value &&
    typeof value.fingerprint === 'string' &&
    'records' in value &&
    Number.isSafeInteger(value.records) &&
    'sent' in value &&
    Number.isSafeInteger(value.sent) &&
    'isDone' in value &&
    typeof value.isDone === 'boolean'
  );
}
