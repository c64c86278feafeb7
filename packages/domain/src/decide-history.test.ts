/** Whatever happens, in whatever order and batches: the books are right, the choices are fair game, and nobody is left waiting. */

import {
  bookFaults,
  capFaults,
  choiceFaults,
  dailyFaults,
  overtakingFaults,
  stuckLeads,
  wakeFaults,
} from '@lead-router/testkit/builders/decision-faults.ts';
import { type Command, histories, perform, ruleSets } from '@lead-router/testkit/builders/decision-history.ts';
import { type Decided, leadId, World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RuleSet } from './rule-set.ts';

const worlds = fc.record({
  ruleSet: ruleSets,
  seed: fc.nat(),
  partitions: fc.integer({ min: 1, max: 3 }),
  waitersPerPool: fc.constantFrom(1, 2, 200),
});

/** Checks each batch, those of the final rest included. */
function watch(world: World, check: (outcome: Decided, before: World['leads']) => void): void {
  const decide = world.decide.bind(world);
  world.decide = (inputs) => {
    const before = new Map(world.leads);
    const outcome = decide(inputs);
    check(outcome, before);
    return outcome;
  };
}

function play(
  options: { readonly ruleSet: RuleSet; readonly seed: number; readonly partitions: number; readonly waitersPerPool: number },
  history: readonly Command[],
): World {
  const world = new World(options);
  watch(world, (outcome, before) => {
    expect([...bookFaults(world), ...dailyFaults(world), ...choiceFaults(world, outcome, before), ...wakeFaults(world)]).toEqual([]);
  });
  for (const command of history) perform(world, command);
  return world;
}

/** A destination that was not capped before has not been counted from the start. */
const ownFaults = (world: World): readonly string[] => bookFaults(world).filter((fault) => !fault.startsWith('open of shared'));

describe('any history', () => {
  it('keeps the books, chooses nobody who cannot have the lead, and leaves no call unmade', () => {
    fc.assert(
      fc.property(worlds, histories, (options, history) => void play(options, history)),
      { numRuns: 400 },
    );
  });

  it('leaves nobody waiting beside a free place once it is at rest, now and after the next days', () => {
    fc.assert(
      fc.property(worlds, histories, (options, history) => {
        const world = play(options, history).drain();
        expect(stuckLeads(world)).toEqual([]);
        for (const hours of [3, 14, 24, 96]) {
          world.now += hours * 3_600_000;
          world.drain();
          expect(stuckLeads(world)).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('survives a change of the rule set: nobody is forgotten in a pool, an agent or an order that is gone', () => {
    fc.assert(
      fc.property(worlds, ruleSets, fc.tuple(histories, histories), (options, next, [before, after]) => {
        const world = new World(options);
        for (const command of before) perform(world, command);
        world.flip(next);
        watch(world, () => expect([...ownFaults(world), ...wakeFaults(world)]).toEqual([]));
        for (const command of after) perform(world, command);
        world.drain();
        expect(stuckLeads(world)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('lets no arrival pass those who wait in its pool', () => {
    fc.assert(
      fc.property(worlds, histories, (options, history) => {
        const world = new World(options);
        watch(world, (outcome) => expect(overtakingFaults(world, outcome)).toEqual([]));
        for (const command of history) perform(world, command.do === 'step' ? { ...command, size: 1 } : command);
      }),
      { numRuns: 200 },
    );
  });

  it('exceeds no cap but by hand', () => {
    fc.assert(
      fc.property(worlds, histories, (options, history) => {
        const world = new World(options);
        watch(world, () => expect(capFaults(world)).toEqual([]));
        for (const command of history) if (command.do !== 'reassign') perform(world, command);
        world.drain();
      }),
      { numRuns: 300 },
    );
  });
});

describe('reports of one assignment', () => {
  const kinds = fc.constantFrom('ACCEPTED' as const, 'CONTACTED' as const, 'NOTED' as const, 'ENGAGED' as const);
  const report = fc.record({ kind: kinds, ago: fc.nat({ max: 9 }), isHumanResponse: fc.boolean(), bySystem: fc.boolean() });
  type Report = typeof report extends fc.Arbitrary<infer One> ? One : never;
  const clock = { withinMs: 3_600_000, time: 'WALL', warnAfterMs: 1_800_000 } as const;
  const ruleSet = buildTestRuleSet({
    pools: [{ poolId: 'a', agents: ['ann'], sla: { accept: clock, firstResponse: clock, maxReassignments: null } }],
  });

  it('leave the same lead whatever their order, and however often they come', () => {
    const orders = fc
      .array(report, { maxLength: 6 })
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })));
    const tell = (reports: readonly Report[]) => {
      const world = new World({ ruleSet }).submit('lead', buildFacts({ pool: 'a' })).drain();
      for (const { kind, ago, isHumanResponse, bySystem } of reports)
        world.act('lead', kind, { agentId: bySystem ? null : 'ann', occurredAt: world.now - ago, isHumanResponse }).drain();
      const { acceptedAt, respondedAt, timer, laterTimers, revision } = world.leads.get(leadId('lead')) ?? {};
      return { acceptedAt, respondedAt, timer, laterTimers, revision };
    };
    fc.assert(fc.property(orders, ([all, again]) => void expect(tell(again)).toEqual(tell(all))));
  });
});
