/** What owners, systems and people do to a lead: given, when, then. */
import { leadId, World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool, type TestRule } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';

const MINUTE_MS = 60_000;
const sales = { pool: 'sales' };

function given(pools: readonly TestPool[], rules?: readonly TestRule[]): World {
  const world = new World({ ruleSet: buildTestRuleSet({ pools, ...(rules === undefined ? {} : { rules }) }) });
  return world.submit('lead', buildFacts(sales), ['mail']).drain();
}
const kinds = (world: World): readonly string[] => world.effects.map((effect) => (effect.kind === 'SLA' ? effect.sla.kind : effect.kind));
const TWO: readonly TestPool[] = [{ poolId: 'sales', agents: ['ann', 'bob'], acceptWithinMs: 5 * MINUTE_MS }];
const other = (agentId: string | null): string => (agentId === 'ann' ? 'bob' : 'ann');

describe('acceptance', () => {
  it('stops the clock, once', () => {
    const world = given(TWO);
    const generation = world.lead('lead').timerGeneration;
    world.now += MINUTE_MS;
    world
      .act('lead', 'ACCEPTED', { occurredAt: world.now - 5 })
      .drain()
      .act('lead', 'ACCEPTED')
      .drain();
    expect(world.lead('lead')).toMatchObject({
      acceptedAt: world.now - 5,
      timer: null,
      timerGeneration: generation + 1,
      revision: 1,
      version: 2,
    });
    expect(world.ignored).toEqual(['ALREADY_ACCEPTED']);
    world.now += 60 * MINUTE_MS;
    expect(kinds(world.drain())).toEqual(['DECISION', 'STATE']);
  });

  it("is the owner's, or a system's", () => {
    const world = given(TWO);
    world.act('lead', 'ACCEPTED', { agentId: other(world.lead('lead').agentId) }).drain();
    expect(world.ignored).toEqual(['NOT_THE_OWNER']);
    world.act('lead', 'ACCEPTED', { agentId: null }).drain();
    expect(world.lead('lead').acceptedAt).toBe(world.now);
  });

  it('is said by talking to the person, and the earliest contact is the response', () => {
    const world = given(TWO).act('lead', 'CONTACTED').drain();
    const first = world.now;
    expect(world.lead('lead')).toMatchObject({ respondedAt: first, acceptedAt: first, timer: null });
    world.act('lead', 'CONTACTED', { occurredAt: first + 1 }).drain();
    expect(world.ignored).toEqual(['NO_CHANGE']);
    world.act('lead', 'CONTACTED', { occurredAt: first - 1 }).drain();
    expect(world.lead('lead')).toMatchObject({ respondedAt: first - 1, acceptedAt: first - 1 });
  });
});

describe('an acceptance that arrives after the breach', () => {
  function breached(): { readonly world: World; readonly first: string; readonly dueAt: number } {
    const world = given(TWO);
    const { agentId, timer } = world.lead('lead');
    world.now += 5 * MINUTE_MS;
    world.drain();
    return { world, first: agentId ?? '', dueAt: timer?.dueAt ?? 0 };
  }

  it('retracts it visibly if it happened in time; the new owner stays', () => {
    const { world, first, dueAt } = breached();
    expect(world.lead('lead')).toMatchObject({
      agentId: other(first),
      breaches: [{ clock: 'ACCEPT', revision: 1, agentId: first, dueAt }],
    });
    world.act('lead', 'ACCEPTED', { agentId: first, occurredAt: dueAt - 1 }).drain();
    expect(kinds(world)).toEqual(['DECISION', 'ACCEPT_BREACHED', 'DECISION', 'BREACH_RETRACTED', 'STATE']);
    expect(world.effects.at(-2)).toMatchObject({ sla: { eventId: 'sla:lead:1:BREACH_RETRACTED', agentId: first, dueAt } });
    expect(world.lead('lead')).toMatchObject({ agentId: other(first), breaches: [], acceptedAt: null, version: 3, revision: 2 });
    world.act('lead', 'ACCEPTED', { agentId: first, occurredAt: dueAt - 1 }).drain();
    expect(world.ignored).toEqual(['NOT_THE_OWNER']);
  });

  it('does nothing if it happened too late', () => {
    const { world, first, dueAt } = breached();
    world.act('lead', 'ACCEPTED', { agentId: first, occurredAt: dueAt }).drain();
    expect(world.ignored).toEqual(['NOT_THE_OWNER']);
  });

  it('counts even when the lead is closed', () => {
    const { world, first, dueAt } = breached();
    world
      .act('lead', 'LOST')
      .drain()
      .act('lead', 'CONTACTED', { agentId: first, occurredAt: dueAt - 1 })
      .drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'CLOSED', outcome: 'LOST', breaches: [], respondedAt: dueAt - 1 });
  });
});

describe('a lead that its owner will not have', () => {
  it.each(['DECLINED', 'RETURNED'] as const)('%s: goes through all rules again, never back', (activity) => {
    const world = given(TWO);
    const first = world.lead('lead').agentId;
    world.act('lead', activity).drain();
    expect(world.lead('lead')).toMatchObject({ revision: 2, agentId: other(first), formerAgents: [first], acceptedAt: null });
    expect(world.effects.at(-1)).toMatchObject({ decision: { cause: activity, previousAgentId: first } });
    expect(world.pool('sales')).toMatchObject({ open: 1, generation: 1 });
    world.act('lead', activity).drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', agentId: 'chief', revision: 3 });
    expect(world.identities.get('mail')).toMatchObject({ leadId: 'lead', agentId: 'chief', isOpen: true });
  });

  it('makes a second round of the final decision makers, with the others first', () => {
    const world = given([{ poolId: 'final', agents: ['chief', 'deputy'] }]);
    const owners = [world.lead('lead').agentId];
    for (let round = 0; round < 3; round++) owners.push(world.act('lead', 'DECLINED').drain().lead('lead').agentId);
    expect(new Set(owners.slice(0, 2)).size).toBe(2);
    expect(owners.slice(2)).toEqual(owners.slice(0, 2));
    expect(world.pool('final').open).toBe(1);
  });

  it('is detached from the lead that it was linked to', () => {
    const world = given(TWO).submit('again', buildFacts(sales), ['mail']).drain();
    expect(world.lead('again').stage).toBe('LINKED');
    world.act('again', 'RETURNED').drain();
    expect(world.lead('again')).toMatchObject({ stage: 'ASSIGNED', linkedTo: null, agentId: other(world.lead('lead').agentId) });
    expect(world.identities.get('mail')?.leadId).toBe('lead');
    expect(world.pool('sales').open).toBe(2);
  });
});

describe('qualification', () => {
  const rules: readonly TestRule[] = [
    { to: 'field', when: (facts) => facts.isQualified && facts.accountId !== null },
    { to: 'sales', when: () => true },
  ];
  const pools: readonly TestPool[] = [
    { poolId: 'sales', agents: ['ann'], acceptWithinMs: 5 * MINUTE_MS },
    { poolId: 'field', agents: ['rep'] },
  ];

  it('hands the lead to whom the rules then name, at once; who qualified it has not lost it', () => {
    const world = new World({ ruleSet: buildTestRuleSet({ pools, rules }) }).submit('key', buildFacts({ accountId: 'ibm' })).drain();
    expect(world.lead('key')).toMatchObject({ poolId: 'sales', agentId: 'ann' });
    world.act('key', 'QUALIFIED').drain();
    expect(world.lead('key')).toMatchObject({ poolId: 'field', agentId: 'rep', isQualified: true, revision: 2, formerAgents: [] });
    expect(world.effects.at(-1)).toMatchObject({ decision: { cause: 'QUALIFIED', previousAgentId: 'ann' } });
    expect([world.pool('sales').open, world.pool('field').open]).toEqual([0, 1]);
  });

  it('is a change of state where the rules name the same pool, and an acceptance', () => {
    const world = given(pools, rules).act('lead', 'QUALIFIED').drain();
    expect(world.lead('lead')).toMatchObject({
      isQualified: true,
      agentId: 'ann',
      revision: 1,
      version: 2,
      timer: null,
      acceptedAt: world.now,
    });
    world.act('lead', 'QUALIFIED').drain();
    expect(world.ignored).toEqual(['NO_CHANGE']);
  });

  it('is known to what comes later in the same batch', () => {
    const world = new World({ ruleSet: buildTestRuleSet({ pools, rules }) }).submit('key', buildFacts({ accountId: 'ibm' })).drain();
    world.act('key', 'QUALIFIED').act('key', 'DECLINED', { agentId: null });
    world.step();
    expect(world.lead('key')).toMatchObject({ stage: 'EXCEPTION', revision: 3, formerAgents: ['rep'] });
  });
});

describe('the end of a lead', () => {
  it.each(['WON', 'LOST', 'DISQUALIFIED'] as const)('%s: frees the place, stops the clock, keeps who had it', (activity) => {
    const world = given(TWO);
    const owner = world.lead('lead').agentId;
    world.act('lead', activity).drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'CLOSED', agentId: owner, timer: null, revision: 1 });
    expect(world.pool('sales').open).toBe(0);
    expect(world.identities.get('mail')).toMatchObject({ isOpen: false, lastAgentId: owner });
    world.act('lead', activity).drain().act('lead', 'DECLINED').drain();
    expect(world.ignored).toEqual(['ALREADY_CLOSED', 'ALREADY_CLOSED']);
  });

  it('takes a lead that waits out of its queue', () => {
    const world = given([
      {
        poolId: 'sales',
        agents: [
          { agentId: 'ann', caps: { open: 0, daily: null } },
          { agentId: 'bob', caps: { open: 1, daily: null } },
        ],
      },
    ]);
    world.submit('next', buildFacts(sales)).drain().act('next', 'DISQUALIFIED').drain();
    expect(world.lead('next')).toMatchObject({ stage: 'CLOSED', waitingSince: null });
    expect(world.pool('sales')).toMatchObject({ waiting: 0, wakePending: false });
    expect(world.waiters.size).toBe(0);
  });

  it('is not for a stranger to say, nor known of a lead nobody submitted', () => {
    const world = given(TWO).act('lead', 'WON', { agentId: 'eve' }).act('ghost', 'WON').drain();
    expect(world.ignored).toEqual(['NOT_THE_OWNER', 'LEAD_NOT_YET_KNOWN']);
  });
});

describe('reassignment by hand', () => {
  const pools: readonly TestPool[] = [
    { poolId: 'sales', agents: ['ann'] },
    { poolId: 'field', caps: { open: 0, daily: null }, agents: ['rep', { agentId: 'off', active: false }], acceptWithinMs: MINUTE_MS },
  ];
  const reassign = (world: World, to: string): World =>
    world
      .send({
        kind: 'REASSIGN',
        leadId: leadId('lead'),
        occurredAt: world.now,
        to,
        by: 'carla',
        reason: 'knows them',
        facts: world.factsOf(leadId('lead')),
      })
      .drain();

  it('overrides caps, rules and former owners', () => {
    const world = reassign(given(pools), 'field');
    expect(world.lead('lead')).toMatchObject({ poolId: 'field', agentId: 'rep', formerAgents: ['ann'], ruleId: null, revision: 2 });
    expect(world.effects.at(-1)).toMatchObject({ decision: { cause: 'REASSIGNED_BY_HAND', acceptBy: world.now + MINUTE_MS } });
    reassign(world, 'sales/ann');
    expect(world.lead('lead')).toMatchObject({ poolId: 'sales', agentId: 'ann', formerAgents: ['rep'], revision: 3 });
    expect([world.pool('sales').open, world.pool('field').open]).toEqual([1, 0]);
  });

  it('refuses whom the rule set does not know or who is not active, and what is so already', () => {
    const world = given(pools);
    for (const to of ['nowhere', 'field/ann', 'field/off', 'sales/ann']) reassign(world, to);
    expect(world.ignored).toEqual(['TARGET_UNKNOWN', 'TARGET_UNKNOWN', 'TARGET_UNKNOWN', 'NO_CHANGE']);
    reassign(world.act('lead', 'WON').drain(), 'field');
    expect(world.ignored.at(-1)).toBe('ALREADY_CLOSED');
  });

  it('makes an exception of a lead that is given to the final decision makers', () => {
    expect(reassign(given(pools), 'final').lead('lead')).toMatchObject({ stage: 'EXCEPTION', agentId: 'chief' });
  });
});
