/** `docker compose` with the project's own file, as a person runs it, in a project and on ports of the test's own. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const COMPOSE_FILE = fileURLToPath(new URL('../../deploy/compose/compose.yaml', import.meta.url));

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

export interface ComposeProject {
  /** Standard output; rejects with what it said unless the exit code is 0. */
  compose(...args: readonly string[]): Promise<string>;
  /** `lead-router` in a container of its own; the exit code too. */
  cli(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }>;
  /** Containers, networks and volumes. */
  remove(): Promise<void>;
}

export interface ComposeProjectOptions {
  readonly name: string;
  /** Where the files of settings are written. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

export async function composeProject({ name, folder, env }: ComposeProjectOptions): Promise<ComposeProject> {
  const envFile = join(folder, '.env');
  await writeFile(
    envFile,
    Object.entries(env)
      .map(([variable, value]) => `${variable}=${value}\n`)
      .join(''),
  );
  const files = ['--file', COMPOSE_FILE, ...(await withAuthority(folder))];
  const compose = async (...args: readonly string[]): Promise<string> => {
    const all = ['compose', '--project-name', name, '--env-file', envFile, ...files, ...args];
    const { stdout } = await run('docker', all, { maxBuffer: MAX_OUTPUT_BYTES });
    return stdout;
  };
  return {
    compose,
    cli: (...args) =>
      compose('run', '--rm', '--no-deps', '--no-TTY', 'set-up', 'lead-router', ...args).then(
        (output) => ({ code: 0, output }),
        (error: unknown) => ({ code: codeOf(error), output: String(error) }),
      ),
    remove: async () => {
      await compose('down', '--volumes', '--remove-orphans', '--timeout', '20');
    },
  };
}

/** Behind a proxy with an authority of its own, npm needs it while the image is built. */
async function withAuthority(folder: string): Promise<readonly string[]> {
  const authority = process.env.NODE_EXTRA_CA_CERTS;
  if (authority === undefined) return [];
  const file = join(folder, 'authority.yaml');
  await writeFile(file, JSON.stringify({ services: { 'set-up': { build: { secrets: ['ca'] } } }, secrets: { ca: { file: authority } } }));
  return ['--file', file];
}

function codeOf(error: unknown): number {
  if (error instanceof Error && 'code' in error && typeof error.code === 'number') return error.code;
  throw error;
}
