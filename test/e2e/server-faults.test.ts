/** kill -9 of Kafka and of Postgres in the middle of 20,000 leads, and a router that stands still until others have taken over. */
import { expect, test } from 'vitest';
import { inDataFolder } from './data-folder.ts';
import { expectExactlyOnce } from './expect-exactly-once.ts';
import { runUnderFaults } from './fault-run.ts';
import { freezeRouter, killServer } from './faults.ts';

const LEADS = 20_000;

process.env.LEAD_ROUTER_PREFER = 'local';

test('kill -9 of Kafka and Postgres and a zombie router in the middle of 20,000 leads lose none and decide none twice', async () => {
  await inDataFolder(async (dataFolder) => {
    const report = await runUnderFaults({
      dataFolder,
      leads: LEADS,
      leadsPerSecond: 700,
      instances: { router: 2 },
      faults: [
        killServer('kafka', LEADS * 0.15, { awayMs: 1_000 }),
        killServer('postgres', LEADS * 0.35, { awayMs: 1_000 }),
        freezeRouter('router-1', LEADS * 0.5),
      ],
      onProgress: (line) => process.stderr.write(`${line}\n`),
    });
    expectExactlyOnce(report);
    // Nobody had to be started again: a dependency that is away is waited for, and a zombie finds its way back.
    expect(report.restarts).toBe(0);
  });
});
