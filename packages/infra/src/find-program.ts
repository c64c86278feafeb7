// Looks a program up as a shell would, so that a missing one gets a message of ours instead of exit code 127.

import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { InfrastructureError } from './infrastructure-error.ts';

export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  for (const folder of (env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, name);
    if (folder !== '' && isExecutable(file)) return file;
  }
  return undefined;
}

/** The Java to run servers with: the one of JAVA_HOME, else the first on the PATH. */
export function requireJava(env: NodeJS.ProcessEnv): string {
  const home = env.JAVA_HOME;
  const inHome = home === undefined || home === '' ? undefined : path.join(home, 'bin', 'java');
  const java = inHome !== undefined && isExecutable(inHome) ? inHome : findProgram('java', env);
  if (java !== undefined) return java;
  throw new InfrastructureError(
    'LR_INFRA_PREREQUISITE',
    'Java 17 or later is needed to run Kafka and the schema registry as local processes, and there is no java on the PATH. Install it (Debian: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17), or start a Docker engine.',
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
