/** Who has the leads of somebody on leave, and who has them afterwards. */
import { leadId, World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { AGENT_PRESETS } from './strategies/strategy-names.ts';

const DAY_MS = 86_400_000;
const LEAVE = { from: '2026-01-05', to: '2026-01-07' };
const BACK = Date.UTC(2026, 0, 7, 12);
const given = (pool: Omit<TestPool, 'poolId'>): World => new World({ ruleSet: buildTestRuleSet({ pools: [{ poolId: 'a', ...pool }] }) });
const submit = (world: World, name: string, identities: readonly string[] = []): string | null =>
  world
    .submit(name, buildFacts({ pool: 'a' }), identities)
    .drain()
    .lead(name).agentId;

describe('while somebody is on leave', () => {
  it('the cover has its leads by the side of its own, and nobody floods it on its return', () => {
    const world = given({ agents: [{ agentId: 'ann', leave: [{ ...LEAVE, cover: 'bob' }] }, 'bob', 'cid'] });
    for (let lead = 0; lead < 30; lead++) submit(world, `during-${lead}`);
    expect(world.pool('a').members.map(({ total }) => total)).toEqual([0, 20, 10]);
    const [frozen] = world.pool('a').members;
    expect(frozen?.credit).toBe(0);
    world.now = BACK;
    for (let lead = 0; lead < 30; lead++) submit(world, `after-${lead}`);
    const [ann = 0] = world.pool('a').members.map(({ total }) => total);
    expect(Math.abs(ann - 10)).toBeLessThanOrEqual(2);
  });

  it('its customers go to the cover, and back to it when it is back', () => {
    const world = given({
      owner: 'PERSON',
      agents: [{ agentId: 'ann', leave: [{ ...LEAVE, cover: 'dot' }] }, 'bob', 'cid', 'dot'],
    });
    world.now -= 3 * DAY_MS;
    let own = '';
    for (let lead = 0; own === ''; lead++) if (submit(world, `before-${lead}`, [`person-${lead}`]) === 'ann') own = `person-${lead}`;
    const name = own.replace('person', 'before');
    world.act(name, 'WON').drain();
    world.now += 3 * DAY_MS;
    expect(submit(world, 'during', [own])).toBe('dot');
    world.act('during', 'WON').drain();
    world.now = BACK;
    expect(submit(world, 'after', [own])).toBe('ann');
  });

  it('a dedicated agent is covered out of turn, and gets the new customers of that time when it is back', () => {
    const world = given({
      owner: 'PERSON',
      strategy: AGENT_PRESETS.dedicated,
      agents: [{ agentId: 'ann', leave: [{ ...LEAVE, cover: 'cid' }] }, 'bob', 'cid'],
    });
    expect(submit(world, 'during', ['person'])).toBe('cid');
    world.act('during', 'WON').drain();
    world.now = BACK;
    expect(submit(world, 'after', ['person'])).toBe('ann');
    expect(submit(world, 'other')).toBe('ann');
  });

  it('who covers the cover has them, and everybody if they cover each other', () => {
    const chain = given({
      strategy: AGENT_PRESETS.dedicated,
      agents: [
        { agentId: 'ann', leave: [{ ...LEAVE, cover: 'bob' }] },
        { agentId: 'bob', leave: [{ ...LEAVE, cover: 'dot' }] },
        'cid',
        'dot',
      ],
    });
    expect(submit(chain, 'lead')).toBe('dot');
    const circle = given({
      strategy: AGENT_PRESETS.dedicated,
      agents: [
        { agentId: 'ann', leave: [{ ...LEAVE, cover: 'bob' }] },
        { agentId: 'bob', leave: [{ ...LEAVE, cover: 'ann' }] },
        'cid',
        'dot',
      ],
    });
    expect(submit(circle, 'lead')).toBe('cid');
  });

  it('is checked again when a queue drains', () => {
    const caps = { open: 1, daily: null };
    const world = given({
      strategy: AGENT_PRESETS.dedicated,
      agents: [
        { agentId: 'ann', caps, leave: [{ from: '2026-01-06', to: '2026-01-07', cover: 'cid' }] },
        { agentId: 'bob', active: false },
        { agentId: 'cid', caps },
      ],
    });
    submit(world, 'one');
    submit(world, 'two');
    expect(submit(world, 'waiter')).toBeNull();
    world.now += DAY_MS;
    world.act('one', 'WON').drain();
    expect(world.leads.get(leadId('waiter'))?.stage).toBe('WAITING');
    world.act('two', 'WON').drain();
    expect(world.lead('waiter').agentId).toBe('cid');
  });
});
