/** The rule sets that are deployed, on the whole system: every service a process, real Kafka, registry and Postgres, mails and webhooks out. */
import { afterAll, beforeAll } from 'vitest';
import { claimStory } from './stories/claim.ts';
import { type DeployedWorld, openDeployedWorld } from './stories/deployed-world.ts';
import { governmentStory } from './stories/government.ts';
import { keyAccountStory } from './stories/key-account.ts';
import { settledStory } from './stories/settled.ts';
import { sixDepartmentsStory } from './stories/six-departments.ts';
import { telecomStory } from './stories/telecom.ts';
import { unsupportedProductStory } from './stories/unsupported-product.ts';
import { vendorStory } from './stories/vendor-promises.ts';
import { webhookDownStory } from './stories/webhook-down.ts';

process.env.LEAD_ROUTER_PREFER = 'local';

let opened: DeployedWorld;
const world = () => opened;

beforeAll(async () => {
  opened = await openDeployedWorld();
});

afterAll(() => opened.stop());

// One after the other over one system; each has leads of its own.
governmentStory(world);
keyAccountStory(world);
sixDepartmentsStory(world);
vendorStory(world);
unsupportedProductStory(world);
webhookDownStory(world);
telecomStory(world);
claimStory(world);
settledStory(() => opened.scenario);
