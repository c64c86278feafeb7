/** A new version goes out while leads flow: every instance of every service is restarted in order, one after the other. */
import { SERVICES } from '@lead-router/cli/up/service-processes.ts';
import { expect, test } from 'vitest';
import { inDataFolder } from './data-folder.ts';
import { expectExactlyOnce } from './expect-exactly-once.ts';
import { runUnderFaults } from './fault-run.ts';
import { restartService } from './faults.ts';

const LEADS = 10_000;
const LEADS_PER_SECOND = 250;
/** Where another instance has to go on meanwhile; of the others a restart is a pause. */
const INSTANCES = { gateway: 2, router: 2 } as const;
/** From the signal until it listens again; one that hangs while it stops is ended after 10 s. */
const RESTART_LIMIT_S = 15;

process.env.LEAD_ROUTER_PREFER = 'local';

test('a rolling restart of every service under load loses nothing and decides nothing twice', async () => {
  const restarts = SERVICES.flatMap((service) =>
    Array.from({ length: service === 'gateway' || service === 'router' ? INSTANCES[service] : 1 }, (_, index) => ({
      service,
      number: index + 1,
    })),
  );
  const said: string[] = [];
  await inDataFolder(async (dataFolder) => {
    const report = await runUnderFaults({
      dataFolder,
      leads: LEADS,
      leadsPerSecond: LEADS_PER_SECOND,
      instances: INSTANCES,
      faults: restarts.map(({ service, number }, index) =>
        restartService(service, (LEADS * 0.8 * (index + 0.5)) / restarts.length, number),
      ),
      onProgress: (line) => {
        said.push(line);
        process.stderr.write(`${line}\n`);
      },
    });
    expectExactlyOnce(report);
    expect(report.restarts).toBe(restarts.length);
    // In order: none was too late, and none ended over a fault.
    const ends = said.flatMap((line) => /^\S+ (?:ended with|was ended by).*(?=; starting)/.exec(line) ?? []);
    expect(ends).toEqual(restarts.map(({ service, number }) => `${service}-${number} ended with exit code 0`));
    expect(report.planted.filter(({ seconds }) => seconds > RESTART_LIMIT_S)).toEqual([]);
  });
});
