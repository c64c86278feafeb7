/** A choice that learns, on the whole system with two routers: outcomes come in by HTTP, are counted in Postgres, and move the traffic. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectReplayed } from './expect-replayed.ts';
import { openScenarioInFolder, type Scenario } from './scenario.ts';
import { MARGIN_RULES, marginStory } from './stories/margin.ts';

process.env.LEAD_ROUTER_PREFER = 'local';

let opened: Scenario;

beforeAll(async () => {
  opened = await openScenarioInFolder((folder) => ({ folder, rules: MARGIN_RULES, instances: { router: 2 } }));
});

afterAll(() => opened.stop());

marginStory(() => opened);

test('after all that the audit balances', async () => {
  const audit = await opened.audit();
  expect(audit.checks.flatMap(({ first }) => first)).toEqual([]);
  expect(audit).toMatchObject({ balances: true, inFlight: 0 });
});

test('and every decision is made again from its record, down to the bytes of its events', async () => {
  expectReplayed(await opened.replay());
});
