/** Many leads and few people, on the whole system with two routers: queues and hours, a burst, and what nobody is responsible for. */
import { afterAll, beforeAll, test } from 'vitest';
import { expectKeptOutputs } from './expect-kept-outputs.ts';
import { openScenarioInFolder, type Scenario } from './scenario.ts';
import { burstStory } from './stories/burst.ts';
import { businessMinutesStory } from './stories/business-minutes.ts';
import { capacityRules } from './stories/capacity-rules.ts';
import { nobodyStory } from './stories/nobody.ts';
import { closedStory, openingStory } from './stories/opening-hours.ts';
import { settledStory } from './stories/settled.ts';

process.env.LEAD_ROUTER_PREFER = 'local';

let opened: Scenario;
const scenario = () => opened;

beforeAll(async () => {
  opened = await openScenarioInFolder((folder) => ({ folder, rules: capacityRules(), instances: { router: 2 } }));
});

afterAll(() => opened.stop());

// In this order: what nobody is responsible for is decided while the offices are still closed.
businessMinutesStory(scenario);
closedStory(scenario);
nobodyStory(scenario);
openingStory(scenario);
burstStory(scenario);
settledStory(scenario);

test('what Postgres keeps to publish again is what was published', () => expectKeptOutputs(opened));
