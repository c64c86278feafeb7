// Runs the infrastructure by itself, for development: `node packages/infra/src/serve.ts --data <folder>`.
// Prints its addresses as one JSON line, then serves until SIGTERM, SIGINT or the end of its standard input.

import path from 'node:path';
import { parseArgs } from 'node:util';
import { startInfrastructure } from './infrastructure.ts';
import { messageOf } from './infrastructure-error.ts';
import { repositoryFolder } from './repository.ts';

const { values } = parseArgs({ options: { data: { type: 'string' }, memory: { type: 'boolean' }, local: { type: 'boolean' } } });
const say = (line: string): void => console.error(line);

const infrastructure = await startInfrastructure({
  dataFolder: values.data ?? path.join(repositoryFolder, '.data', 'default'),
  onProgress: say,
  memory: values.memory ?? false,
  ...(values.local === true ? { prefer: 'local' } : {}),
}).catch((error: unknown) => {
  say(messageOf(error));
  process.exit(1);
});
const pids = Object.fromEntries(Object.entries(infrastructure.parts).map(([name, part]) => [name, part.pid]));
console.log(
  JSON.stringify({ ...infrastructure.addresses, providers: infrastructure.providers, dataFolder: infrastructure.dataFolder, pids }),
);

const stop = (): void => {
  process.stdin.pause();
  void infrastructure.stop();
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdin.resume();
process.stdin.once('end', stop);
