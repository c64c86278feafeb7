/**
 * What fairness means where leads are offered: who is asked is the ledger's, who is fastest is not. Only the winner is charged, so that the
 * ledger stays what it is; and the fewer are asked at once, the closer the shares are to the weights.
 */
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_OFFER } from './lead-offer.ts';
import { MOST_OUT_OF_TURN, mix } from './ledger.ts';
import { AGENT_PRESETS } from './strategies/strategy-names.ts';

const NAMES = ['ann', 'bob', 'cid', 'dot', 'eve', 'fay'] as const;
const weights = fc
  .uniqueArray(fc.constantFrom(...NAMES), { minLength: 2, maxLength: NAMES.length })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, fc.integer({ min: 1, max: 9 })]))));
type Weights = Readonly<Record<string, number>>;

/** Of those who are asked, who is the fastest. */
type Race = (asked: readonly string[], lead: number) => string | undefined;

function race(
  given: Weights,
  options: { readonly agents: number; readonly leads: number; readonly seed: number; readonly win: Race },
): World {
  const offer = { ...DEFAULT_OFFER, unclaimed: 'EXCEPTION' as const, agents: options.agents };
  const agents = Object.entries(given).map(([agentId, weight]) => ({ agentId, weight }));
  const ruleSet = buildTestRuleSet({ pools: [{ poolId: 'a', strategy: AGENT_PRESETS.claim, offer, agents }] });
  const world = new World({ ruleSet, seed: options.seed });
  for (let lead = 0; lead < options.leads; lead++) {
    world.submit(`lead-${lead}`, buildFacts({ pool: 'a' })).drain();
    const winner = options.win(world.lead(`lead-${lead}`).offer?.offeredTo ?? [], lead);
    if (winner !== undefined) world.act(`lead-${lead}`, 'ACCEPTED', { agentId: winner }).drain();
  }
  return world;
}

/** How far each is from its exact share of all leads, in leads. */
function offBy(world: World, given: Weights, leads: number): readonly number[] {
  const all = Object.values(given).reduce((sum, weight) => sum + weight, 0);
  return world.pool('a').members.map(({ agentId, total }) => total - (leads * (given[agentId] ?? 0)) / all);
}

const byLot =
  (seed: number): Race =>
  (asked, lead) =>
    asked[mix(seed ^ mix(lead)) % asked.length];
const ledgerOf = (world: World) => world.pool('a').members.map(({ credit }) => credit);

describe('offers', () => {
  it('are given by weight, within one lead, where the first who is asked takes each', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 4 }), fc.nat(), (given, agents, seed) => {
        const world = race(given, { agents, leads: 60, seed, win: ([first]) => first });
        for (const off of offBy(world, given, 60)) expect(Math.abs(off)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 60 },
    );
  });

  it('leave the ledger in balance and in bounds, whoever is fast', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 6 }), fc.nat(), (given, agents, seed) => {
        // One is faster than all the others; of these it is by lot.
        const win: Race = (asked, lead) => (asked.includes('ann') ? 'ann' : byLot(seed)(asked, lead));
        const credits = ledgerOf(race(given, { agents, leads: 80, seed, win }));
        expect(credits.reduce((sum, credit) => sum + credit, 0)).toBe(0);
        for (const credit of credits) {
          expect(credit).toBeGreaterThanOrEqual(-MOST_OUT_OF_TURN);
          expect(credit).toBeLessThanOrEqual(MOST_OUT_OF_TURN * (credits.length - 1));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('ask those who are behind: with two or three of six asked nobody is far from its share, however fast one is', () => {
    const even = { ann: 1, bob: 1, cid: 1, dot: 1, eve: 1, fay: 1 };
    const fastest: Race = (asked) => (asked.includes('ann') ? 'ann' : asked[0]);
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom(2, 3), fc.boolean(), (seed, agents, isByLot) => {
        const world = race(even, { agents, leads: 120, seed, win: isByLot ? byLot(seed) : fastest });
        // Seen in 1,000 races: 3.7 by lot, 1.2 where one is the fastest of all.
        for (const off of offBy(world, even, 120)) expect(Math.abs(off)).toBeLessThanOrEqual(isByLot ? MOST_OUT_OF_TURN : 2);
      }),
      { numRuns: 30 },
    );
  });

  it('are for the fastest where all are asked, who is charged no more than leads out of turn ever are', () => {
    const world = race({ ann: 1, bob: 1, cid: 1 }, { agents: 3, leads: 40, seed: 7, win: () => 'ann' });
    expect(world.pool('a').members.map(({ total }) => total)).toEqual([40, 0, 0]);
    expect(Math.min(...ledgerOf(world))).toBeGreaterThanOrEqual(-MOST_OUT_OF_TURN);
  });

  it('charge nobody for a lead that nobody takes', () => {
    const world = race({ ann: 1, bob: 2 }, { agents: 2, leads: 5, seed: 1, win: () => undefined });
    for (let round = 0; round < DEFAULT_OFFER.rounds; round++) {
      world.now += DEFAULT_OFFER.withinMs;
      world.drain();
    }
    expect(world.pool('a')).toMatchObject({ open: 0, daily: 5 });
    expect(world.pool('a').members.every(({ credit, total }) => credit === 0 && total === 0)).toBe(true);
  });
});
