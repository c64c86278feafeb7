/** An example as whoever copies it runs it: a process with addresses in its environment and nothing else of ours. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { System } from '@lead-router/cli/up/system.ts';

export interface ExampleProcess {
  output(): string;
  /** Exit code, or the signal that ended it; once all of its output is here. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  kill(signal: NodeJS.Signals): void;
}

export interface ExampleCommand {
  /** Program and leading arguments. */
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

export const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

export function startExample({ command: [program, ...args], env }: ExampleCommand): ExampleProcess {
  const child: ChildProcess = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
    });
  }
  return {
    output: () => text,
    ended: once(child, 'close').then(() => child.exitCode ?? child.signalCode),
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs it to its end; rejects with what it printed unless that is a success. */
export async function runExample(command: ExampleCommand): Promise<string> {
  const example = startExample(command);
  const code = await example.ended;
  if (code !== 0) throw new Error(`${command.command.join(' ')} ended with ${code}:\n${example.output()}`);
  return example.output();
}

/** What `lead-router status --json` says, under the names that the examples read. */
export function addressesFor(system: System): Readonly<Record<string, string>> {
  const { kafkaBrokers, schemaRegistryUrl } = system.infrastructure.addresses;
  return { KAFKA_BROKERS: kafkaBrokers.join(','), SCHEMA_REGISTRY_URL: schemaRegistryUrl };
}
