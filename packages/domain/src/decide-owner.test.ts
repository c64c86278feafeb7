/** Whose earlier owner comes first: nobody's, the person's, the account's, or both. Given, when, then. */
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { locksFor } from './decide-batch.ts';
import type { OwnerPolicy } from './rule-set.ts';

const AGENTS = ['ann', 'bob', 'cid'];
const PERSON = ['mail-of-a-person'];

const given = (...pools: readonly TestPool[]): World => new World({ ruleSet: buildTestRuleSet({ pools }), partitions: 2 });
const office = (owner: OwnerPolicy, more: Partial<TestPool> = {}): TestPool => ({ poolId: 'sales', agents: AGENTS, owner, ...more });

interface Coming {
  readonly accountId?: string | null;
  readonly person?: readonly string[];
  readonly pool?: string;
}

/** Decided at once, a second after the one before; whose it is. */
function come(world: World, name: string, { accountId = null, person = [], pool = 'sales' }: Coming = {}): string | null {
  world.now += 1_000;
  return world.submit(name, buildFacts({ pool, accountId }), person).drain().lead(name).agentId;
}

describe('the owner of an account', () => {
  it('has the next lead of another person of that account, whosever turn it is, and other accounts have their own', () => {
    const world = given(office('ACCOUNT'));
    const first = come(world, 'first', { accountId: 'acme' });
    const other = come(world, 'other', { accountId: 'bolt' });
    const again = ['a', 'b', 'c'].map((name) => come(world, name, { accountId: 'acme', person: [name] }));
    expect([other === first, ...again]).toEqual([false, first, first, first]);
    expect(come(world, 'last', { accountId: 'bolt' })).toBe(other);
  });

  it('is asked for by pools that say so, and after the person where they say that', () => {
    const ownersUnder = (policy: OwnerPolicy): readonly boolean[] => {
      const world = given(office(policy, { agents: ['ann', 'bob'] }));
      const first = come(world, 'first', { accountId: 'acme' });
      const ofPerson = come(world, 'known', { person: PERSON });
      world.act('known', 'WON').drain();
      // By turns it is the first one's again, then the other's.
      return [come(world, 'both', { accountId: 'acme', person: PERSON }) === ofPerson, first !== ofPerson];
    };
    expect(ownersUnder('PERSON')).toEqual([true, true]);
    expect(ownersUnder('PERSON_THEN_ACCOUNT')).toEqual([true, true]);
    expect(ownersUnder('ACCOUNT')).toEqual([false, true]);
  });

  it('is not asked for where the pool names nobody, and a lead without an account has none', () => {
    const world = given(office('NONE'), office('ACCOUNT', { poolId: 'other' }));
    const inTurn = ['a', 'b', 'c'].map((name) => come(world, name, { accountId: 'acme', person: PERSON.concat(name) }));
    expect(inTurn[0]).not.toBeNull();
    expect([...world.identities.keys()].filter((key) => key.startsWith('account:'))).toEqual([]);
    for (const name of ['d', 'e', 'f']) come(world, name, { pool: 'other' });
    expect(new Set(['d', 'e', 'f'].map((name) => world.lead(name).agentId)).size).toBe(3);
  });

  it('is that of the pool: another pool has its own', () => {
    const world = given(office('ACCOUNT', { agents: ['ann', 'bob'] }), office('ACCOUNT', { poolId: 'service', agents: ['ann', 'bob'] }));
    come(world, 'other', { pool: 'service' });
    const [sales, service] = [come(world, 'a', { accountId: 'acme' }), come(world, 'b', { accountId: 'acme', pool: 'service' })];
    expect(sales).not.toBe(service);
    expect([come(world, 'c', { accountId: 'acme' }), come(world, 'd', { accountId: 'acme', pool: 'service' })]).toEqual([sales, service]);
  });

  it('is whoever has the account while the owner is full; while it is away, others only cover', () => {
    const full = given(
      office('ACCOUNT', {
        agents: [
          { agentId: 'ann', caps: { open: 1, daily: null } },
          { agentId: 'bob', weight: 0.001 },
        ],
      }),
    );
    expect([come(full, 'a', { accountId: 'acme' }), come(full, 'b', { accountId: 'acme' })]).toEqual(['ann', 'bob']);
    full.act('a', 'WON').drain();
    expect(come(full, 'c', { accountId: 'acme' })).toBe('bob');

    const away = given(office('ACCOUNT'));
    const owner = come(away, 'a', { accountId: 'acme' }) ?? '';
    away.goAway(owner);
    expect(come(away, 'b', { accountId: 'acme' })).not.toBe(owner);
    away.comeBack(owner);
    expect(come(away, 'c', { accountId: 'acme' })).toBe(owner);
  });

  it('loses it with the lead: who declines is not asked again', () => {
    const world = given(office('ACCOUNT', { agents: ['ann', 'bob'] }));
    const first = come(world, 'a', { accountId: 'acme' });
    world.act('a', 'DECLINED').drain();
    const second = world.lead('a').agentId;
    expect([second === first, come(world, 'b', { accountId: 'acme' })]).toEqual([false, second]);
  });

  it('follows an assignment by hand', () => {
    const world = given(office('ACCOUNT'));
    const first = come(world, 'a', { accountId: 'acme' });
    const next = AGENTS.find((agent) => agent !== first) ?? '';
    const leadId = world.lead('a').leadId;
    world
      .send({
        kind: 'REASSIGN',
        leadId,
        occurredAt: world.now,
        to: `sales/${next}`,
        by: 'boss',
        reason: 'asked for',
        facts: buildFacts({ accountId: 'acme' }),
      })
      .drain();
    expect(come(world, 'b', { accountId: 'acme' })).toBe(next);
  });

  it('links nothing: two people of one company are two leads', () => {
    const world = given(office('ACCOUNT'));
    come(world, 'a', { accountId: 'acme', person: ['one'] });
    come(world, 'b', { accountId: 'acme', person: ['two'] });
    expect([world.lead('a').stage, world.lead('b').stage]).toEqual(['ASSIGNED', 'ASSIGNED']);
  });

  it('is written when it changes and not with every lead, and locked with the pools that ask, no others', () => {
    const world = given(office('ACCOUNT', { overflowTo: 'rest' }), office('PERSON', { poolId: 'rest' }));
    come(world, 'a', { accountId: 'acme' });
    const entry = world.identities.get('account:sales/acme');
    come(world, 'b', { accountId: 'acme' });
    expect(world.identities.get('account:sales/acme')).toBe(entry);
    expect(entry).toMatchObject({ leadId: null, isOpen: false, lastAgentId: world.lead('a').agentId });
    const locksOf = (pool: string) => {
      world.submit(`to-${pool}`, buildFacts({ pool, accountId: 'acme' }), PERSON);
      const inputs = world.logs.flatMap((log) => log.splice(0));
      return locksFor({ ruleSet: world.ruleSet, inputs, peeked: world }).identities;
    };
    expect([locksOf('sales'), locksOf('rest')]).toEqual([['account:sales/acme', ...PERSON], PERSON]);
  });
});

describe('a person with several owners', () => {
  it('has the one of the latest decision, and of the same moment the one under the lesser hash', () => {
    const world = given(office('PERSON'));
    const [byMail, byPhone] = [come(world, 'a', { person: ['mail'] }), come(world, 'b', { person: ['phone'] })];
    world.act('a', 'WON').act('b', 'WON').drain();
    expect(byMail).not.toBe(byPhone);
    expect(come(world, 'c', { person: ['mail', 'phone'] })).toBe(byPhone);

    const tied = given(office('PERSON'));
    for (const [name, identity] of [
      ['a', 'mail'],
      ['b', 'phone'],
    ] as const)
      tied.submit(name, buildFacts({ pool: 'sales' }), [identity]).drain();
    const [first, second] = ['a', 'b'].map((name) => tied.lead(name).agentId);
    tied.act('a', 'WON').act('b', 'WON').drain();
    expect([first === second, come(tied, 'c', { person: ['mail', 'phone'] })]).toEqual([false, first]);
  });

  it('has the other where the latest cannot take the lead', () => {
    const world = given(office('PERSON'));
    const [byMail, byPhone] = [come(world, 'a', { person: ['mail'] }), come(world, 'b', { person: ['phone'] })];
    world.act('a', 'WON').act('b', 'WON').drain();
    world.goAway(byPhone ?? '');
    expect(come(world, 'c', { person: ['mail', 'phone'] })).toBe(byMail);
  });
});
