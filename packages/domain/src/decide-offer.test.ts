/** Leads that are offered: given, when, then. Who is asked, who has it, and what becomes of it if nobody does. */
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { acceptWithin, buildFacts, buildTestRuleSet, type TestPool } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { explainDecision } from './explain-decision.ts';
import type { OfferPolicy } from './lead-offer.ts';
import type { RouterInput } from './routing-model.ts';
import type { Pool } from './rule-set.ts';
import { AGENT_PRESETS } from './strategies/strategy-names.ts';
import { whyNot } from './why-not.ts';

const MINUTE_MS = 60_000;
const OFFER: OfferPolicy = { agents: 2, withinMs: 5 * MINUTE_MS, time: 'BUSINESS', rounds: 2, unclaimed: 'EXCEPTION' };
const NAMES = ['ann', 'bob', 'cid', 'dot'];

/** Pool `a` offers to the first two of its list. */
function given({ offer = {}, pools = [], ...pool }: Omit<Partial<TestPool>, 'offer'> & { offer?: object; pools?: TestPool[] } = {}): World {
  const a = { poolId: 'a', agents: NAMES, strategy: AGENT_PRESETS.dedicated, ...pool, offer: { ...OFFER, ...offer } };
  return new World({ ruleSet: buildTestRuleSet({ pools: [a, ...pools] }) });
}
const submit = (world: World, name = '1', identities: readonly string[] = []): World =>
  world.submit(name, buildFacts({ pool: 'a' }), identities).drain();
/** The time of a round goes by. */
const letPass = (world: World): World => {
  world.now += 5 * MINUTE_MS;
  return world.drain();
};
const say = (world: World, activity: Extract<RouterInput, { readonly kind: 'ACTIVITY' }>['activity'], agentId: string | null): World =>
  world.act('1', activity, { agentId }).drain();
const standing = (world: World, name = '1') => {
  const { stage, poolId, agentId, offer } = world.lead(name);
  return { stage, poolId, agentId, ...(offer && { offer }) };
};
const causes = (world: World) =>
  world.effects.flatMap((effect) => (effect.kind === 'DECISION' ? [`${effect.decision.kind} ${effect.decision.cause}`] : []));

describe('an offer', () => {
  it('asks the first by the strategy, keeps a place in the pool, and charges nobody', () => {
    const world = submit(given());
    const expiresAt = world.now + 5 * MINUTE_MS;
    const offer = { round: 1, offeredTo: ['ann', 'bob'], declined: [], expired: [], expiresAt };
    expect(standing(world)).toEqual({ stage: 'OFFERED', poolId: 'a', agentId: null, offer });
    expect(world.lead('1')).toMatchObject({ revision: 1, timer: { kind: 'OFFER', dueAt: expiresAt } });
    expect(world.pool('a')).toMatchObject({ open: 1, daily: 1, offered: 1 });
    expect(world.pool('a').members.every(({ credit, open, daily, total }) => credit === 0 && open + daily + total === 0)).toBe(true);
    expect(world.effects[0]).toMatchObject({ decision: { kind: 'OFFERED', acceptBy: expiresAt, previousAgentId: null } });
  });

  it('is for those whom the ledger owes most where nothing else ranks them', () => {
    const world = given({ strategy: AGENT_PRESETS.claim, offer: { agents: 3 } });
    submit(world);
    const first = world.lead('1').offer?.offeredTo ?? [];
    expect(new Set(first).size).toBe(3);
    say(world, 'ACCEPTED', first[0] ?? '');
    submit(world, '2');
    expect(world.lead('2').offer?.offeredTo).not.toContain(first[0]);
  });

  it('goes to the first who accepts; its accept clock is kept, that of the first response runs', () => {
    const sla: Pool['sla'] = { ...acceptWithin(MINUTE_MS), firstResponse: { withinMs: 9 * MINUTE_MS, time: 'WALL', warnAfterMs: null } };
    const world = submit(given({ sla }));
    world.act('1', 'ACCEPTED', { agentId: 'bob' }).act('1', 'ACCEPTED', { agentId: 'ann' }).drain();
    expect(standing(world)).toEqual({ stage: 'ASSIGNED', poolId: 'a', agentId: 'bob' });
    expect(world.lead('1')).toMatchObject({ acceptedAt: world.now, timer: { kind: 'RESPONSE' }, laterTimers: [], formerAgents: [] });
    expect(causes(world)).toEqual(['OFFERED SUBMITTED', 'ASSIGNED CLAIMED']);
    expect(world.ignored).toEqual(['OFFER_TAKEN']);
    expect(world.pool('a')).toMatchObject({ open: 1, daily: 1 });
    expect(world.pool('a').offered).toBeUndefined();
    expect(world.pool('a').members.map(({ agentId, credit, total }) => [agentId, credit, total])).toEqual([
      ['ann', 0.25, 0],
      ['bob', -0.75, 1],
      ['cid', 0.25, 0],
      ['dot', 0.25, 0],
    ]);
  });

  it('is taken by whoever was asked and works the lead, and by nobody else', () => {
    const world = submit(given());
    say(world, 'ACCEPTED', 'cid');
    say(world, 'WON', 'dot');
    say(world, 'ACCEPTED', null);
    expect(world.ignored).toEqual(['NOT_OFFERED', 'NOT_OFFERED', 'NOT_OFFERED']);
    world.act('1', 'CONTACTED', { agentId: 'ann', isHumanResponse: false }).drain();
    expect(standing(world).stage).toBe('OFFERED');
    say(world, 'CONTACTED', 'ann');
    expect(world.lead('1')).toMatchObject({ stage: 'ASSIGNED', agentId: 'ann', acceptedAt: world.now, respondedAt: world.now });
  });

  it('stays if who accepts has no room, or is away', () => {
    const agents = [{ agentId: 'ann', caps: { open: 1, daily: null } }, 'bob'];
    const world = submit(submit(given({ agents })), '2');
    world.act('2', 'ACCEPTED', { agentId: 'ann' }).drain();
    say(world, 'ACCEPTED', 'ann');
    world.goAway('bob');
    say(world, 'ACCEPTED', 'bob');
    expect(world.ignored).toEqual(['NO_ROOM', 'NOT_THERE']);
    expect(standing(world).stage).toBe('OFFERED');
    world.comeBack('bob');
    expect(standing(say(world, 'ACCEPTED', 'bob')).agentId).toBe('bob');
  });

  it('keeps no more places than those who are there have; the rest wait in their turn', () => {
    const agents = NAMES.map((agentId) => ({ agentId, caps: { open: 1, daily: null } }));
    const world = given({ agents, pools: [] });
    const all = ['1', '2', '3', '4', '5', '6'];
    for (const name of all) submit(world, name);
    expect(all.map((name) => world.lead(name).stage)).toEqual(['OFFERED', 'OFFERED', 'OFFERED', 'OFFERED', 'WAITING', 'WAITING']);
    say(world, 'ACCEPTED', 'ann');
    expect(world.lead('5').stage).toBe('WAITING');
    say(world, 'WON', 'ann');
    expect(all.map((name) => world.lead(name).stage)).toEqual(['CLOSED', 'OFFERED', 'OFFERED', 'OFFERED', 'OFFERED', 'WAITING']);
  });

  it.each(['a', 'b'])('lets in who waits in %s when somebody out of hours takes a lead: one who is there has a place again', (pool) => {
    const hours = { zone: 'UTC', spans: [{ fromMinute: 9 * 60, toMinute: 12 * 60 + 2 }] };
    const caps = { open: 1, daily: null };
    const agents = [
      { agentId: 'ann', caps, hours },
      { agentId: 'bob', caps },
    ];
    const shut = { agentId: 'eve', caps: { open: 0, daily: null } };
    const world = submit(given({ agents, pools: [{ poolId: 'b', agents: [shut], overflowTo: 'a' }] }));
    world.now += 3 * MINUTE_MS;
    world.submit('2', buildFacts({ pool })).drain();
    expect(standing(world, '2')).toMatchObject({ stage: 'WAITING', poolId: pool });
    say(world, 'ACCEPTED', 'ann');
    expect(world.lead('1').agentId).toBe('ann');
    expect(standing(world, '2')).toMatchObject({ stage: 'OFFERED', offer: { offeredTo: ['bob'] } });
  });

  it('comes after the earlier owner of the person, who gets the lead at once', () => {
    const world = submit(given({ owner: 'PERSON' }), '1', ['m1']);
    say(world, 'ACCEPTED', 'bob');
    say(world, 'LOST', 'bob');
    submit(world, '2', ['m1']);
    expect(standing(world, '2')).toEqual({ stage: 'ASSIGNED', poolId: 'a', agentId: 'bob' });
  });

  it('links a second lead of the person meanwhile', () => {
    const world = submit(submit(given(), '1', ['m1']), '2', ['m1']);
    expect(world.lead('2')).toMatchObject({ stage: 'LINKED', linkedTo: '1' });
    // It has no owner yet, so that no mail finds an address: no reason to work the person twice.
    world.act('2', 'UNDELIVERABLE', { agentId: null }).drain();
    expect(world.lead('2')).toMatchObject({ stage: 'LINKED', linkedTo: '1' });
    expect(world.ignored).toEqual(['NO_CHANGE']);
  });
});

describe('a refusal', () => {
  it('leaves the others their chance, and is never asked again about this lead', () => {
    const world = say(submit(given()), 'DECLINED', 'ann');
    expect(world.lead('1')).toMatchObject({ revision: 1, offer: { offeredTo: ['bob'], declined: ['ann'] }, formerAgents: ['ann'] });
    say(world, 'ACCEPTED', 'ann');
    expect(world.ignored).toEqual(['NOT_OFFERED']);
    letPass(world);
    expect(world.lead('1')).toMatchObject({
      revision: 2,
      offer: { round: 2, offeredTo: ['cid', 'dot'], declined: ['ann'], expired: ['bob'] },
    });
  });

  it('of all of them, or of a system, begins the next round at once', () => {
    const world = say(say(submit(given()), 'DECLINED', 'ann'), 'UNDELIVERABLE', 'bob');
    expect(world.lead('1').offer).toMatchObject({ round: 2, offeredTo: ['cid', 'dot'], declined: ['ann', 'bob'] });
    say(world, 'UNDELIVERABLE', null);
    expect(standing(world)).toMatchObject({ stage: 'EXCEPTION', poolId: 'final', agentId: 'chief' });
    expect(causes(world)).toEqual(['OFFERED SUBMITTED', 'OFFERED UNDELIVERABLE', 'EXCEPTION UNDELIVERABLE']);
    expect(world.pool('a')).toMatchObject({ open: 0, daily: 1 });
  });

  it('of a winner is as any other: the rules again, without that one', () => {
    const world = say(say(submit(given()), 'ACCEPTED', 'ann'), 'RETURNED', 'ann');
    expect(world.lead('1')).toMatchObject({ stage: 'OFFERED', acceptedAt: null, offer: { round: 1, offeredTo: ['bob', 'cid'] } });
  });
});

describe('a round that ends', () => {
  it('asks others, then those who were asked where there are no others', () => {
    const world = letPass(submit(given({ offer: { rounds: 4 } })));
    expect(world.lead('1').offer).toMatchObject({ round: 2, offeredTo: ['cid', 'dot'], expired: ['ann', 'bob'] });
    letPass(world);
    expect(world.lead('1').offer).toMatchObject({ round: 3, offeredTo: ['ann', 'bob'], expired: ['cid', 'dot'] });
    expect(world.pool('a')).toMatchObject({ open: 1, daily: 1, offered: 1 });
  });

  it('does not take it from those who were asked: a late accept counts as long as it is offered', () => {
    const world = letPass(submit(given()));
    expect(standing(say(world, 'ACCEPTED', 'ann'))).toEqual({ stage: 'ASSIGNED', poolId: 'a', agentId: 'ann' });
  });

  it('counts the hours of the pool, or the wall clock', () => {
    const hours = {
      zone: 'UTC',
      spans: [
        { fromMinute: 9 * 60, toMinute: 12 * 60 + 2 },
        { fromMinute: 33 * 60, toMinute: 36 * 60 },
      ],
    };
    const next = Date.UTC(2026, 0, 6, 9, 3);
    expect(submit(given({ hours })).lead('1').timer).toEqual({ kind: 'OFFER', dueAt: next });
    const world = submit(given({ hours, offer: { time: 'WALL' } }));
    expect(world.lead('1').timer?.dueAt).toBe(world.now + 5 * MINUTE_MS);
  });

  it('is superseded by an accept before it in the log', () => {
    const world = submit(given());
    world.now += 5 * MINUTE_MS;
    world.act('1', 'ACCEPTED', { agentId: 'ann' }).fireTimers().drain();
    expect(world.lead('1').agentId).toBe('ann');
    expect(world.ignored).toEqual(['TIMER_SUPERSEDED']);
  });
});

describe('a lead that nobody takes', () => {
  const unclaimed = (world: World): World => letPass(letPass(submit(world)));

  it('exception: goes to the final decision makers, and the place is free', () => {
    const world = unclaimed(given());
    expect(standing(world)).toEqual({ stage: 'EXCEPTION', poolId: 'final', agentId: 'chief' });
    expect(causes(world)).toEqual(['OFFERED SUBMITTED', 'OFFERED OFFER_EXPIRED', 'EXCEPTION OFFER_EXPIRED']);
    expect(world.pool('a')).toMatchObject({ open: 0 });
    expect(world.lead('1').formerAgents).toEqual(['@a']);
  });

  it('overflow: the pool behind it has it, and this one is passed by from now on', () => {
    const world = unclaimed(given({ offer: { unclaimed: 'OVERFLOW' }, overflowTo: 'b', pools: [{ poolId: 'b', agents: ['eve'] }] }));
    expect(standing(world)).toEqual({ stage: 'ASSIGNED', poolId: 'b', agentId: 'eve' });
    expect(standing(say(world, 'DECLINED', 'eve'))).toMatchObject({ stage: 'EXCEPTION', poolId: 'final' });
  });

  it('next-rule: the rules after it are asked', () => {
    const pools = [
      { poolId: 'a', agents: NAMES, offer: { ...OFFER, unclaimed: 'NEXT_RULE' as const } },
      { poolId: 'b', agents: ['eve'] },
    ];
    const rules = [
      { to: 'a', when: () => true },
      { to: 'b', when: () => true },
    ];
    const world = unclaimed(new World({ ruleSet: buildTestRuleSet({ pools, rules }) }));
    expect(standing(world)).toEqual({ stage: 'ASSIGNED', poolId: 'b', agentId: 'eve' });
    // What becomes known does not take it from there: the rules still allow that pool.
    expect(standing(say(world, 'ANSWERED', 'eve'))).toMatchObject({ poolId: 'b' });
    expect(world.retries).toBe(0);
  });

  it('assign: whom the strategy puts first has it, asked or not, and promises what owners promise', () => {
    const world = say(submit(given({ offer: { unclaimed: 'ASSIGN' }, acceptWithinMs: MINUTE_MS })), 'DECLINED', 'ann');
    letPass(letPass(world));
    expect(standing(world)).toEqual({ stage: 'ASSIGNED', poolId: 'a', agentId: 'bob' });
    expect(world.lead('1')).toMatchObject({ acceptedAt: null, timer: { kind: 'ACCEPT' } });
    expect(world.pool('a')).toMatchObject({ open: 1, daily: 1 });
    expect(world.pool('a').offered).toBeUndefined();
  });

  it('wait: it waits until something changes in the pool, is offered anew, and not longer than leads wait there', () => {
    const world = unclaimed(given({ offer: { unclaimed: 'WAIT' }, maxWaitMs: 30 * MINUTE_MS }));
    const since = world.now;
    expect(world.lead('1')).toMatchObject({ stage: 'WAITING', poolId: 'a', waitingSince: since, formerAgents: [] });
    submit(world, '2');
    world.act('2', 'ACCEPTED', { agentId: 'ann' }).act('2', 'WON', { agentId: 'ann' }).drain();
    expect(world.lead('1')).toMatchObject({ stage: 'OFFERED', waitingSince: since, offer: { round: 1, expired: [] } });
    letPass(letPass(world));
    expect(world.lead('1')).toMatchObject({
      stage: 'WAITING',
      waitingSince: since,
      timer: { kind: 'WAIT_LIMIT', dueAt: since + 30 * MINUTE_MS },
    });
    world.now = since + 30 * MINUTE_MS;
    expect(standing(world.drain())).toMatchObject({ stage: 'EXCEPTION', poolId: 'final' });
  });

  it('is not asked about where nobody is left', () => {
    const world = submit(given({ agents: ['ann', 'bob'] }));
    say(say(world, 'DECLINED', 'ann'), 'DECLINED', 'bob');
    expect(standing(world)).toMatchObject({ stage: 'EXCEPTION' });
    expect(world.retries).toBeLessThanOrEqual(1);
  });
});

describe('what else happens meanwhile', () => {
  it('qualified by one who was asked: that one has it, and then the rules', () => {
    const world = say(submit(given()), 'QUALIFIED', 'bob');
    expect(world.lead('1')).toMatchObject({ stage: 'ASSIGNED', agentId: 'bob', isQualified: true });
  });

  it('answers: the rules are asked again, and it goes where they say, or stays offered', () => {
    const world = submit(given({ pools: [{ poolId: 'b', agents: ['eve'] }] }));
    world.act('1', 'ANSWERED', { agentId: null, learned: { score: 5 } }).drain();
    expect(world.lead('1')).toMatchObject({ stage: 'OFFERED', score: 5, revision: 1 });
    world.act('1', 'ANSWERED', { agentId: null, learned: { attributes: { pool: 'b' } } }).drain();
    expect(standing(world)).toEqual({ stage: 'ASSIGNED', poolId: 'b', agentId: 'eve' });
    expect(world.pool('a')).toMatchObject({ open: 0 });
  });

  it('disqualified: it is closed, and the place is free', () => {
    const world = say(submit(given()), 'DISQUALIFIED', null);
    expect(standing(world)).toEqual({ stage: 'CLOSED', poolId: 'a', agentId: null });
    expect(world.pool('a')).toMatchObject({ open: 0 });
    expect(world.lead('1').timer).toBeNull();
  });

  it('reassigned by hand: who is named has it', () => {
    const world = submit(given());
    const by = { by: 'carla', reason: 'asked for', facts: world.factsOf(world.lead('1').leadId) };
    world.send({ kind: 'REASSIGN', leadId: world.lead('1').leadId, occurredAt: world.now, to: 'a/dot', ...by }).drain();
    expect(standing(world)).toEqual({ stage: 'ASSIGNED', poolId: 'a', agentId: 'dot' });
    expect(world.pool('a')).toMatchObject({ open: 1, daily: 2 });
    expect(world.lead('1').formerAgents).toEqual([]);
  });

  it('other rules: what offers no more leads goes through them when the round ends', () => {
    const world = submit(given());
    world.flip(buildTestRuleSet({ pools: [{ poolId: 'a', agents: ['eve'] }] }));
    expect(standing(letPass(world))).toEqual({ stage: 'ASSIGNED', poolId: 'a', agentId: 'eve' });
    expect(world.pool('a').offered).toBeUndefined();
  });

  it('takes no second try for its locks', () => {
    const world = submit(given());
    say(world, 'DECLINED', 'ann');
    letPass(world);
    say(world, 'ACCEPTED', 'dot');
    letPass(letPass(submit(world, '2')));
    expect(world.retries).toBe(0);
  });
});

describe('explain', () => {
  const explain = (world: World, pools = ['a', 'final']) => {
    const inputs = world.logs[0] ?? [];
    const locked = { identities: [], leads: inputs.map(({ leadId }) => leadId), destinations: [], pools };
    const result = explainDecision({ ...world.request(inputs), snapshot: world.snapshot(locked) }, 0);
    if (result.kind !== 'EXPLAINED') throw new Error(result.kind);
    return result.explanation;
  };

  it('tells whom it is offered to, and why not others', () => {
    const world = given().submit('1', buildFacts({ pool: 'a' }));
    const explanation = explain(world);
    const lines = explanation.lines.join('\n');
    expect(lines).toContain('OFFERED to ann, bob in pool a, round 1, to be accepted by 2026-01-05T12:05:00.000Z.');
    expect(lines).toContain('ann: asked (place 1;');
    expect(lines).toContain('cid: the strategy puts another first (place 3;');
    expect(whyNot(world.ruleSet, explanation, 'cid')?.reasons.join()).toContain(
      'by dedicated those who are asked stand before it: ann, bob.',
    );
    expect(whyNot(world.ruleSet, explanation, 'ann')?.reasons.join()).toContain('it has to accept before the others do');
  });

  it('tells who was first, and what the ledger has of it', () => {
    const world = submit(given()).act('1', 'ACCEPTED', { agentId: 'bob' });
    const explanation = explain(world);
    const lines = explanation.lines.join('\n');
    expect(lines).toContain('because it was offered to several, and one was the first to accept: ASSIGNED with bob in pool a');
    expect(lines).toContain('bob: chosen');
    expect(lines).toContain('the pool 1 open, as before');
    expect(whyNot(world.ruleSet, explanation, 'ann')?.reasons.join()).toContain('it was asked, and bob was first.');
  });

  it('tells what comes of a lead that nobody took', () => {
    const world = letPass(submit(given()));
    world.now += 5 * MINUTE_MS;
    const lines = explain(world.fireTimers()).lines.join('\n');
    expect(lines).toContain('Nobody in pool a took it in 2 rounds: it goes to the final decision makers.');
  });
});
