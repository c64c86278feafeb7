/** Strategies, skills, several pools of a rule, and what happens at a cap: given, when, then. */
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool, type TestRule } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { explainDecision } from './explain-decision.ts';
import { want } from './strategies/candidate.test-support.ts';
import { NO_WANTS, skillKey } from './strategies/skills.ts';
import { AGENT_PRESETS, POOL_PRESETS } from './strategies/strategy-names.ts';

const ONE_OPEN = { open: 1, daily: null };
const speaks = (language: string, level = 3) => new Map([[skillKey('language', language), level]]);
const SPEAKS = { required: [want('language')], preferred: [] };
const everything = (rule: Omit<TestRule, 'when'>): TestRule => ({ ...rule, when: () => true });

const given = (pools: readonly TestPool[], rules?: readonly TestRule[]): World =>
  new World({ ruleSet: buildTestRuleSet({ pools, ...(rules && { rules }) }) });
const submit = (world: World, names: readonly string[], facts = buildFacts({ pool: 'a' })): World => {
  for (const name of names) world.submit(name, facts);
  return world.drain();
};
const ownersOf = (world: World, names: readonly string[]) => names.map((name) => world.lead(name).agentId);
/** Of the last lead that was sent and not decided yet. */
const explain = (world: World): readonly string[] => {
  const inputs = world.logs[0] ?? [];
  const known = { ...world.request(inputs), snapshot: world.snapshot({ identities: [], leads: [], destinations: [], pools: [] }) };
  const locked = {
    identities: [],
    leads: inputs.map(({ leadId }) => leadId),
    destinations: [],
    pools: [...world.ruleSet.pools.keys()].sort(),
  };
  const result = explainDecision({ ...known, snapshot: world.snapshot(locked) }, 0);
  return result.kind === 'EXPLAINED' ? result.explanation.lines : [result.kind];
};

describe('a strategy of a pool', () => {
  it('dedicated: the first of the list has every lead, the next only while the first cannot', () => {
    const world = given([
      { poolId: 'a', strategy: AGENT_PRESETS.dedicated, agents: [{ agentId: 'ann', caps: { open: 2, daily: null } }, 'bob'] },
    ]);
    expect(ownersOf(submit(world, ['1', '2', '3']), ['1', '2', '3'])).toEqual(['ann', 'ann', 'bob']);
  });

  it('least-loaded: who has the fewest open leads for its weight, and by the ledger among equals', () => {
    const world = given([{ poolId: 'a', strategy: AGENT_PRESETS['least-loaded'], agents: ['ann', 'bob', { agentId: 'cid', weight: 2 }] }]);
    submit(world, ['1', '2', '3', '4']);
    expect(world.pool('a').members.map(({ open }) => open)).toEqual([1, 1, 2]);
    const [first] = ['1', '2', '3', '4'].filter((name) => world.lead(name).agentId === 'bob');
    world.act(first ?? '', 'WON').drain();
    expect(ownersOf(submit(world, ['5']), ['5'])).toEqual(['bob']);
  });

  it('best-fit: who has the skills, and by the ledger among equals; unskilled only where nothing is required', () => {
    const agents = [
      { agentId: 'ann', skills: speaks('es', 5) },
      { agentId: 'bob', skills: speaks('es', 5) },
      { agentId: 'cid', skills: speaks('es', 2) },
      'dot',
    ];
    const world = given([{ poolId: 'a', strategy: AGENT_PRESETS['best-fit'], wants: SPEAKS, agents }]);
    submit(world, ['1', '2', '3', '4'], buildFacts({ pool: 'a', language: 'es' }));
    expect(world.pool('a').members.map(({ total }) => total)).toEqual([2, 2, 0, 0]);
    submit(world, ['5', '6', '7', '8'], buildFacts({ pool: 'a' }));
    expect(
      world
        .pool('a')
        .members.map(({ total }) => total)
        .reduce((sum, total) => sum + total, 0),
    ).toBe(8);
    expect(world.lead('8').stage).toBe('ASSIGNED');
  });

  it('tells every candidate with its scores and reasons', () => {
    const agents = [
      { agentId: 'ann', skills: speaks('es', 5) },
      { agentId: 'bob', skills: speaks('es', 4) },
      'cid',
      { agentId: 'dot', active: false },
    ];
    const world = given([{ poolId: 'a', strategy: AGENT_PRESETS['best-fit'], wants: SPEAKS, agents }]);
    world.submit('1', buildFacts({ pool: 'a', language: 'es' }));
    expect(explain(world).slice(-6)).toEqual([
      'Pool a takes it by its strategy (best-fit), and by the ledger among equals.',
      '  ann: chosen (best-fit 1; share 100 %, owed 0.00 leads; 0 open, 0 today).',
      '  bob: the strategy puts another first (best-fit 0.8; 0 open, 0 today).',
      '  cid: no skill in language es.',
      '  dot: not active.',
      '  Ledger before and after: the pool 0 to 1 open, 0 to 1 today.',
    ]);
  });
});

describe('required skills', () => {
  const agents = [{ agentId: 'ann', skills: speaks('es'), caps: ONE_OPEN }, 'bob'];
  const spanish = buildFacts({ pool: 'a', language: 'es' });

  it('hold whatever the strategy: the lead waits for who has them, and others pass it by', () => {
    const world = given([{ poolId: 'a', wants: SPEAKS, agents }]);
    submit(world, ['1', '2'], spanish);
    expect([world.lead('1').agentId, world.lead('2').stage]).toEqual(['ann', 'WAITING']);
    submit(world, ['3']);
    expect(world.lead('3').agentId).toBe('bob');
    world.act('1', 'WON').drain();
    expect(world.lead('2')).toMatchObject({ stage: 'ASSIGNED', agentId: 'ann' });
  });

  it('that nobody has take the lead to the final decision makers', () => {
    const world = given([{ poolId: 'a', wants: SPEAKS, agents: ['bob'] }]);
    submit(world, ['1'], spanish);
    expect(world.lead('1')).toMatchObject({ stage: 'EXCEPTION', agentId: 'chief' });
  });

  it('may be asked for by a rule as well', () => {
    const wants = { required: [want('certified', { value: 'hipaa' })], preferred: [] };
    const certified = { agentId: 'cid', skills: new Map([[skillKey('certified', 'HIPAA'), 3]]) };
    const world = given([{ poolId: 'a', agents: ['ann', certified] }], [everything({ to: 'a', wants })]);
    submit(world, ['1', '2', '3']);
    expect(ownersOf(world, ['1', '2', '3'])).toEqual(['cid', 'cid', 'cid']);
  });

  it('are not overtaken: an arrival that asks for the same waits behind those who do', () => {
    const world = given([{ poolId: 'a', wants: SPEAKS, agents }]);
    submit(world, ['1', '2'], spanish);
    world.act('1', 'WON');
    world.step();
    world.logs[0]?.unshift(...(world.submit('3', spanish).logs[0] ?? []).splice(-1));
    world.drain();
    expect([world.lead('2').stage, world.lead('3').stage]).toEqual(['ASSIGNED', 'WAITING']);
  });
});

describe('several pools of a rule', () => {
  const TWO_OPEN = { open: 2, daily: null };
  const poolsOf = (weight: number) => [
    { poolId: 'a', agents: [{ agentId: 'ann', caps: TWO_OPEN }] },
    { poolId: 'b', agents: [{ agentId: 'bob', weight, caps: TWO_OPEN }] },
  ];
  const pools = [
    { poolId: 'a', agents: [{ agentId: 'ann', caps: ONE_OPEN }] },
    { poolId: 'b', agents: [{ agentId: 'bob', caps: TWO_OPEN }] },
  ];
  /** Both full, and `waits` does. The more weight bob has, the sooner his pool comes before that of the queue. */
  const queued = (weight: number): World => {
    const among = { pools: ['a', 'b'], strategy: POOL_PRESETS['least-loaded'] };
    const world = submit(given(poolsOf(weight), [everything({ to: 'a', among })]), ['1', '2', '3', '4', 'waits']);
    expect(world.lead('waits')).toMatchObject({ stage: 'WAITING', poolId: 'a' });
    return world;
  };
  /** The owner of one of its leads has won it: a place is free. */
  const win = (world: World, poolId: string): World => {
    const name = ['1', '2', '3', '4'].find((one) => world.lead(one).poolId === poolId);
    return world.act(name ?? '', 'WON');
  };
  /** Before whatever is on its way to those who wait. */
  const arrive = (world: World, name: string): World => {
    world.logs[0]?.unshift(...(world.submit(name, buildFacts()).logs[0] ?? []).splice(-1));
    return world;
  };

  it('are tried in order; the lead waits for the first that has room, whichever it is', () => {
    const world = given(pools, [everything({ to: 'a', among: { pools: ['a', 'b'], strategy: POOL_PRESETS['in-order'] } })]);
    submit(world, ['1', '2', '3', '4']);
    expect(ownersOf(world, ['1', '2', '3', '4'])).toEqual(['ann', 'bob', 'bob', null]);
    expect(world.lead('4')).toMatchObject({ stage: 'WAITING', poolId: 'a' });
    world.act('3', 'WON').drain();
    expect(world.lead('4')).toMatchObject({ stage: 'ASSIGNED', poolId: 'b', agentId: 'bob' });
  });

  it('are ranked by load', () => {
    const world = given(pools, [everything({ to: 'a', among: { pools: ['a', 'b'], strategy: POOL_PRESETS['least-loaded'] } })]);
    world.submit('1', buildFacts());
    world.drain();
    world.submit('2', buildFacts());
    expect(explain(world)).toContain('Rule rule-0 tries b (load 0), then a (load 1).');
    expect(world.drain().lead('2').poolId).toBe('b');
  });

  it.each([
    ['first', 1],
    ['second', 2],
  ])('let no arrival pass those who wait for any of them, where their own pool comes %s', (_turn, weight) => {
    const world = win(queued(weight), 'b');
    world.step();
    arrive(world, 'new').drain();
    expect([world.lead('waits').stage, world.lead('new').stage]).toEqual(['ASSIGNED', 'WAITING']);
  });

  it('promise each waiter one place and no more: the next one is for the arrival', () => {
    const world = win(win(queued(2), 'b'), 'a');
    world.step();
    arrive(world, 'new').drain();
    expect(world.lead('new')).toMatchObject({ stage: 'ASSIGNED', poolId: 'a', revision: 1 });
    expect(world.lead('waits')).toMatchObject({ stage: 'ASSIGNED', poolId: 'b' });
  });
});

describe('at a cap', () => {
  const full = (atCap: TestPool['atCap']): readonly TestPool[] => [
    { poolId: 'a', agents: [{ agentId: 'ann', caps: ONE_OPEN }], ...(atCap && { atCap }) },
    { poolId: 'b', agents: ['bob'] },
  ];
  const rules = [everything({ ruleId: 'first', to: 'a' }), everything({ ruleId: 'second', to: 'b' })];

  it.each([
    ['it waits unless something else is said', undefined, { stage: 'WAITING', poolId: 'a', ruleId: 'first' }],
    ['wait', 'WAIT' as const, { stage: 'WAITING', poolId: 'a', ruleId: 'first' }],
    ['next-rule', 'NEXT_RULE' as const, { stage: 'ASSIGNED', poolId: 'b', ruleId: 'second' }],
    ['exception', 'EXCEPTION' as const, { stage: 'EXCEPTION', poolId: 'final', ruleId: 'first' }],
  ])('%s', (_what, atCap, expected) => {
    const world = given(full(atCap), rules);
    submit(world, ['1', '2']);
    expect(world.lead('1')).toMatchObject({ agentId: 'ann', ruleId: 'first' });
    expect(world.lead('2')).toMatchObject(expected);
  });

  it('next-rule: says so, and stays where it is when it is asked about again', () => {
    const world = given(full('NEXT_RULE'), rules);
    submit(world, ['1']);
    world.submit('2', buildFacts());
    expect(explain(world)).toContain('Only caps keep it out of pool a, or nobody there could ever take it: the rules after it are asked.');
    world.drain().act('1', 'WON').act('2', 'ANSWERED', { agentId: null }).drain();
    expect(world.lead('2')).toMatchObject({ agentId: 'bob', revision: 1 });
  });

  it('is not the same as closed: then it waits for the opening', () => {
    const shut = { zone: 'UTC', spans: [{ fromMinute: 0, toMinute: 60 }] };
    const [a, b] = full('NEXT_RULE');
    const world = given([{ ...a, poolId: 'a', hours: shut }, b ?? { poolId: 'b' }], rules);
    submit(world, ['1']);
    expect(world.lead('1')).toMatchObject({ stage: 'WAITING', poolId: 'a' });
  });

  it('the last of the rules sends it to the final decision makers', () => {
    const [a] = full('NEXT_RULE');
    const world = given(a === undefined ? [] : [a], [everything({ to: 'a' })]);
    submit(world, ['1', '2']);
    expect(world.lead('2')).toMatchObject({ stage: 'EXCEPTION', ruleId: 'last-resort' });
  });
});

describe('a cap of the hour', () => {
  const NOON_IN_INDIA = Date.UTC(2026, 0, 5, 6, 30);
  const pool = { poolId: 'a', zone: 'Asia/Kolkata', agents: ['ann'] };

  it.each([
    ['agent', { ...pool, agents: [{ agentId: 'ann', caps: { ...ONE_OPEN, open: null, hourly: 1 } }] }, []],
    ['pool', { ...pool, caps: { open: null, daily: null, hourly: 1 } }, []],
    ['destination', pool, [{ destinationId: 'a', zone: 'Asia/Kolkata', caps: { open: null, daily: null, hourly: 1 } }]],
  ])('of the %s lets the queue go on at the next full hour of its zone', (_whose, capped, destinations) => {
    const world = new World({ ruleSet: buildTestRuleSet({ pools: [capped], destinations }), now: NOON_IN_INDIA + 10 * 60_000 });
    submit(world, ['1', '2']);
    expect([world.lead('1').stage, world.lead('2').stage]).toEqual(['ASSIGNED', 'WAITING']);
    expect(world.pool('a').wakeAt).toBe(NOON_IN_INDIA + 3_600_000);
    world.now = NOON_IN_INDIA + 3_600_000;
    expect(world.drain().lead('2').stage).toBe('ASSIGNED');
  });

  it('costs nothing in the books where there is none', () => {
    const world = submit(given([{ poolId: 'a', agents: ['ann'] }]), ['1']);
    expect('hour' in world.pool('a') || 'hour' in (world.pool('a').members[0] ?? {})).toBe(false);
  });
});

it('asks for nothing where nobody wants anything', () => {
  const world = given([{ poolId: 'a', wants: NO_WANTS, agents: ['ann'] }]);
  expect(ownersOf(submit(world, ['1'], buildFacts({ pool: 'a', language: 'es' })), ['1'])).toEqual(['ann']);
});
