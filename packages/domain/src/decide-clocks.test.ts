/** Promises of owners: several clocks at once, warned, broken, stopped by a person's answer alone, and in the end escalated. */
import { leadId, World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import type { ClockPolicy, SlaPolicy, WeeklyHours } from './rule-set.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const clock = (minutes: number, warnAfter: number | null = null): ClockPolicy => ({
  withinMs: minutes * MINUTE_MS,
  time: 'BUSINESS',
  warnAfterMs: warnAfter === null ? null : warnAfter * MINUTE_MS,
});
const SLA: SlaPolicy = { accept: clock(5, 4), firstResponse: clock(60, 30), maxReassignments: 1 };
const AGENTS = ['ann', 'bob', 'cid', 'dot'];
const given = (pool: Partial<TestPool> = {}, now = Date.UTC(2026, 0, 5, 12)): World =>
  new World({ ruleSet: buildTestRuleSet({ pools: [{ poolId: 'sales', agents: AGENTS, sla: SLA, ...pool }] }), now })
    .submit('lead', buildFacts({ pool: 'sales' }), ['mail'])
    .drain();
const slaOf = (world: World): readonly string[] => world.effects.flatMap((effect) => (effect.kind === 'SLA' ? [effect.sla.kind] : []));
const pass = (world: World, minutes: number): World => {
  world.now += minutes * MINUTE_MS;
  return world.drain();
};
const running = (world: World): readonly string[] => {
  const { timer, laterTimers } = world.lead('lead');
  return [...(timer === null ? [] : [timer]), ...laterTimers].map(({ kind }) => kind);
};

describe('the clocks of an owner', () => {
  it('run side by side, the earliest first', () => {
    const world = given();
    expect(running(world)).toEqual(['ACCEPT_WARNING', 'ACCEPT', 'RESPONSE_WARNING', 'RESPONSE']);
    expect(world.effects[0]).toMatchObject({ decision: { acceptBy: world.now + 5 * MINUTE_MS } });
    const first = world.lead('lead').timerGeneration;
    pass(world, 1).act('lead', 'ACCEPTED').drain();
    expect(running(world)).toEqual(['RESPONSE_WARNING', 'RESPONSE']);
    expect(world.lead('lead').timerGeneration).toBe(first + 1);
  });

  it('warn, then break the promise; the next owner begins anew', () => {
    const world = given();
    const owner = world.lead('lead').agentId;
    pass(world, 4);
    expect(slaOf(world)).toEqual(['ACCEPT_WARNED']);
    expect(world.effects.at(-2)).toMatchObject({ sla: { agentId: owner, dueAt: world.now + MINUTE_MS } });
    expect(world.lead('lead')).toMatchObject({ agentId: owner, revision: 1, version: 2 });
    pass(world, 1);
    expect(slaOf(world)).toEqual(['ACCEPT_WARNED', 'ACCEPT_BREACHED']);
    expect(world.lead('lead')).toMatchObject({ revision: 2, formerAgents: [owner], breaches: [{ clock: 'ACCEPT', agentId: owner }] });
    expect(running(world)).toEqual(['ACCEPT_WARNING', 'ACCEPT', 'RESPONSE_WARNING', 'RESPONSE']);
  });

  it('escalate after the reassignments that are allowed, with a clock', () => {
    const world = new World({
      ruleSet: buildTestRuleSet({
        pools: [
          { poolId: 'sales', agents: AGENTS, sla: SLA },
          { poolId: 'final', agents: ['chief', 'deputy'], acceptWithinMs: HOUR_MS },
        ],
      }),
    });
    world.submit('lead', buildFacts({ pool: 'sales' })).drain();
    pass(pass(world, 5), 5);
    expect(slaOf(world)).toEqual(['ACCEPT_WARNED', 'ACCEPT_BREACHED', 'ACCEPT_WARNED', 'ACCEPT_BREACHED', 'ESCALATED']);
    expect(world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', revision: 3 });
    expect(running(world)).toEqual(['ACCEPT']);
    const decider = world.lead('lead').agentId;
    pass(world, 60);
    // It stays with them, although the rules name the pool and two of its agents never had the lead.
    expect(world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', poolId: 'final', revision: 4 });
    expect(world.lead('lead').agentId).not.toBe(decider);
    expect(slaOf(world).filter((kind) => kind === 'ESCALATED')).toHaveLength(1);
  });

  it('go on after acceptance until a person has answered; voicemail is no answer', () => {
    const world = pass(given(), 1).act('lead', 'ACCEPTED').drain();
    const owner = world.lead('lead').agentId;
    pass(world, 2).act('lead', 'CONTACTED', { isHumanResponse: false }).drain();
    expect(running(world)).toEqual(['RESPONSE_WARNING', 'RESPONSE']);
    expect(world.lead('lead').respondedAt).toBeNull();
    pass(world, 27);
    expect(slaOf(world)).toEqual(['RESPONSE_WARNED']);
    pass(world, 30);
    expect(slaOf(world)).toEqual(['RESPONSE_WARNED', 'RESPONSE_BREACHED']);
    expect(world.lead('lead')).toMatchObject({ revision: 2, formerAgents: [owner], acceptedAt: null });
    expect(world.effects.at(-1)).toMatchObject({ decision: { cause: 'RESPONSE_OVERDUE' } });
  });

  it.each(['CONTACTED', 'QUALIFIED', 'ANSWERED'] as const)('all stop with %s by the owner', (activity) => {
    const world = pass(given(), 2).act('lead', activity).drain();
    expect(running(world)).toEqual([]);
    expect(world.lead('lead')).toMatchObject({ acceptedAt: world.now, respondedAt: world.now, revision: 1 });
    expect(slaOf(pass(world, 600))).toEqual([]);
  });

  it('do not stop for answers that the person gave by itself', () => {
    expect(running(given().act('lead', 'ANSWERED', { agentId: null }).drain())).toHaveLength(4);
  });
});

describe('an answer that arrives after the breach of the first response', () => {
  const breached = (): { readonly world: World; readonly owner: string; readonly dueAt: number } => {
    const world = given().act('lead', 'ACCEPTED').drain();
    const dueAt = world.now + 60 * MINUTE_MS;
    const owner = world.lead('lead').agentId ?? '';
    return { world: pass(pass(world, 30), 30), owner, dueAt };
  };

  it('retracts it if a person had answered in time', () => {
    const { world, owner, dueAt } = breached();
    world.act('lead', 'CONTACTED', { agentId: owner, occurredAt: dueAt - 1 }).drain();
    expect(slaOf(world).at(-1)).toBe('BREACH_RETRACTED');
    expect(world.lead('lead')).toMatchObject({ breaches: [], respondedAt: dueAt - 1, revision: 2 });
  });

  it('does not for an acceptance, for voicemail, or for an answer that came too late', () => {
    const { world, owner, dueAt } = breached();
    world.act('lead', 'ACCEPTED', { agentId: owner, occurredAt: dueAt - 1 });
    world.act('lead', 'CONTACTED', { agentId: owner, occurredAt: dueAt - 1, isHumanResponse: false });
    world.act('lead', 'CONTACTED', { agentId: owner, occurredAt: dueAt }).drain();
    expect(world.ignored).toEqual(['NOT_THE_OWNER', 'NOT_THE_OWNER', 'NOT_THE_OWNER']);
    expect(world.lead('lead').breaches).toHaveLength(1);
  });
});

describe('business time', () => {
  const NINE_TO_FIVE: WeeklyHours = {
    zone: 'America/New_York',
    spans: [0, 1, 2, 3, 4].map((day) => ({ fromMinute: day * 1_440 + 540, toMinute: day * 1_440 + 1_020 })),
    holidays: { days: new Set(['2026-11-27']), yearly: new Set() },
  };

  it('stands still over night, weekend and holidays', () => {
    // Thursday 16:58 in New York; Friday is a holiday.
    const world = given({ hours: NINE_TO_FIVE }, Date.UTC(2026, 10, 26, 21, 58));
    expect(world.effects[0]).toMatchObject({ decision: { acceptBy: Date.UTC(2026, 10, 30, 14, 3) } });
    pass(world, 3 * 24 * 60);
    expect(slaOf(world)).toEqual([]);
  });

  it('is not asked for by a clock of wall time, nor where nobody is ever there', () => {
    const wall: SlaPolicy = { ...SLA, accept: { ...clock(5), time: 'WALL' }, firstResponse: null };
    const late = Date.UTC(2026, 10, 26, 21, 58);
    expect(given({ hours: NINE_TO_FIVE, sla: wall }, late).lead('lead').timer).toEqual({ kind: 'ACCEPT', dueAt: late + 5 * MINUTE_MS });
    const shut = { poolId: 'final', agents: ['chief'], sla: { ...SLA, firstResponse: null }, hours: { zone: 'UTC', spans: [] } };
    const world = new World({ ruleSet: buildTestRuleSet({ pools: [shut] }) }).submit('lead', buildFacts()).drain();
    expect(world.lead('lead').timer).toEqual({ kind: 'ACCEPT_WARNING', dueAt: world.now + 4 * MINUTE_MS });
  });
});

it('a clock of an earlier assignment has no effect on the next', () => {
  const world = given();
  const { timerGeneration } = world.lead('lead');
  world.act('lead', 'DECLINED').drain();
  const fired = {
    kind: 'TIMER' as const,
    leadId: leadId('lead'),
    occurredAt: world.now,
    poolId: null,
    facts: world.factsOf(leadId('lead')),
  };
  for (const timer of ['ACCEPT_WARNING', 'ACCEPT', 'RESPONSE'] as const) world.send({ ...fired, timer, generation: timerGeneration });
  world.drain();
  expect(world.ignored).toEqual(['TIMER_SUPERSEDED', 'TIMER_SUPERSEDED', 'TIMER_SUPERSEDED']);
});
