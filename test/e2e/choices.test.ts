/**
 * How a destination and an agent are chosen, on the whole system with two routers: by margin, which learns from outcomes that come in by HTTP; by
 * the best fit; by the least load; and for somebody on leave.
 */
import { afterAll, beforeAll, test } from 'vitest';
import { expectKeptOutputs } from './expect-kept-outputs.ts';
import { openScenarioInFolder, type Scenario } from './scenario.ts';
import { coverStory } from './stories/cover.ts';
import { MARGIN_RULES, marginStory } from './stories/margin.ts';
import { settledStory } from './stories/settled.ts';
import { strategiesStory } from './stories/strategies.ts';

process.env.LEAD_ROUTER_PREFER = 'local';

let opened: Scenario;

beforeAll(async () => {
  opened = await openScenarioInFolder((folder) => ({ folder, rules: MARGIN_RULES, instances: { router: 2 } }));
});

afterAll(() => opened.stop());

// One after the other over one system; each has leads of its own, and from the second on rules of its own.
marginStory(() => opened);
strategiesStory(() => opened);
coverStory(() => opened);
settledStory(() => opened);

test('what Postgres keeps to publish again is what was published', () => expectKeptOutputs(opened));
