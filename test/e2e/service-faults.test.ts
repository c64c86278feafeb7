/** kill -9 of every service in the middle of 20,000 leads: each lead is decided once, and every destination was told. */

import { join } from 'node:path';
import type { System } from '@lead-router/cli/up/system.ts';
import { statement } from '@lead-router/store/statement.ts';
import { expect, test } from 'vitest';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { inDataFolder } from './data-folder.ts';
import { expectExactlyOnce } from './expect-exactly-once.ts';
import { runUnderFaults } from './fault-run.ts';
import { killService } from './faults.ts';
import { copySampleRuleSet, withWebhook } from './rule-set-copy.ts';

const LEADS = 20_000;
const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
/** A sender that died held its deliveries for so long; and then some. */
const LEASE_LIMIT_MS = 60_000;

process.env.LEAD_ROUTER_PREFER = 'local';

test('kill -9 of each service in the middle of 20,000 leads loses none and decides none twice', async () => {
  const receiver = await startWebhookReceiver();
  try {
    await inDataFolder(async (folder) => {
      const ruleSetFile = await copySampleRuleSet(
        join(folder, 'rules'),
        withWebhook('partners', { url: receiver.url, secretEnv: 'PARTNER_SECRET' }),
      );
      const report = await runUnderFaults({
        dataFolder: join(folder, 'data'),
        ruleSetFile,
        leads: LEADS,
        leadsPerSecond: 700,
        env: { PARTNER_SECRET: SECRET },
        faults: [
          killService('watchdog', LEADS * 0.03),
          killService('gateway', LEADS * 0.08),
          killService('notifier', LEADS * 0.2),
          killService('enricher', LEADS * 0.3),
          killService('scorer', LEADS * 0.45),
          killService('router', LEADS * 0.6),
        ],
        inspect: (system) => expectEveryoneTold(system, receiver),
        onProgress: (line) => process.stderr.write(`${line}\n`),
      });
      expectExactlyOnce(report);
      expect(report.restarts).toBe(6);
    });
  } finally {
    await receiver.close();
  }
});

const DELIVERIES = statement(
  'e2e-deliveries',
  `SELECT state, array_agg(lead_id || '.' || revision || '.' || channel) AS ids
     FROM deliveries WHERE destination_id = 'partners' AND channel = 'webhook' GROUP BY state`,
);

/** Delivered means received; a repeat has the same id. */
async function expectEveryoneTold(system: System, receiver: WebhookReceiver): Promise<void> {
  const read = async () =>
    new Map((await system.pool.run<{ state: string; ids: string[] }>(DELIVERIES)).map(({ state, ids }) => [state, ids]));
  await expect.poll(async () => (await read()).get('PENDING') ?? [], { timeout: LEASE_LIMIT_MS, interval: 500 }).toEqual([]);
  const deliveries = await read();
  const told = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
  expect((deliveries.get('DELIVERED') ?? []).filter((id) => !told.has(id))).toEqual([]);
  expect(told.size).toBeGreaterThan(0);
  expect([...deliveries.keys()].filter((state) => state !== 'DELIVERED' && state !== 'SUPERSEDED')).toEqual([]);
}
