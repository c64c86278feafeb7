/** Somebody is away by word: nothing new while it lasts, everything as before afterwards. Given, when, then. */
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { absencesOf } from './absences-of.ts';
import { decideBatch, locksFor } from './decide-batch.ts';
import { explainDecision } from './explain-decision.ts';

const sales = { pool: 'sales' };
const HOUR_MS = 3_600_000;
const PERSON = ['mail-of-a-person'];

const given = (...pools: readonly TestPool[]): World => new World({ ruleSet: buildTestRuleSet({ pools }), partitions: 2 });
const ownersOf = (world: World, names: readonly string[]): readonly (string | null)[] => names.map((name) => world.lead(name).agentId);

/** Leads for sales, one after the other; returns who got them. */
function submitMany(world: World, prefix: string, count: number): readonly (string | null)[] {
  const names = Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  for (const name of names) world.submit(name, buildFacts(sales)).drain();
  return ownersOf(world, names);
}

describe('an agent that is away by word', () => {
  it('gets no new leads, keeps those it has, and makes up for nothing on its return', () => {
    const world = given({ poolId: 'sales', agents: ['ann', 'bob', 'cid'] });
    submitMany(world, 'before', 6);
    const credit = world.pool('sales').members.find(({ agentId }) => agentId === 'ann')?.credit;
    world.goAway('ann');
    const during = submitMany(world, 'during', 30);
    expect(during.filter((agent) => agent === 'ann')).toEqual([]);
    expect(world.pool('sales').members.find(({ agentId }) => agentId === 'ann')).toMatchObject({ credit, open: 2 });
    world.comeBack('ann');
    const after = submitMany(world, 'after', 9);
    expect([...after].sort()).toEqual(['ann', 'ann', 'ann', 'bob', 'bob', 'bob', 'cid', 'cid', 'cid']);
  });

  it('is passed over as the sticky owner, and has its person back when it is back: the others only cover', () => {
    const world = given({ poolId: 'sales', owner: 'PERSON', agents: ['ann', 'bob'] });
    const submit = (name: string) => world.submit(name, buildFacts(sales), PERSON).drain();
    const owner = submit('first').act('first', 'WON').drain().lead('first').agentId ?? '';
    const cover = owner === 'ann' ? 'bob' : 'ann';
    world.goAway(owner);
    for (const name of ['second', 'third']) submit(name).act(name, 'WON').drain();
    world.comeBack(owner);
    submit('fourth');
    expect(ownersOf(world, ['second', 'third', 'fourth'])).toEqual([cover, cover, owner]);
  });

  it('does not get a person back that it has lost', () => {
    const world = given({ poolId: 'sales', owner: 'PERSON', agents: ['ann', 'bob'] });
    const first = world.submit('first', buildFacts(sales), PERSON).drain().lead('first').agentId ?? '';
    world.goAway(first).act('first', 'DECLINED').drain().comeBack(first);
    const second = world.lead('first').agentId;
    world.act('first', 'WON').drain().submit('next', buildFacts(sales), PERSON).drain();
    expect([second === first, world.lead('next').agentId]).toEqual([false, second]);
  });

  it('lets leads wait where nobody else is there, until it says that it is back', () => {
    const world = given({ poolId: 'sales', agents: ['ann'] })
      .goAway('ann')
      .submit('lead', buildFacts(sales))
      .drain();
    expect([world.lead('lead').stage, world.pool('sales').wakeAt]).toEqual(['WAITING', null]);
    world.now += 24 * HOUR_MS;
    expect(world.drain().lead('lead').stage).toBe('WAITING');
    expect(world.comeBack('ann').drain().lead('lead')).toMatchObject({ stage: 'ASSIGNED', agentId: 'ann' });
  });

  it('is back by itself at the end that was given, and those who wait are called then, in the pools that overflow into its own too', () => {
    const world = given(
      { poolId: 'sales', agents: [{ agentId: 'ann', active: false }], overflowTo: 'center' },
      { poolId: 'center', agents: ['bob'] },
    );
    const end = world.now + HOUR_MS;
    world
      .goAway('bob', end)
      .submit('lead', buildFacts(sales))
      .submit('other', buildFacts({ pool: 'center' }))
      .drain();
    expect([world.pool('sales').wakeAt, world.pool('center').wakeAt]).toEqual([end, end]);
    world.now = end - 1;
    expect(world.drain().lead('lead').stage).toBe('WAITING');
    world.now = end;
    world.drain();
    expect(ownersOf(world, ['lead', 'other'])).toEqual(['bob', 'bob']);
  });

  it('is waited for no longer than the latest word says, and never within hours or leave that are over by then', () => {
    const leave = [{ from: '2026-01-05', to: '2026-01-07' }];
    const world = given({ poolId: 'sales', agents: [{ agentId: 'ann', leave }] })
      .submit('lead', buildFacts(sales))
      .drain();
    const endOfLeave = Date.UTC(2026, 0, 7);
    expect(world.pool('sales').wakeAt).toBe(endOfLeave);
    world.goAway('ann', endOfLeave + 2 * HOUR_MS).drain();
    expect(world.pool('sales').wakeAt).toBe(endOfLeave + 2 * HOUR_MS);
    world.goAway('ann', world.now + HOUR_MS).drain();
    expect(world.pool('sales').wakeAt).toBe(endOfLeave);
  });

  it('as the only final decision maker still has what nobody else can take', () => {
    const world = given({ poolId: 'sales', agents: ['ann'] })
      .goAway('carla')
      .submit('lead', buildFacts({ pool: 'nowhere' }))
      .drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'EXCEPTION' });
    expect(world.lead('lead').agentId).not.toBeNull();
  });

  it('is kept in the record of batches that could have chosen it, and of no others', () => {
    const world = given({ poolId: 'sales', agents: ['ann', 'bob'] }, { poolId: 'center', agents: ['cid'] });
    for (const agentId of ['ann', 'cid', 'nobody']) world.goAway(agentId);
    const inputs = world.submit('lead', buildFacts(sales)).logs.flat();
    const locks = locksFor({ ruleSet: world.ruleSet, inputs, peeked: world });
    const snapshot = { ...world.snapshot(locks), away: absencesOf(world.ruleSet, world.snapshot(locks)) };
    expect([...snapshot.away.keys()].filter((agentId) => agentId !== 'cid')).toEqual(['ann']);
    expect(absencesOf(world.ruleSet, { ...snapshot, locked: { ...locks, pools: ['center'] } })).toEqual(new Map());
    expect(decideBatch({ ...world.request(inputs), snapshot })).toEqual(
      decideBatch({ ...world.request(inputs), snapshot: world.snapshot(locks) }),
    );
  });

  it('is said to be away by the explanation, which is made of what the batch had read', () => {
    const world = given({ poolId: 'sales', agents: ['ann', 'bob'] })
      .goAway('ann', Date.UTC(2026, 0, 6))
      .submit('lead', buildFacts(sales));
    const inputs = world.logs.flat();
    const snapshot = world.snapshot(locksFor({ ruleSet: world.ruleSet, inputs, peeked: world }));
    world.comeBack('ann');
    const result = explainDecision({ ...world.request(inputs), snapshot }, 0);
    expect(result.kind === 'EXPLAINED' ? result.explanation.lines : []).toEqual(
      expect.arrayContaining(["  ann: away (by its own or somebody's word).", expect.stringContaining('bob: chosen (share 100 %')]),
    );
  });
});
