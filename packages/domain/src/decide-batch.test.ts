/** What becomes of a lead when it arrives: given, when, then. And what holds of every batch. */
import { histories, perform, ruleSets } from '@lead-router/testkit/builders/decision-history.ts';
import { leadId, World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool } from '@lead-router/testkit/builders/test-rule-set.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideBatch, locksFor } from './decide-batch.ts';

const MINUTE_MS = 60_000;
const ONE_OPEN = { open: 1, daily: null };
const ONE_A_DAY = { open: null, daily: 1 };
const sales = { pool: 'sales' };

const given = (...pools: readonly TestPool[]): World => new World({ ruleSet: buildTestRuleSet({ pools }) });

describe('a submitted lead', () => {
  it('goes to the pool of the first rule that matches, to somebody in it', () => {
    const world = given({ poolId: 'sales', agents: ['ann', 'bob'], acceptWithinMs: 5 * MINUTE_MS })
      .submit('lead', buildFacts(sales))
      .drain();
    const lead = world.lead('lead');
    expect(lead).toMatchObject({ stage: 'ASSIGNED', poolId: 'sales', destinationId: 'sales', ruleId: 'to-sales', revision: 1, version: 1 });
    expect(lead.timer).toEqual({ kind: 'ACCEPT', dueAt: world.now + 5 * MINUTE_MS });
    expect(world.effects).toEqual([
      {
        kind: 'DECISION',
        inputIndex: 0,
        decision: {
          eventId: 'decision:lead:1',
          kind: 'ASSIGNED',
          cause: 'SUBMITTED',
          lead,
          previousAgentId: null,
          acceptBy: lead.timer?.dueAt,
        },
      },
    ]);
    expect(world.pool('sales')).toMatchObject({ open: 1, daily: 1, waiting: 0 });
  });

  it('goes to the final decision makers where no rule matches', () => {
    const world = given({ poolId: 'sales', agents: ['ann'] })
      .submit('lead', buildFacts())
      .drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', poolId: 'final', agentId: 'chief', ruleId: 'last-resort' });
  });

  it('goes to them where nobody in its pool can ever take it', () => {
    const world = given({ poolId: 'sales', agents: [{ agentId: 'ann', active: false }] })
      .submit('lead', buildFacts(sales))
      .drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', agentId: 'chief', ruleId: 'to-sales' });
  });

  it('goes to them whatever their caps and hours: nothing falls through', () => {
    const shut = { zone: 'UTC', spans: [{ fromMinute: 0, toMinute: 1 }] };
    const world = given({
      poolId: 'final',
      hours: shut,
      agents: [
        { agentId: 'chief', caps: ONE_OPEN },
        { agentId: 'gone', active: false },
      ],
    });
    world.submit('one', buildFacts()).submit('two', buildFacts()).drain();
    expect([world.lead('one').agentId, world.lead('two').agentId]).toEqual(['chief', 'chief']);
  });

  it.each([
    ['is full', { caps: ONE_OPEN }],
    ['is shut', { hours: { zone: 'UTC', spans: [{ fromMinute: 0, toMinute: 1 }] } }],
  ])('goes to those of them who have room by their own caps, also where their pool %s', (_name, pool) => {
    const world = given({ poolId: 'final', ...pool, agents: ['roomy', { agentId: 'full', caps: ONE_OPEN }] });
    for (const lead of ['one', 'two', 'three', 'four', 'five', 'six']) world.submit(lead, buildFacts());
    world.drain();
    expect(world.pool('final')).toMatchObject({
      open: 6,
      members: expect.arrayContaining([expect.objectContaining({ agentId: 'full', open: 1 })]),
    });
  });

  it('belongs to the destination in a pool without agents', () => {
    const world = given({ poolId: 'web', caps: ONE_OPEN })
      .submit('one', buildFacts({ pool: 'web' }))
      .submit('two', buildFacts({ pool: 'web' }))
      .drain();
    expect(world.lead('one')).toMatchObject({ stage: 'ASSIGNED', agentId: null, destinationId: 'web' });
    expect(world.lead('two').stage).toBe('WAITING');
  });

  it('is decided once, however often it comes', () => {
    const world = given({ poolId: 'sales', agents: ['ann'] })
      .submit('lead', buildFacts(sales))
      .submit('lead', buildFacts(sales))
      .drain();
    expect(world.effects).toHaveLength(1);
    expect(world.ignored).toEqual(['LEAD_ALREADY_SUBMITTED']);
  });

  it('overflows where its pool cannot take it now, and waits in its pool where nobody can', () => {
    const world = given(
      { poolId: 'sales', agents: [{ agentId: 'ann', caps: ONE_OPEN }], overflowTo: 'center' },
      { poolId: 'center', agents: [{ agentId: 'bob', caps: ONE_OPEN }], overflowTo: 'sales' },
    );
    for (const name of ['one', 'two', 'three']) world.submit(name, buildFacts(sales));
    world.drain();
    expect(world.lead('two')).toMatchObject({ poolId: 'center', agentId: 'bob' });
    expect(world.lead('three')).toMatchObject({ stage: 'WAITING', poolId: 'sales', waitingSince: world.now });
  });

  it('counts under the caps of pool and destination too', () => {
    const ruleSet = buildTestRuleSet({
      pools: [
        { poolId: 'sales', agents: ['ann'], caps: ONE_A_DAY },
        { poolId: 'east', destinationId: 'house', agents: ['bob'] },
        { poolId: 'west', destinationId: 'house', agents: ['cid'] },
      ],
      destinations: [{ destinationId: 'house', caps: ONE_OPEN }],
    });
    const world = new World({ ruleSet });
    for (const pool of ['sales', 'sales', 'east', 'west']) world.submit(`${pool}-${world.facts.size}`, buildFacts({ pool }));
    world.drain();
    expect(['sales-0', 'sales-1', 'east-2', 'west-3'].map((name) => world.lead(name).stage)).toEqual([
      'ASSIGNED',
      'WAITING',
      'ASSIGNED',
      'WAITING',
    ]);
    world.act('east-2', 'WON').drain();
    expect(world.lead('west-3')).toMatchObject({ stage: 'ASSIGNED', agentId: 'cid' });
  });
});

describe('a person who comes again', () => {
  const pools = [{ poolId: 'sales', agents: ['ann', 'bob', 'cid'], owner: 'PERSON' as const }];

  it('is linked while the first lead is open: same owner, no place, no clock', () => {
    const world = given(...pools)
      .submit('first', buildFacts(sales), ['mail'])
      .submit('second', buildFacts(sales), ['phone', 'mail'])
      .drain();
    expect(world.lead('second')).toMatchObject({ stage: 'LINKED', linkedTo: 'first', agentId: world.lead('first').agentId, timer: null });
    expect(world.pool('sales').open).toBe(1);
    expect(world.identities.has('phone')).toBe(false);
  });

  it('is not linked after the window, nor after the end, but comes to the same agent', () => {
    for (let seed = 0; seed < 10; seed++) {
      const world = new World({ ruleSet: buildTestRuleSet({ pools, linkWindowMs: 60 * MINUTE_MS }), seed });
      world.submit('first', buildFacts(sales), ['mail']).drain().act('first', 'WON').drain();
      world.submit('second', buildFacts(sales), ['mail']).drain();
      world.now += 61 * MINUTE_MS;
      world.submit('third', buildFacts(sales), ['mail']).drain();
      expect([world.lead('second'), world.lead('third')].map(({ stage, agentId }) => [stage, agentId])).toEqual(
        Array(2).fill(['ASSIGNED', world.lead('first').agentId]),
      );
    }
  });

  it('comes to the same agent after waiting for the morning', () => {
    const hours = {
      zone: 'UTC',
      spans: [
        { fromMinute: 540, toMinute: 1020 },
        { fromMinute: 1980, toMinute: 2460 },
      ],
    };
    for (let seed = 0; seed < 10; seed++) {
      const world = new World({
        ruleSet: buildTestRuleSet({ pools: [{ poolId: 'sales', agents: ['ann', 'bob', 'cid'], owner: 'PERSON', hours }] }),
        seed,
      });
      world.submit('first', buildFacts(sales), ['mail']).drain().act('first', 'WON').drain();
      world.now = Date.UTC(2026, 0, 5, 22);
      world.submit('second', buildFacts(sales), ['mail']).drain();
      expect(world.lead('second').stage).toBe('WAITING');
      world.now = Date.UTC(2026, 0, 6, 9);
      world.drain();
      expect(world.lead('second')).toMatchObject({ stage: 'ASSIGNED', agentId: world.lead('first').agentId, revision: 2 });
    }
  });
});

describe('ten thousand leads in one burst', () => {
  it('are shared 3:2:1 within one lead, with one member on leave and nobody over a cap', () => {
    const leave = [{ from: '2026-01-01', to: '2026-02-01' }];
    const agents = [
      { agentId: 'ann', weight: 3 },
      { agentId: 'bob', weight: 2 },
      { agentId: 'cid', weight: 1 },
      { agentId: 'dot', weight: 4, leave },
    ];
    const world = given({ poolId: 'sales', agents });
    for (let number = 0; number < 10_000; number++) world.submit(`lead-${number}`, buildFacts(sales));
    while (world.step(0, 500) !== null);
    const members = new Map(world.pool('sales').members.map((member) => [member.agentId, member.open]));
    for (const [agentId, exact] of [
      ['ann', 5000],
      ['bob', 10_000 / 3],
      ['cid', 10_000 / 6],
      ['dot', 0],
    ] as const) {
      expect(Math.abs((members.get(agentId) ?? 0) - exact)).toBeLessThan(1);
    }
  });
});

describe('a batch', () => {
  const worlds = fc.record({ ruleSet: ruleSets, seed: fc.nat() });

  it('is decided the same way every time, and leaves what it was given alone', () => {
    fc.assert(
      fc.property(worlds, histories, (options, history) => {
        const world = new World(options);
        for (const command of history) perform(world, command);
        const inputs = world.logs[0] ?? [];
        const snapshot = world.snapshot(locksFor({ ruleSet: world.ruleSet, inputs, peeked: world }));
        const request = { ...world.request(inputs), snapshot };
        const before = structuredClone(snapshot);
        expect(decideBatch(request)).toEqual(decideBatch(request));
        expect(snapshot).toEqual(before);
      }),
      { numRuns: 150 },
    );
  });

  it('decided in two halves gives the same leads, books and queues as in one piece', () => {
    fc.assert(
      fc.property(worlds, histories, fc.double({ min: 0, max: 1, noNaN: true }), (options, history, cut) => {
        const [whole, halves] = [new World(options), new World(options)];
        for (const command of history) {
          perform(whole, command);
          perform(halves, command);
        }
        // A pool whose timer is due is woken by the first batch that holds its lock. With the timers among the inputs, both ways hold each.
        for (const world of [whole, halves]) world.fireTimers();
        const inputs = whole.logs[0]?.splice(0) ?? [];
        if (inputs.length < 2) return;
        const half = 1 + Math.floor(cut * (inputs.length - 2));
        whole.decide(inputs);
        halves.decide(inputs.slice(0, half));
        halves.decide(inputs.slice(half));
        expect(booksOf(halves)).toEqual(booksOf(whole));
      }),
      { numRuns: 300 },
    );
  });

  it('asks for every lock that it missed at once', () => {
    const world = given({ poolId: 'sales', agents: ['ann'], overflowTo: 'center' }, { poolId: 'center', agents: ['bob'] });
    world.submit('one', buildFacts(sales), ['mail']).submit('two', buildFacts({ pool: 'center' }), ['phone']);
    const inputs = world.logs[0] ?? [];
    const locked = { identities: [], leads: [leadId('two')], destinations: [], pools: ['center'] };
    const outcome = decideBatch({ ...world.request(inputs), snapshot: world.snapshot(locked) });
    expect(outcome).toEqual({
      kind: 'MISSING_LOCKS',
      missing: { identities: ['mail', 'phone'], leads: ['one'], destinations: [], pools: ['sales'] },
    });
  });
});

/** All but who was called when: that is done at the end of each batch. */
function booksOf(world: World) {
  return {
    leads: world.leads,
    identities: world.identities,
    destinations: world.destinations,
    pools: [...world.pools.values()]
      .map(({ wakePending: _pending, wakeAt: _at, wakeGeneration: _generation, ...books }) => books)
      .sort((a, b) => (a.poolId < b.poolId ? -1 : 1)),
    waiters: [...world.waiters.values()]
      .map(({ seenGeneration: _seen, ...waiter }) => waiter)
      .sort((a, b) => (a.leadId < b.leadId ? -1 : 1)),
  };
}
