// A process beside us that removes the containers of a run once it is told to stop, which the shell in front of it does
// also when we are killed. Its one argument is the id of the run, which all its containers carry as a label.

import { writeSync } from 'node:fs';
import { GUARD_READY, RUN_LABEL } from './containers.ts';

const STOP_SECONDS = 10;
const [, , runId = ''] = process.argv;

// Keeps the process alive until a signal arrives.
const idle = setInterval(() => {}, 2 ** 30);

process.once('SIGTERM', () => {
  clearInterval(idle);
  void removeContainers();
});
writeSync(1, `${GUARD_READY} ${runId}\n`);

async function removeContainers(): Promise<void> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  const { dockerode } = (await getContainerRuntimeClient()).container;
  const found = await dockerode.listContainers({ all: true, filters: { label: [`${RUN_LABEL}=${runId}`] } });
  await Promise.all(
    found.map(async ({ Id }) => {
      const container = dockerode.getContainer(Id);
      // Fails when it has ended already.
      await container.stop({ t: STOP_SECONDS }).catch(() => {});
      await container.remove({ force: true, v: true });
    }),
  );
}
