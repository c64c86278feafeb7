/**
 * How a pool finds one of its agents, seen from outside: `best-fit` goes by skills and effectiveness, `least-loaded` by open leads. In both pools
 * the heavy members are those whom `weighted` would take, and the first of the list is whom `dedicated` would take: neither has them here.
 */
import { cliJson } from '@lead-router/cli/run-cli.test-support.ts';
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../scenario.ts';
import { countsByTopic, ownersByTopic } from './owners-by-topic.ts';

const EXPERT_PLACES = 6;

const STRATEGY_RULES = `
name: strategies
scoring:
  grades: [{ grade: HOT }]
rules:
  - { id: fit, when: lead.attributes.for == "fit", to: service }
  - { id: loaded, when: lead.attributes.for == "loaded", to: desk }
lastResort: chiefs
destinations: [{ id: sales, kind: SALES }]
pools:
  - id: service
    destination: sales
    strategy: best-fit
    skills: { required: [language], preferred: [{ skill: product, weight: 2 }] }
    agents:
      - { id: novice, weight: 50, skills: { language: { es: 2, de: 5 }, product: { routers: 1 } }, effectiveness: 0.5 }
      - { id: expert, weight: 1, skills: { language: { es: 5 }, product: { routers: 5 } }, caps: { open: ${EXPERT_PLACES} } }
      - { id: english, weight: 50, skills: { language: { en: 5 }, product: { routers: 5 } } }
      - { id: german, weight: 1, skills: { language: { de: 4 } } }
  - id: desk
    destination: sales
    strategy: least-loaded
    agents: [{ id: twice, weight: 2 }, { id: one }, { id: other }]
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
`;

/** Two for each unit of weight. */
const DESK = { twice: 4, one: 2, other: 2 };

export function strategiesStory(scenario: () => Scenario): void {
  let sent = 0;
  const submit = async (count: number, lead: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
    const references = Array.from({ length: count }, (_, index) => `strategy-${sent + index}`);
    sent += count;
    await scenario().submit(references.map((vendorReference) => ({ vendorReference, ...lead })));
    return references;
  };
  const forFit = (language: string) => ({ language, attributes: { for: 'fit' }, qualification: { productInterest: ['routers'] } });
  const givenTo = (references: readonly string[]) => countsByTopic(scenario(), references);
  const explain = (reference: string, ...args: readonly string[]) =>
    cliJson(['explain', scenario().leadId(reference), ...args], scenario().system.infrastructure.env);

  describe('a pool that looks for the best fit', () => {
    test('gives to whose skills suit best, to the next best once that one is full, and never to who lacks what is required', async () => {
      await scenario().flip(STRATEGY_RULES);
      const spanish = await submit(EXPERT_PLACES, forFit('es'));
      expect(await givenTo(spanish)).toEqual({ expert: EXPERT_PLACES });
      const more = await submit(4, forFit('es'));
      expect(await givenTo(more)).toEqual({ novice: 4 });
      // Of better skills, but half as effective.
      expect(await givenTo(await submit(4, forFit('de')))).toEqual({ german: 4 });
    });

    test('says how well each suited, and what somebody lacked', async () => {
      const reference = (await submit(1, forFit('es')))[0] ?? '';
      expect((await scenario().lead(reference)).agentId).toBe('novice');
      const explained = await explain(reference);
      expect(explained).toMatchObject({ code: 0 });
      const lines = expect.arrayContaining([
        expect.stringContaining('takes it by its strategy (best-fit)'),
        expect.stringMatching(/english: no skill in language es/),
      ]);
      expect(explained).toHaveProperty('json.lines', lines);
      expect(await explain(reference, '--why-not', 'expert')).toHaveProperty(
        'json.whyNot.reasons',
        expect.arrayContaining([expect.stringContaining(`its cap of open leads was reached, with ${EXPERT_PLACES} open`)]),
      );
    });
  });

  describe('a pool that gives to the least loaded', () => {
    test('keeps open leads even for their weight, and goes to whoever has finished, time and again', async () => {
      const first = await submit(8, { attributes: { for: 'loaded' } });
      expect(await givenTo(first)).toEqual(DESK);
      const open = new Map<string, string[]>();
      const note = async (references: readonly string[]): Promise<void> => {
        const owners = await ownersByTopic(scenario(), references);
        for (const [at, reference] of references.entries()) open.set(owners[at] ?? '', [...(open.get(owners[at] ?? '') ?? []), reference]);
      };
      await note(first);
      // By its turn `other` would have one of the next four; here it has all of them, since the others have not finished anything.
      for (const agentId of ['other', 'other', 'twice'] as const) {
        const done = open.get(agentId) ?? [];
        expect(done).toHaveLength(DESK[agentId]);
        open.delete(agentId);
        await Promise.all(done.map((reference) => scenario().act(reference, 'WON')));
        await Promise.all(done.map((reference) => scenario().lead(reference, ({ stage }) => stage === 'CLOSED')));
        const next = await submit(done.length, { attributes: { for: 'loaded' } });
        expect(await givenTo(next)).toEqual({ [agentId]: done.length });
        await note(next);
      }
    });

    test('says so, with what each had open', async () => {
      const reference = (await submit(1, { attributes: { for: 'loaded' } }))[0] ?? '';
      await scenario().lead(reference);
      expect(await explain(reference)).toHaveProperty(
        'json.lines',
        expect.arrayContaining([
          expect.stringContaining('takes it by its strategy (least-loaded)'),
          expect.stringMatching(/twice: .*4 open/),
        ]),
      );
    });
  });
}
