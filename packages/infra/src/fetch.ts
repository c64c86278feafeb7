// Fetches what local processes need, before the first start: `node packages/infra/src/fetch.ts`. Silent when nothing is missing.

import { ensureArtifact, isArtifactCached, LOCAL_ARTIFACTS } from './artifacts.ts';
import { findContainerEngine } from './containers.ts';
import { externalAddress } from './external.ts';
import { messageOf } from './infrastructure-error.ts';

const env = process.env;
const onProgress = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const missing: (typeof LOCAL_ARTIFACTS)[number][] = [];
for (const part of LOCAL_ARTIFACTS) {
  if (externalAddress(part, env) === undefined && !(await isArtifactCached(part, env))) missing.push(part);
}
// With an engine there may be images; if not, the start fetches what it needs then.
const mayUseContainers = env.LEAD_ROUTER_PREFER !== 'local';
if (missing.length > 0 && !(mayUseContainers && (await findContainerEngine()) !== undefined)) {
  try {
    for (const part of missing) await ensureArtifact(part, { env, onProgress });
  } catch (error) {
    onProgress(messageOf(error));
    process.exitCode = 1;
  }
}
