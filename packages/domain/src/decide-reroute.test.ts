/** More becomes known of a lead: answers, engagement, notes; and what nobody could be told. */
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool, type TestRule } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';

const RULES: readonly TestRule[] = [
  { to: 'sales', when: (facts) => facts.grade === 'HOT' },
  { to: 'center', when: (facts) => facts.grade === 'NEED_INFORMATION' },
  { to: 'nurture', when: (facts) => facts.grade === 'NEED_NURTURING' },
];
const POOLS: readonly TestPool[] = [
  { poolId: 'sales', agents: ['ann', 'bob'] },
  { poolId: 'center', agents: ['cid'], acceptWithinMs: 60_000 },
  { poolId: 'nurture', destinationId: 'drip' },
];
const given = (grade: 'HOT' | 'NEED_INFORMATION' | 'NEED_NURTURING' | 'LOW_POTENTIAL', pools = POOLS): World =>
  new World({ ruleSet: buildTestRuleSet({ pools, rules: RULES, destinations: [{ destinationId: 'drip', kind: 'NURTURE' }] }) })
    .submit('lead', buildFacts({ grade, score: 10 }), ['mail'])
    .drain();
const HOT = { grade: 'HOT', score: 60 } as const;
const decisions = (world: World): readonly string[] =>
  world.effects.flatMap((effect) => (effect.kind === 'DECISION' ? [`${effect.decision.cause} ${effect.decision.lead.poolId}`] : []));

describe('answers', () => {
  it('bring a lead that needed information to where it then belongs, as a new revision', () => {
    const world = given('NEED_INFORMATION').act('lead', 'ANSWERED', { learned: HOT, bringsData: true }).drain();
    expect(decisions(world)).toEqual(['SUBMITTED center', 'ANSWERED sales']);
    expect(world.lead('lead')).toMatchObject({ revision: 2, grade: 'HOT', score: 60, formerAgents: [] });
    expect([world.pool('center').open, world.pool('sales').open]).toEqual([0, 1]);
  });

  it('change what is known where the rules name the same pool', () => {
    const world = given('NEED_INFORMATION')
      .act('lead', 'ANSWERED', { learned: { grade: 'NEED_INFORMATION', score: 30 } })
      .drain();
    expect(world.lead('lead')).toMatchObject({ agentId: 'cid', score: 30, revision: 1, version: 2, acceptedAt: world.now });
  });

  it('count whoever brings them, even the person itself', () => {
    for (const agentId of [null, 'eve'])
      expect(decisions(given('NEED_INFORMATION').act('lead', 'ANSWERED', { agentId, learned: HOT }).drain()).at(-1)).toBe('ANSWERED sales');
  });

  it('of a lead that waits find it another queue, or another place in its own', () => {
    const full: readonly TestPool[] = [
      { poolId: 'sales', agents: [{ agentId: 'ann', caps: { open: 1, daily: null } }] },
      { poolId: 'center', agents: [{ agentId: 'cid', caps: { open: 1, daily: null } }] },
    ];
    const world = given('NEED_INFORMATION', full)
      .submit('next', buildFacts({ grade: 'NEED_INFORMATION' }))
      .drain();
    expect(world.lead('next')).toMatchObject({ stage: 'WAITING', poolId: 'center' });
    world.act('next', 'ANSWERED', { learned: HOT }).drain();
    expect(world.lead('next')).toMatchObject({ stage: 'ASSIGNED', poolId: 'sales' });
    expect(world.pool('center').waiting).toBe(0);
  });

  it('of a closed lead are kept and change nothing else', () => {
    const world = given('NEED_INFORMATION').act('lead', 'LOST').drain().act('lead', 'ANSWERED', { learned: HOT }).drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'CLOSED', grade: 'NEED_INFORMATION', version: 3 });
  });
});

describe('engagement', () => {
  it('promotes a nurtured lead to sales, and is kept where it does not', () => {
    const world = given('NEED_NURTURING').act('lead', 'ENGAGED', { agentId: null }).drain();
    expect(world.lead('lead')).toMatchObject({ poolId: 'nurture', agentId: null, version: 2, revision: 1 });
    world.act('lead', 'ENGAGED', { agentId: null, learned: HOT }).drain();
    expect(decisions(world)).toEqual(['SUBMITTED nurture', 'ENGAGED sales']);
  });

  it('does not take a lead from a person who has accepted it, but from a campaign', () => {
    const accepted = given('NEED_INFORMATION')
      .act('lead', 'ACCEPTED')
      .drain()
      .act('lead', 'ENGAGED', { agentId: null, learned: HOT })
      .drain();
    expect(accepted.lead('lead')).toMatchObject({ poolId: 'center', agentId: 'cid', grade: 'HOT', revision: 1 });
    const nurtured = given('NEED_NURTURING').act('lead', 'ACCEPTED', { agentId: null }).drain();
    expect(nurtured.act('lead', 'ENGAGED', { agentId: null, learned: HOT }).drain().lead('lead').poolId).toBe('sales');
  });

  it('never demotes', () => {
    const world = given('HOT')
      .act('lead', 'ENGAGED', { agentId: null, learned: { grade: 'NEED_NURTURING', score: 1 } })
      .drain();
    expect(world.lead('lead')).toMatchObject({ poolId: 'sales', grade: 'HOT', score: 10, version: 2 });
  });
});

describe('a note', () => {
  it('is kept, whoever makes it and wherever the lead is', () => {
    const world = given('HOT').act('lead', 'NOTED', { agentId: 'eve' }).drain().act('lead', 'WON').drain().act('lead', 'NOTED').drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'CLOSED', version: 4, revision: 1 });
    expect(world.ignored).toEqual([]);
  });

  it('that comes with a word which is not heard is kept as well', () => {
    const world = given('HOT')
      .act('lead', 'ACCEPTED', { agentId: 'eve', bringsData: true })
      .act('lead', 'ACCEPTED', { agentId: 'eve' })
      .drain();
    expect(world.lead('lead')).toMatchObject({ acceptedAt: null, version: 2 });
    expect(world.ignored).toEqual(['NOT_THE_OWNER']);
  });
});

describe('an owner who cannot be told', () => {
  it('loses the lead to others', () => {
    const world = given('HOT');
    const owner = world.lead('lead').agentId;
    world.act('lead', 'UNDELIVERABLE', { agentId: owner, revision: 1 }).drain();
    expect(world.lead('lead')).toMatchObject({ poolId: 'sales', formerAgents: [owner], revision: 2 });
    expect(decisions(world).at(-1)).toBe('UNDELIVERABLE sales');
  });

  it('keeps it where the report is of an earlier assignment', () => {
    const world = given('HOT').act('lead', 'DECLINED').drain().act('lead', 'UNDELIVERABLE', { agentId: null, revision: 1 }).drain();
    expect(world.lead('lead').revision).toBe(2);
    expect(world.ignored).toEqual(['REVISION_SUPERSEDED']);
  });

  it('keeps it if all the other final decision makers had it: nobody passes it round for ever', () => {
    const world = given('LOW_POTENTIAL', [{ poolId: 'final', agents: ['chief', 'deputy'] }]);
    const first = world.lead('lead').agentId;
    world.act('lead', 'UNDELIVERABLE', { agentId: first }).drain();
    const second = world.lead('lead').agentId;
    expect(second).not.toBe(first);
    world.act('lead', 'UNDELIVERABLE', { agentId: second }).drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', agentId: second, revision: 2 });
    expect(world.ignored).toEqual(['NO_CHANGE']);
  });
});
