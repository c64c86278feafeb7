/** Fairness of whole decisions, over random histories: by batches of any size, from several partitions, while members come, go and change. */
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText, type LedgerEntry, settleLeaver } from './ledger.ts';
import type { Agent, RuleSet } from './rule-set.ts';

type Weights = Readonly<Record<string, number>>;

const NAMES = ['ann', 'bob', 'cid', 'dot', 'eve', 'fay'] as const;
const NO_CAPS = { open: null, daily: null };
const weightsOf = (minKeys: number): fc.Arbitrary<Weights> =>
  fc
    .uniqueArray(fc.constantFrom(...NAMES), { minLength: minKeys, maxLength: NAMES.length })
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, fc.integer({ min: 1, max: 50 })]))));
const someWeights = weightsOf(2);

function rulesFor(weights: Weights): RuleSet {
  const agents = Object.entries(weights).map(([agentId, weight]): { readonly agentId: string } & Partial<Agent> => ({ agentId, weight }));
  return buildTestRuleSet({ pools: [{ poolId: 'a', agents }] });
}

/** Leads come to all partitions, and each partition decides them in batches of its own. */
function give(world: World, leads: number, batch: number): World {
  const before = world.facts.size;
  for (let lead = 0; lead < leads; lead++) world.submit(`lead-${before + lead}`, buildFacts({ pool: 'a' }));
  for (let turn = 0; world.logs.some((log) => log.length > 0); turn++) world.step(turn % world.logs.length, batch);
  return world;
}

const totalsOf = (world: World): ReadonlyMap<string, number> =>
  new Map((world.pools.get('a')?.members ?? []).map(({ agentId, total }) => [agentId, total]));
const creditsOf = (world: World): ReadonlyMap<string, number> =>
  new Map(world.pool('a').members.map(({ agentId, credit }) => [agentId, credit]));

describe('shares', () => {
  it('are within one lead of exact, whatever the batches, from whatever partition or router', () => {
    const sizes = fc.record({
      leads: fc.integer({ min: 1, max: 120 }),
      batch: fc.integer({ min: 1, max: 50 }),
      partitions: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(someWeights, sizes, fc.nat(), (weights, { leads, batch, partitions }, seed) => {
        const world = give(new World({ ruleSet: rulesFor(weights), seed, partitions }), leads, batch);
        const all = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
        const totals = totalsOf(world);
        for (const [agentId, weight] of Object.entries(weights)) {
          expect(Math.abs((totals.get(agentId) ?? 0) - (leads * weight) / all)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of a burst are those of singles: the very same agents, lead by lead', () => {
    fc.assert(
      fc.property(someWeights, fc.integer({ min: 1, max: 80 }), fc.nat(), (weights, leads, seed) => {
        const owners = (batch: number) => {
          const world = give(new World({ ruleSet: rulesFor(weights), seed }), leads, batch);
          return [...world.leads.values()].map(({ leadId, agentId }) => `${leadId} ${agentId}`);
        };
        expect(owners(leads)).toEqual(owners(1));
      }),
      { numRuns: 150 },
    );
  });

  it("are nobody else's in a tie: over many seeds equal agents get the first lead equally often", () => {
    const wins = new Map<string, number>();
    const ruleSet = rulesFor({ ann: 1, bob: 1, cid: 1 });
    for (let seed = 0; seed < 3_000; seed++) {
      const agentId = give(new World({ ruleSet, seed }), 1, 1).lead('lead-0').agentId ?? '';
      wins.set(agentId, (wins.get(agentId) ?? 0) + 1);
    }
    // Four sigma around 1,000 of 3,000.
    for (const count of wins.values()) expect(Math.abs(count - 1_000)).toBeLessThan(104);
  });
});

describe('members who are added, removed or re-weighted', () => {
  const change = fc.tuple(someWeights, someWeights, fc.integer({ min: 1, max: 60 }), fc.nat());

  it('do not reset the others: credits stay as they are, but for what those who leave were owed or owed', () => {
    fc.assert(
      fc.property(change, ([before, after, leads, seed]) => {
        const world = give(new World({ ruleSet: rulesFor(before), seed }), leads, 7);
        const credits = creditsOf(world);
        // Nobody has it open any more, so that who leaves is gone.
        for (const lead of [...world.leads.values()]) world.act(lead.leadId, 'WON');
        world.drain().flip(rulesFor(after));
        const expected = Object.entries(after).map(([agentId, weight]): LedgerEntry & { readonly agentId: string } => ({
          agentId,
          weight,
          credit: credits.get(agentId) ?? 0,
          tieHash: hashText(agentId),
        }));
        for (const [agentId, credit] of credits) if (!(agentId in after)) settleLeaver(expected, credit);
        world.act('lead-0', 'NOTED');
        // Opens the pool's books and gives nothing.
        world.send({
          kind: 'ROUTE',
          leadId: world.lead('lead-0').leadId,
          poolId: 'a',
          cause: 'CAPACITY_FREED',
          occurredAt: world.now,
          facts: null,
        });
        give(world, 1, 1);
        const given = world.lead(`lead-${leads}`).agentId;
        const all = Object.values(after).reduce((sum, weight) => sum + weight, 0);
        for (const { agentId, credit, weight } of expected) {
          const now = creditsOf(world).get(agentId) ?? 0;
          expect(now).toBeCloseTo(credit + weight / all - (agentId === given ? 1 : 0), 6);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('have their new shares from then on, within two leads and a half', () => {
    fc.assert(
      fc.property(change, ([before, after, leads, seed]) => {
        const world = give(new World({ ruleSet: rulesFor(before), seed }), leads, 5);
        const earlier = totalsOf(world);
        const all = Object.values(after).reduce((sum, weight) => sum + weight, 0);
        give(world.flip(rulesFor(after)), 60, 9);
        for (const [agentId, weight] of Object.entries(after)) {
          const got = (totalsOf(world).get(agentId) ?? 0) - (earlier.get(agentId) ?? 0);
          expect(Math.abs(got - (60 * weight) / all)).toBeLessThan(2.5);
        }
      }),
      { numRuns: 200 },
    );
  });
});

it('gives equals of a strategy the same shares: best-fit and least-loaded fall back on the ledger', () => {
  const strategies = ['best-fit', 'least-loaded'] as const;
  for (const name of strategies) {
    const agents = NAMES.map((agentId) => ({ agentId, caps: NO_CAPS }));
    const strategy = { name, filter: [], rank: [name], tieBreak: 'weighted' as const };
    const world = give(new World({ ruleSet: buildTestRuleSet({ pools: [{ poolId: 'a', strategy, agents }] }) }), 60, 7);
    expect([...totalsOf(world).values()]).toEqual(NAMES.map(() => 10));
  }
});
