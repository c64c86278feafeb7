// Picks ports for local processes: free ones, and the same ones again after a restart while they stay free,
// so that a client configured by hand keeps working.

import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { InfrastructureError } from './infrastructure-error.ts';

// Below every system's ephemeral range. Inside it, a client that reconnects to a server being restarted can be given the
// server's own port as its source port, connect to itself, and keep the server from ever coming back.
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;
const ATTEMPTS = 200;

export type PortName = 'kafka' | 'kafkaController' | 'registry' | 'postgres';

const PORT_NAMES: readonly PortName[] = ['kafka', 'kafkaController', 'registry', 'postgres'];

export interface PortBook {
  port(name: PortName): number;
  /** Those that somebody else took in the meantime are chosen anew; true when there was one. */
  replaceTaken(names: readonly PortName[]): Promise<boolean>;
}

/** Ports of this data folder, remembered in its `ports.json`. */
export async function openPortBook(dataFolder: string): Promise<PortBook> {
  const file = path.join(dataFolder, 'ports.json');
  const ports = await readPorts(file);
  const replaceTaken = async (names: readonly PortName[]): Promise<boolean> => {
    let replaced = false;
    for (const name of names) {
      const before = ports.get(name);
      if (before !== undefined && (await isPortFree(before))) continue;
      ports.set(name, await findFreePort(new Set(ports.values())));
      replaced = true;
    }
    await writeFile(file, `${JSON.stringify(Object.fromEntries(ports))}\n`);
    return replaced;
  };
  await replaceTaken(PORT_NAMES);
  return {
    replaceTaken,
    port: (name) => {
      const port = ports.get(name);
      if (port === undefined) throw new InfrastructureError('LR_INFRA_START', `no port was chosen for ${name}`);
      return port;
    },
  };
}

export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Not among `taken`, and with no listener at the moment. */
export async function findFreePort(taken: ReadonlySet<number>): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new InfrastructureError('LR_INFRA_START', `no free port found between ${LOWEST_PORT} and ${HIGHEST_PORT}`);
}

async function readPorts(file: string): Promise<Map<PortName, number>> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const ports = new Map<PortName, number>();
  try {
    const parsed: unknown = JSON.parse(text);
    for (const name of PORT_NAMES) {
      const port: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, name) : undefined;
      if (typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536) ports.set(name, port);
    }
  } catch {
    // Half written, or mended by hand into something else: choose anew.
  }
  return ports;
}
