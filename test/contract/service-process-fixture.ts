/** A service that does nothing, in the ways that DEMO names; started by service-process.test.ts as a process. */
import { loadConfig } from '@lead-router/config/load-config.ts';
import { processConfig } from '@lead-router/config/shared-specs.ts';
import { runServiceProcess } from '@lead-router/stream/process-main.ts';
import { describeTopology } from '@lead-router/stream/topology.ts';

const topology = describeTopology({
  service: 'demo',
  version: '0',
  purpose: 'does nothing',
  flows: [{ source: { kind: 'http', name: 'nothing', purpose: 'nothing' }, steps: [], delivery: { guarantee: 'at-least-once' } }],
  sinks: {},
});

const behaviour = process.env.DEMO;

await runServiceProcess({
  service: 'demo',
  stopDeadlineMs: 500,
  configure: (environment) => loadConfig((read) => ({ process: processConfig(read) }), environment),
  start: async ({ onFault }) => {
    const bug = new Error('a planted bug');
    // Nothing else keeps a service alive that does nothing.
    const alive = setInterval(() => undefined, 1000);
    if (behaviour === 'no-start') throw bug;
    setTimeout(() => {
      if (behaviour === 'rejection') void Promise.reject(bug);
      if (behaviour === 'fault') onFault(bug);
      if (behaviour === 'exception') throw bug;
    }, 20);
    return {
      topology,
      announce: { apiUrl: 'http://127.0.0.1:1' },
      stop: async () => {
        if (behaviour === 'hangs') await new Promise(() => undefined);
        clearInterval(alive);
        process.stdout.write(`${JSON.stringify({ event: 'stopped in order' })}\n`);
      },
    };
  },
});
