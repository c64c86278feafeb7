/** The guess at locks: enough nearly always, and no wider than the decision. */
import { histories, perform, ruleSets } from '@lead-router/testkit/builders/decision-history.ts';
import { type LooseInput, leadId, World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locksFor } from './decide-batch.ts';
import type { LockSet } from './routing-model.ts';

const ruleSet = buildTestRuleSet({
  pools: [
    { poolId: 'sales', agents: ['ann', 'bob'], overflowTo: 'center', acceptWithinMs: 60_000 },
    { poolId: 'center', destinationId: 'house', agents: ['cid'] },
    { poolId: 'east', destinationId: 'house', agents: ['dot'] },
    { poolId: 'west', agents: ['eve'] },
  ],
  destinations: [{ destinationId: 'house', caps: { open: 9, daily: null } }],
});

/** The locks of one more input in a world where these leads have been decided. */
function locksOf(world: World, send: (world: World) => World): LockSet {
  send(world);
  const inputs = world.logs[0]?.splice(0) ?? [];
  return locksFor({ ruleSet: world.ruleSet, inputs, peeked: world });
}
const world = (): World => new World({ ruleSet }).submit('old', buildFacts({ pool: 'sales' }), ['mail']).drain();
const NONE: LockSet = { identities: [], leads: [], destinations: [], pools: [] };

describe('the locks of a batch', () => {
  it('for a new lead: its person, itself, its pool and those it overflows into, their capped destinations', () => {
    const locks = locksOf(world(), (one) => one.submit('new', buildFacts({ pool: 'sales' }), ['phone', 'mail']));
    expect(locks).toEqual({ identities: ['mail', 'phone'], leads: ['new'], destinations: ['house'], pools: ['center', 'sales'] });
  });

  it('for a lead that was decided before: itself', () => {
    const locks = locksOf(world(), (one) => one.submit('old', buildFacts({ pool: 'sales' }), ['mail']));
    expect(locks).toEqual({ ...NONE, leads: ['old'] });
  });

  it('for acceptance and contact, and for superseded clocks: the lead alone', () => {
    const locks = locksOf(world(), (one) => one.act('old', 'ACCEPTED').act('old', 'CONTACTED').send(timer(7)));
    expect(locks).toEqual({ ...NONE, leads: ['old'] });
  });

  it('for a lead that moves on: the places it leaves, the places it may get; the last resort only if it may come to that', () => {
    const declined = locksOf(world(), (one) => one.act('old', 'DECLINED'));
    expect(declined).toEqual({ identities: ['mail'], leads: ['old'], destinations: ['house'], pools: ['center', 'sales'] });
    const few = new World({ ruleSet }).submit('old', buildFacts({ pool: 'west' })).drain();
    expect(locksOf(few, (one) => one.act('old', 'DECLINED')).pools).toEqual(['final', 'west']);
  });

  it('for a place under a shared cap: every pool whose leads may wait for it', () => {
    const shared = new World({ ruleSet }).submit('old', buildFacts({ pool: 'east' })).drain();
    expect(locksOf(shared, (one) => one.act('old', 'WON'))).toEqual({
      identities: [],
      leads: ['old'],
      destinations: ['house'],
      pools: ['center', 'east', 'sales'],
    });
  });

  it('for a lead that an earlier input of the batch submits: wherever that may put it', () => {
    const locks = locksOf(world(), (one) => one.submit('new', buildFacts({ pool: 'west' }), ['phone']).act('new', 'LOST'));
    expect(locks).toEqual({ identities: ['phone'], leads: ['new'], destinations: [], pools: ['west'] });
  });

  it('fall short in less than one of fifty batches', () => {
    let batches = 0;
    let retries = 0;
    fc.assert(
      fc.property(ruleSets, histories, (rules, history) => {
        const one = new World({ ruleSet: rules });
        for (const command of history) if (perform(one, command) !== null) batches++;
        retries += one.retries;
      }),
      { numRuns: 150 },
    );
    expect(retries / batches).toBeLessThan(0.02);
  });
});

function timer(generation: number): LooseInput {
  return { kind: 'TIMER', leadId: leadId('old'), occurredAt: 0, timer: 'ACCEPT', generation, poolId: null, facts: null };
}
