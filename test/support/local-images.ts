/** Images with the settings interface of the official ones, for engines that cannot pull those: built once of what local processes run. */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureArtifact } from '@lead-router/infra/artifacts.ts';
import type { PartName } from '@lead-router/infra/part-name.ts';
import { findPostgresBinaries } from '@lead-router/infra/postgres-binaries.ts';
import { repositoryFolder } from '@lead-router/infra/repository.ts';
import { type ContainerRuntimeClient, ImageName } from 'testcontainers';

/** What the Dockerfiles in deploy/local/images start from. */
export const BASE_IMAGE = 'debian:bookworm-slim';

export const hasImage = (client: ContainerRuntimeClient, image: string): Promise<boolean> =>
  client.image.exists(ImageName.fromString(image));

/** Its name. Rejects when it cannot be built. */
export async function ensureLocalImage(part: PartName, client: ContainerRuntimeClient): Promise<string> {
  const folder = path.join(repositoryFolder, 'deploy', 'local', 'images', part);
  const { from, as } = await contents(part);
  const digest = createHash('sha256').update(await readFile(path.join(folder, 'Dockerfile')));
  digest.update(await readFile(path.join(folder, 'entrypoint.sh')).catch(() => '')).update(path.basename(from));
  const name = `lead-router-local/${part}:${digest.digest('hex').slice(0, 12)}`;
  if (await hasImage(client, name)) return name;
  const context = await mkdtemp(path.join(tmpdir(), `lead-router-image-${part}-`));
  try {
    await cp(folder, context, { recursive: true });
    await cp(from, path.join(context, as), { recursive: true, verbatimSymlinks: true });
    await client.image.build(context, { t: name, dockerfile: 'Dockerfile', version: '1' });
  } finally {
    await rm(context, { recursive: true });
  }
  if (!(await hasImage(client, name))) throw new Error(`${name} could not be built`);
  return name;
}

const onProgress = (): void => {};

/** What an image is built of beside its Dockerfile. */
async function contents(part: PartName): Promise<{ readonly from: string; readonly as: string }> {
  switch (part) {
    case 'kafka':
      return { from: await ensureArtifact('kafka', { env: process.env, onProgress }), as: 'jars' };
    case 'registry':
      return { from: await ensureArtifact('registry', { env: process.env, onProgress }), as: 'registry' };
    case 'postgres':
      return { from: (await findPostgresBinaries()).folder, as: 'native' };
  }
}
