/** A Python with what the Python examples need: a virtual environment made once, in the cache, by the ordinary pip. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export type PythonForExamples =
  | { readonly python: string; readonly whyNot: undefined }
  | { readonly python: undefined; readonly whyNot: string };

const run = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL('../../examples/crm-consumer-python/requirements.txt', import.meta.url));
const CACHE = fileURLToPath(new URL('../../.data/cache/', import.meta.url));
const INSTALL_LIMIT_MS = 180_000;
const OLDEST_MINOR = 10;

/** Never rejects: what is missing is the reason why the Python examples are not run. */
export async function pythonForExamples(): Promise<PythonForExamples> {
  const digest = createHash('sha256').update(await readFile(REQUIREMENTS));
  const folder = join(CACHE, `python-examples-${digest.digest('hex').slice(0, 12)}`);
  const python = join(folder, 'bin', 'python');
  if (await works(python)) return { python, whyNot: undefined };
  try {
    await makeEnvironment(folder);
    return { python, whyNot: undefined };
  } catch (error) {
    return { python: undefined, whyNot: reasonOf(error) };
  }
}

const works = (python: string): Promise<boolean> =>
  run(python, ['-c', 'import confluent_kafka, confluent_kafka.schema_registry.avro']).then(
    () => true,
    () => false,
  );

/** Made beside and moved into place, so that an interrupted one is never taken for whole. */
async function makeEnvironment(folder: string): Promise<void> {
  const { stdout } = await run('python3', ['-c', 'import sys; print(sys.version_info.minor)']).catch(() => {
    throw new Error('there is no python3');
  });
  if (Number(stdout) < OLDEST_MINOR) throw new Error(`python3 is older than 3.${OLDEST_MINOR}`);
  await mkdir(CACHE, { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  try {
    await run('python3', ['-m', 'venv', fresh]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS];
    await run(join(fresh, 'bin', 'python'), install, { timeout: INSTALL_LIMIT_MS });
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  return `confluent-kafka cannot be had: ${lines.at(-1) ?? 'no reason given'}`;
}
