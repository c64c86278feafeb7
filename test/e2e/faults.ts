/** The faults that are planted: kill -9 of services and servers, and a process that stands still and comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName, ServiceProcess } from '@lead-router/cli/up/service-processes.ts';
import type { System } from '@lead-router/cli/up/system.ts';
import type { PartName } from '@lead-router/infra/part-name.ts';
import { statement } from '@lead-router/store/statement.ts';
import { countDecided, type Fault } from './fault-run.ts';

const POLL_MS = 50;
const RESTART_LIMIT_MS = 60_000;
/** Beyond the group's session time-out of 8 s, and the rebalance after it. */
const ZOMBIE_MS = 14_000;

/** kill -9; its watcher starts it again. */
export function killService(service: ServiceName, atDecided: number, number = 1): Fault {
  return endService(`${service}-${number}`, atDecided, 'SIGKILL');
}

/** As a deployment does it: asked to end, it finishes what it has begun and leaves its group; its watcher starts it again. */
export function restartService(service: ServiceName, atDecided: number, number = 1): Fault {
  return endService(`${service}-${number}`, atDecided, 'SIGTERM');
}

function endService(instance: string, atDecided: number, signal: 'SIGKILL' | 'SIGTERM'): Fault {
  return {
    name: `${signal === 'SIGKILL' ? 'kill -9' : 'restart'} of ${instance}`,
    atDecided,
    inflict: async (system) => {
      const target = instanceOf(system, instance);
      const before = target.restarts();
      target.kill(signal);
      await until(`${instance} listens again`, () => target.restarts() > before && Object.keys(target.addresses()).length > 0);
    },
  };
}

/** kill -9, and a start on the same ports and data once it was away for so long. */
export function killServer(part: PartName, atDecided: number, options: { readonly awayMs: number }): Fault {
  return {
    name: `kill -9 of ${part}`,
    atDecided,
    inflict: async (system) => {
      const server = system.infrastructure.parts[part];
      if (!server) throw new Error(`${part} is no local process: set LEAD_ROUTER_PREFER=local`);
      await server.kill('SIGKILL');
      await sleep(options.awayMs);
      await server.restart();
    },
  };
}

/** SIGSTOP beyond the session time-out: another instance takes over and decides, then SIGCONT. */
export function freezeRouter(instance: string, atDecided: number): Fault {
  return {
    name: `SIGSTOP of ${instance}`,
    atDecided,
    inflict: async (system) => {
      const target = instanceOf(system, instance);
      const before = { decided: await countDecided(system), epochs: await sumOfEpochs(system) };
      target.kill('SIGSTOP');
      try {
        await sleep(ZOMBIE_MS);
        // The others went on meanwhile, and took over: whoever is given a partition raises its epoch with the first batch.
        const hasGoneOn = (await countDecided(system)) > before.decided;
        if (hasGoneOn && (await sumOfEpochs(system)) === before.epochs) throw new Error(`nobody took over from ${instance}`);
      } finally {
        target.kill('SIGCONT');
      }
    },
  };
}

const EPOCHS = statement('faults-epochs', 'SELECT sum(epoch)::integer AS epochs FROM router_partitions');

async function sumOfEpochs(system: System): Promise<number> {
  const [row] = await system.pool.run<{ epochs: number }>(EPOCHS);
  return row?.epochs ?? 0;
}

function instanceOf(system: System, instance: string): ServiceProcess {
  const found = system.services.all.find((service) => service.instance === instance);
  if (!found) throw new Error(`there is no ${instance}`);
  return found;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + RESTART_LIMIT_MS;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`not within ${RESTART_LIMIT_MS / 1000} s: ${what}`);
    await sleep(POLL_MS);
  }
}
