/** Clocks that run out: given, when, then. */
import { leadId, World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';

const MINUTE_MS = 60_000;
const sales = { pool: 'sales' };
const given = (...pools: readonly TestPool[]): World =>
  new World({ ruleSet: buildTestRuleSet({ pools }) }).submit('lead', buildFacts(sales)).drain();
const fire = (world: World, timer: 'ACCEPT' | 'WAIT_LIMIT', generation: number): World =>
  world
    .send({
      kind: 'TIMER',
      leadId: leadId('lead'),
      occurredAt: world.now,
      timer,
      generation,
      poolId: null,
      facts: world.factsOf(leadId('lead')),
    })
    .drain();

describe('an accept clock', () => {
  const pool = { poolId: 'sales', agents: ['ann', 'bob'], acceptWithinMs: 5 * MINUTE_MS };

  it('moves the lead on, never back, and in the end to the final decision makers', () => {
    const world = given(pool);
    const first = world.lead('lead').agentId;
    world.now += 5 * MINUTE_MS;
    world.drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'ASSIGNED', revision: 2, formerAgents: [first] });
    world.now += 5 * MINUTE_MS;
    world.drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', agentId: 'chief', revision: 3 });
    expect(world.effects.map((effect) => (effect.kind === 'SLA' ? effect.sla.eventId : effect.kind))).toEqual([
      'DECISION',
      'sla:lead:1:ACCEPT_BREACHED',
      'DECISION',
      'sla:lead:2:ACCEPT_BREACHED',
      'DECISION',
    ]);
    expect(world.pool('sales').open).toBe(0);
  });

  it('of another generation does nothing', () => {
    const world = fire(given(pool), 'ACCEPT', 7);
    expect(world.ignored).toEqual(['TIMER_SUPERSEDED']);
    expect(fire(world, 'WAIT_LIMIT', 1).ignored).toHaveLength(2);
  });

  it('of this generation acts, though this clock thinks it early', () => {
    expect(fire(given(pool), 'ACCEPT', 1).lead('lead').revision).toBe(2);
  });

  it('runs for the final decision makers too, even for the only one', () => {
    const world = given({ poolId: 'final', agents: ['chief'], acceptWithinMs: MINUTE_MS });
    world.now += MINUTE_MS;
    world.drain();
    expect(world.lead('lead')).toMatchObject({
      stage: 'EXCEPTION',
      agentId: 'chief',
      revision: 2,
      timer: { kind: 'ACCEPT', dueAt: world.now + MINUTE_MS },
    });
  });
});

describe('a wait limit', () => {
  it('ends the wait with the final decision makers', () => {
    const world = given({ poolId: 'sales', agents: [{ agentId: 'ann', caps: { open: 1, daily: null } }], maxWaitMs: 10 * MINUTE_MS });
    world.submit('next', buildFacts(sales)).drain();
    expect(world.lead('next').timer).toEqual({ kind: 'WAIT_LIMIT', dueAt: world.now + 10 * MINUTE_MS });
    world.now += 10 * MINUTE_MS;
    world.drain();
    expect(world.lead('next')).toMatchObject({ stage: 'EXCEPTION', agentId: 'chief', revision: 2, waitingSince: null });
    expect(world.effects.at(-1)).toMatchObject({ decision: { kind: 'EXCEPTION', cause: 'WAITED_TOO_LONG' } });
    expect(world.pool('sales').waiting).toBe(0);
  });
});
