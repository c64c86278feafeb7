/** Queues and how they drain: given, when, then. */
import { leadId, World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import type { Grade } from './lead.ts';

const sales = { pool: 'sales' };
const ONE_OPEN = { open: 1, daily: null };
const NIGHT = Date.UTC(2026, 0, 5, 22);
const MORNING = Date.UTC(2026, 0, 6, 9);
/** Mondays and Tuesdays from nine to five. */
const HOURS = {
  zone: 'UTC',
  spans: [
    { fromMinute: 540, toMinute: 1020 },
    { fromMinute: 1980, toMinute: 2460 },
  ],
};

const given = (now: number, ...pools: readonly TestPool[]): World =>
  new World({ ruleSet: buildTestRuleSet({ pools }), now, partitions: 2 });
const assigned = (world: World): readonly string[] =>
  world.effects.flatMap((effect) =>
    effect.kind === 'DECISION' && effect.decision.kind === 'ASSIGNED' ? [effect.decision.lead.leadId] : [],
  );

describe('a queue', () => {
  it('drains by grade, then by age, as places become free', () => {
    const world = given(MORNING, { poolId: 'sales', agents: [{ agentId: 'ann', caps: ONE_OPEN }] })
      .submit('first', buildFacts(sales))
      .drain();
    for (const [name, grade] of [
      ['low', 'LOW_POTENTIAL'],
      ['hot', 'HOT'],
      ['hotter', 'HOT'],
    ] as const satisfies readonly (readonly [string, Grade])[]) {
      world.submit(name, buildFacts({ ...sales, grade })).drain();
      world.now += 1000;
    }
    for (const name of ['first', 'hot', 'hotter']) world.act(name, 'WON').drain();
    expect(assigned(world)).toEqual(['first', 'hot', 'hotter', 'low']);
    expect(world.lead('hot')).toMatchObject({ revision: 2, waitingSince: null });
  });

  it('waits for the morning, and drains then, best grade and oldest first', () => {
    const world = given(NIGHT, { poolId: 'sales', hours: HOURS, agents: [{ agentId: 'ann', caps: { open: 3, daily: null } }] });
    for (const [index, grade] of (['LOW_POTENTIAL', 'HOT', 'HIGH_POTENTIAL', 'HOT', 'HIGH_POTENTIAL'] as const).entries()) {
      world.submit(`${grade}-${index}`, buildFacts({ ...sales, grade })).drain();
      world.now += 1000;
    }
    expect(world.pool('sales')).toMatchObject({ waiting: 5, wakeAt: MORNING, open: 0 });
    world.now = MORNING;
    world.drain();
    expect([...assigned(world)].sort()).toEqual(['HIGH_POTENTIAL-2', 'HOT-1', 'HOT-3']);
    expect(world.effects.at(-1)).toMatchObject({ decision: { cause: 'POOL_OPENED' } });
    expect(world.pool('sales')).toMatchObject({ waiting: 2, open: 3, wakeAt: null });
  });

  it('drains at the new day of a daily cap', () => {
    const world = given(MORNING, { poolId: 'sales', zone: 'Europe/Berlin', agents: [{ agentId: 'ann', caps: { open: null, daily: 1 } }] });
    world.submit('one', buildFacts(sales)).submit('two', buildFacts(sales)).drain();
    expect(world.pool('sales').wakeAt).toBe(Date.UTC(2026, 0, 6, 23));
    world.now = Date.UTC(2026, 0, 6, 23);
    world.drain();
    expect(world.lead('two')).toMatchObject({ stage: 'ASSIGNED', agentId: 'ann' });
    expect(world.pool('sales').members).toMatchObject([{ open: 2, daily: 1, day: '2026-01-07', total: 2 }]);
  });

  it('is not overtaken by a new arrival, whoever comes first after the place is free', () => {
    const world = given(MORNING, { poolId: 'sales', agents: [{ agentId: 'ann', caps: ONE_OPEN }] });
    world.submit('first', buildFacts(sales)).drain().submit('waiter', buildFacts(sales)).drain();
    world.act('first', 'WON');
    for (const log of world.logs) while (log.length > 0) world.step(world.logs.indexOf(log), 1);
    world.submit('late', buildFacts(sales)).drain();
    expect(assigned(world)).toEqual(['first', 'waiter']);
    expect(world.lead('late').stage).toBe('WAITING');
  });

  it('does not hold back arrivals for which there are places enough', () => {
    const world = given(MORNING, { poolId: 'sales', agents: ['ann', { agentId: 'bob', hours: HOURS }] });
    world.submit('lead', buildFacts(sales)).drain();
    world.pools.set('sales', { ...world.pool('sales'), waiting: 1 });
    world.submit('late', buildFacts(sales)).drain();
    expect(world.lead('late').stage).toBe('ASSIGNED');
  });

  it('is served by the pools that its own overflows into', () => {
    const world = given(
      MORNING,
      { poolId: 'sales', agents: [{ agentId: 'ann', caps: ONE_OPEN }], overflowTo: 'center' },
      { poolId: 'center', agents: [{ agentId: 'bob', caps: ONE_OPEN }] },
    );
    world
      .submit('one', buildFacts(sales))
      .submit('two', buildFacts({ pool: 'center' }))
      .drain()
      .submit('three', buildFacts(sales))
      .drain();
    expect(world.lead('three').stage).toBe('WAITING');
    world.act('two', 'WON').drain();
    expect(world.lead('three')).toMatchObject({ stage: 'ASSIGNED', poolId: 'center', agentId: 'bob' });
  });

  it('of a pool that the rule set no longer has is routed anew when its timer fires', () => {
    const old = given(NIGHT, { poolId: 'sales', hours: HOURS, agents: ['ann'] })
      .submit('lead', buildFacts(sales))
      .drain();
    old.flip(buildTestRuleSet({ pools: [{ poolId: 'field', agents: ['rep'] }], rules: [{ to: 'field', when: () => true }] }));
    old.drain();
    expect(old.lead('lead')).toMatchObject({ stage: 'ASSIGNED', poolId: 'field', ruleSetVersion: 2 });
    expect(old.pool('sales').waiting).toBe(0);
  });

  it("of which the books list nobody is called by the pool's own timer", () => {
    const world = given(MORNING, { poolId: 'sales', agents: [{ agentId: 'ann', caps: ONE_OPEN }] });
    world.submit('first', buildFacts(sales)).drain().submit('waiter', buildFacts(sales)).drain();
    const inputs = world.act('first', 'WON').logOf(leadId('first')).splice(0);
    const list = world.snapshot.bind(world);
    world.snapshot = (locked) => ({ ...list(locked), waiters: new Map() });
    world.decide(inputs);
    expect(world.pool('sales')).toMatchObject({ wakePending: true, wakeAt: world.now });
    world.snapshot = list;
    expect(world.drain().lead('waiter').stage).toBe('ASSIGNED');
  });
});

describe('ageing', () => {
  const HOUR_MS = 3_600_000;
  const one = { poolId: 'sales', agents: [{ agentId: 'ann', caps: ONE_OPEN }] };

  it.each([
    ['a working day a grade, unless the pool says otherwise', one, 8 * HOUR_MS],
    ['what the pool says', { ...one, ageingMs: HOUR_MS }, HOUR_MS],
  ])('lets a worse grade go first when it has waited longer by: %s', (_what, pool, ageingMs) => {
    const world = given(MORNING, pool).submit('first', buildFacts(sales)).drain();
    const submit = (name: string, grade: Grade): World => world.submit(name, buildFacts({ ...sales, grade })).drain();
    submit('worse', 'HIGH_POTENTIAL');
    world.now += ageingMs - 1;
    submit('better', 'HOT');
    world.now += 2;
    submit('too late', 'HOT');
    for (const name of ['first', 'better', 'worse']) world.act(name, 'WON').drain();
    expect(assigned(world)).toEqual(['first', 'better', 'worse', 'too late']);
  });

  it('lets nobody starve behind better leads that keep coming', () => {
    const world = given(MORNING, { ...one, ageingMs: HOUR_MS })
      .submit('owned', buildFacts(sales))
      .drain();
    world.submit('worst', buildFacts({ ...sales, grade: 'NEED_NURTURING' })).drain();
    let owned = 'owned';
    let hours = 0;
    for (; world.lead('worst').stage === 'WAITING' && hours < 24; hours++) {
      world.submit(`hot-${hours}`, buildFacts(sales)).drain();
      world.now += HOUR_MS;
      world.act(owned, 'WON').drain();
      owned = [...world.leads.values()].find(({ stage }) => stage === 'ASSIGNED')?.leadId ?? '';
    }
    expect(hours).toBeLessThanOrEqual(7);
  });
});
