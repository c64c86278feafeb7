/** What becomes of a lead: given, when, then. */

import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';

const MINUTE_MS = 60_000;

const sales = (agents: Parameters<typeof buildTestRuleSet>[0]['pools'][number]['agents'], more = {}) =>
  new World({ ruleSet: buildTestRuleSet({ pools: [{ poolId: 'sales', agents: agents ?? [], ...more }] }) });

describe('a submitted lead', () => {
  it('goes to the pool of the first rule that matches, to somebody in it', () => {
    const world = sales(['ann', 'bob'])
      .submit('lead', buildFacts({ pool: 'sales' }))
      .drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'ASSIGNED', poolId: 'sales', ruleId: 'to-sales', revision: 1, version: 1 });
    expect(['ann', 'bob']).toContain(world.lead('lead').agentId);
    expect(world.pool('sales')).toMatchObject({ open: 1, daily: 1, waiting: 0 });
  });

  it('goes to the final decision makers where no rule matches', () => {
    const world = sales(['ann']).submit('lead', buildFacts()).drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', poolId: 'final', agentId: 'chief', ruleId: 'last-resort' });
  });

  it('is decided once, however often it comes', () => {
    const world = sales(['ann'])
      .submit('lead', buildFacts({ pool: 'sales' }))
      .submit('lead', buildFacts({ pool: 'sales' }))
      .drain();
    expect(world.effects).toHaveLength(1);
    expect(world.ignored).toEqual(['LEAD_ALREADY_SUBMITTED']);
  });

  it('is linked to the open lead of the same person, and not counted', () => {
    const world = sales(['ann', 'bob'])
      .submit('first', buildFacts({ pool: 'sales' }), ['mail'])
      .submit('second', buildFacts({ pool: 'sales' }), ['phone', 'mail'])
      .drain();
    expect(world.lead('second')).toMatchObject({ stage: 'LINKED', linkedTo: 'first', agentId: world.lead('first').agentId, timer: null });
    expect(world.pool('sales').open).toBe(1);
  });

  it('waits where everybody is at the cap, and drains best grade first', () => {
    const world = sales([{ agentId: 'ann', caps: { open: 1, daily: null } }]);
    world
      .submit('first', buildFacts({ pool: 'sales' }))
      .submit('low', buildFacts({ pool: 'sales', grade: 'LOW_POTENTIAL' }))
      .submit('hot', buildFacts({ pool: 'sales' }))
      .drain();
    expect(world.lead('low')).toMatchObject({ stage: 'WAITING', poolId: 'sales', agentId: null });
    world.act('first', 'WON').drain();
    expect(world.lead('hot')).toMatchObject({ stage: 'ASSIGNED', agentId: 'ann', revision: 2 });
    expect(world.lead('low').stage).toBe('WAITING');
  });
});

describe('an accept clock', () => {
  const pool = { acceptWithinMs: 5 * MINUTE_MS };

  it('moves the lead on, never back, and in the end to the final decision makers', () => {
    const world = sales(['ann', 'bob'], pool)
      .submit('lead', buildFacts({ pool: 'sales' }))
      .drain();
    const first = world.lead('lead').agentId;
    world.now += 5 * MINUTE_MS;
    world.drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'ASSIGNED', revision: 2, formerAgents: [first] });
    expect(world.lead('lead').agentId).not.toBe(first);
    world.now += 5 * MINUTE_MS;
    world.drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', agentId: 'chief', revision: 3 });
    expect(world.pool('sales').open).toBe(0);
  });

  it('is stopped by acceptance', () => {
    const world = sales(['ann', 'bob'], pool)
      .submit('lead', buildFacts({ pool: 'sales' }))
      .drain();
    world.act('lead', 'ACCEPTED').drain();
    world.now += 60 * MINUTE_MS;
    world.drain();
    expect(world.lead('lead')).toMatchObject({ revision: 1, timer: null });
    expect(world.effects.map((effect) => effect.kind)).toEqual(['DECISION', 'STATE']);
  });
});
