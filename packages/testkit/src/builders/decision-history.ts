/** Random rule sets and histories for the properties of deciding. */
import type { Facts } from '@lead-router/domain/facts.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { OfferPolicy } from '@lead-router/domain/lead-offer.ts';
import type { Economics } from '@lead-router/domain/margin/economics.ts';
import { type ClockPolicy, GRADE_RANK, type RuleSet } from '@lead-router/domain/rule-set.ts';
import { NO_WANTS } from '@lead-router/domain/strategies/skills.ts';
import { AGENT_PRESETS, POOL_PRESETS, type PoolStrategy, WEIGHTED } from '@lead-router/domain/strategies/strategy-names.ts';
import fc from 'fast-check';
import { type Decided, leadId, type World } from './decision-world.ts';
import { buildFacts, buildTestRuleSet, type TestPool, type TestRule } from './test-rule-set.ts';

export const POOLS = ['a', 'b', 'c', 'd'] as const;
const MINUTE_MS = 60_000;
const NEVER_CAPPED = { open: null, daily: null };

const cap = fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 3, arbitrary: fc.integer({ min: 0, max: 4 }) });
const hourly = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.record({ hourly: fc.integer({ min: 0, max: 2 }) }) },
);
const caps = fc.tuple(fc.record({ open: cap, daily: cap }), hourly).map(([ofDay, ofHour]) => ({ ...ofDay, ...ofHour }));
const LANGUAGES = ['de', 'fr'] as const;
const skills = fc.constantFrom(
  new Map(),
  new Map([['language:de', 4]]),
  new Map([
    ['language:de', 2],
    ['language:fr', 3],
  ]),
);
const hours = fc.oneof(
  { weight: 3, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('UTC', 'Europe/Berlin').map((zone) => ({
      zone,
      spans: [
        { fromMinute: 540, toMinute: 1020 },
        { fromMinute: 1980, toMinute: 2460 },
      ],
    })),
  },
);
const leave = fc.oneof(
  { weight: 5, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.constantFrom('ann', 'bob').map((cover) => [{ from: '2026-01-05', to: '2026-01-07', cover }]) },
);
const agentName = fc.constantFrom('ann', 'bob', 'cid', 'dot', 'eve');
const agent = fc.record({
  agentId: agentName,
  weight: fc.integer({ min: 1, max: 5 }),
  caps,
  hours,
  leave,
  active: fc.constantFrom(true, true, true, false),
  skills,
  effectiveness: fc.constantFrom(1, 1, 2),
});
const agents = fc.uniqueArray(agent, { selector: (one) => one.agentId, maxLength: 4 });

const clock = (minutes: number): fc.Arbitrary<ClockPolicy | null> =>
  fc.constantFrom(
    null,
    { withinMs: minutes * MINUTE_MS, time: 'WALL', warnAfterMs: null },
    { withinMs: minutes * MINUTE_MS, time: 'BUSINESS', warnAfterMs: (minutes - 1) * MINUTE_MS },
  );
const sla = fc.record({ accept: clock(5), firstResponse: clock(90), maxReassignments: fc.constantFrom(null, null, 0, 1) });

/** The lead's own language. */
const SPEAKS = { required: [{ kind: 'language', value: null, level: 1, weight: 1 }], preferred: [] };

const offer: fc.Arbitrary<OfferPolicy | null> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  {
    weight: 1,
    arbitrary: fc.record({
      agents: fc.integer({ min: 1, max: 3 }),
      withinMs: fc.constantFrom(5 * MINUTE_MS, 90 * MINUTE_MS),
      time: fc.constantFrom('BUSINESS' as const, 'WALL' as const),
      rounds: fc.integer({ min: 1, max: 3 }),
      unclaimed: fc.constantFrom('WAIT' as const, 'OVERFLOW' as const, 'NEXT_RULE' as const, 'EXCEPTION' as const, 'ASSIGN' as const),
    }),
  },
);

const pool = (poolId: string) =>
  fc
    .record({
      poolId: fc.constant(poolId),
      destinationId: fc.constantFrom('shared', poolId),
      agents,
      caps: fc.oneof(fc.constant(NEVER_CAPPED), caps),
      hours,
      owner: fc.constantFrom('NONE' as const, 'PERSON' as const, 'ACCOUNT' as const, 'PERSON_THEN_ACCOUNT' as const),
      sla,
      maxWaitMs: fc.constantFrom(null, null, 90 * MINUTE_MS),
      overflowTo: fc.constantFrom(null, null, ...POOLS, 'final'),
      strategy: fc.constantFrom(WEIGHTED, WEIGHTED, ...Object.values(AGENT_PRESETS)),
      wants: fc.constantFrom(NO_WANTS, NO_WANTS, SPEAKS),
      atCap: fc.constantFrom('WAIT' as const, 'WAIT' as const, 'NEXT_RULE' as const, 'EXCEPTION' as const),
      offered: offer,
    })
    .map(({ offered, ...rest }) => ({ ...rest, ...(offered && { offer: offered }) }));

const last = fc.record({
  poolId: fc.constant('final'),
  agents: fc.uniqueArray(agent, { selector: (one) => one.agentId, minLength: 1, maxLength: 3 }),
  acceptWithinMs: fc.constantFrom(null, 10 * MINUTE_MS),
});

export const ruleSets: fc.Arbitrary<RuleSet> = fc
  .record({
    pools: fc.tuple(...POOLS.map(pool), last),
    shared: caps,
    linkWindowMs: fc.constantFrom(0, 60 * MINUTE_MS, 86_400_000),
    among: fc.option(fc.constantFrom(...Object.values(POOL_PRESETS)), { nil: null }),
  })
  .map(({ pools, shared, linkWindowMs, among }) =>
    buildTestRuleSet({
      pools: pools as readonly TestPool[],
      destinations: [{ destinationId: 'shared', caps: shared, economics: economicsOf(0) }, ...POOLS.map(ownDestination)],
      linkWindowMs,
      rules: rules(among),
    }),
  );

/** Each pays, or is worth something: margins differ, and are learned. */
function economicsOf(place: number): Economics {
  const byGrade = { HOT: 20 - place, HIGH_POTENTIAL: 10 + place, LOW_POTENTIAL: 5 };
  const revenue: Economics['revenue'] = { kind: place === 2 ? 'PAYOUT' : 'VALUE', byGrade };
  const convertsOn = place === 1 ? 'QUALIFIED' : 'WON';
  return {
    revenue,
    cost: place,
    handlingMs: 0,
    hourCost: 0,
    minShare: place === 0 ? 0.2 : 0,
    prior: { rate: 0.5, strength: 1 },
    convertsOn,
  };
}

function ownDestination(destinationId: string, index: number) {
  return { destinationId, economics: economicsOf(index + 1) };
}

/** A qualified lead goes where `attributes.next` says. Whatever is passed on at a cap may go to the next pool of its rule, or to `d`. */
function rules(among: PoolStrategy | null): readonly TestRule[] {
  return [
    ...POOLS.map((poolId) => ({
      ruleId: `next-${poolId}`,
      to: poolId,
      when: (facts: Facts) => facts.isQualified && facts.attributes.next === poolId,
    })),
    ...POOLS.map((poolId) => ({
      ruleId: `to-${poolId}`,
      to: poolId,
      ...(among !== null && poolId === 'b' && { among: { pools: ['b', 'c', 'a'], strategy: among } }),
      when: (facts: Facts) => facts.attributes.pool === poolId,
    })),
    { ruleId: 'passed-on', to: 'd', when: (facts: Facts) => facts.attributes.pool !== 'none' },
  ];
}

const leadNumber = fc.nat(19);
const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      lead: leadNumber,
      pool: fc.constantFrom(...POOLS, 'none'),
      next: fc.constantFrom(...POOLS),
      grade: fc.constantFrom(...gradeNames()),
      language: fc.constantFrom(null, ...LANGUAGES),
      accountId: fc.constantFrom(null, 'acme', 'bolt'),
      identities: fc.uniqueArray(fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5'), { maxLength: 2 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('act' as const),
      lead: leadNumber,
      activity: fc.constantFrom(
        'ACCEPTED' as const,
        'CONTACTED' as const,
        'ANSWERED' as const,
        'ENGAGED' as const,
        'NOTED' as const,
        'UNDELIVERABLE' as const,
        'DECLINED' as const,
        'RETURNED' as const,
        'QUALIFIED' as const,
        'DISQUALIFIED' as const,
        'WON' as const,
        'LOST' as const,
      ),
      by: fc.constantFrom('owner', 'owner', 'asked', 'asked', 'system', 'ann'),
      ago: fc.constantFrom(0, 0, 6 * MINUTE_MS),
      isHumanResponse: fc.constantFrom(true, true, false),
      /** What the rules go by after an answer or a click. */
      learned: fc.record({
        grade: fc.constantFrom(...gradeNames()),
        score: fc.integer({ min: 0, max: 3 }),
        pool: fc.constantFrom(...POOLS),
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reassign' as const),
      lead: leadNumber,
      to: fc.constantFrom('a', 'b', 'a/ann', 'b/bob', 'final', 'nowhere'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      agentId: agentName,
      /** How long it will be away; null: until told to be back, which is 0. */
      minutes: fc.constantFrom(0, 0, null, 7, 600),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 7, 95, 600, 1441) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fire' as const) }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('step' as const), partition: fc.nat(2), size: fc.integer({ min: 1, max: 6 }) }) },
);
export type Command = typeof command extends fc.Arbitrary<infer One> ? One : never;
// Long from the start: short histories fill no cap.
export const histories = fc.array(command, { minLength: 20, maxLength: 150, size: 'max' });

function gradeNames() {
  return Object.keys(GRADE_RANK) as (keyof typeof GRADE_RANK)[];
}

/** Of an offered lead the first who was asked stands for the owner, and who was asked earliest for the asked. */
function speakerOf(world: World, id: LeadId, by: string): string | null {
  if (by === 'system') return null;
  const { agentId, offer: open } = world.leads.get(id) ?? {};
  if (by === 'owner') return agentId ?? open?.offeredTo[0] ?? null;
  return by === 'asked' ? ((open && [...open.expired, ...open.offeredTo].at(-1)) ?? agentId ?? null) : by;
}

/** null: nothing was decided. */
export function perform(world: World, one: Command): Decided | null {
  const name = 'lead' in one ? `lead-${one.lead}` : '';
  switch (one.do) {
    case 'submit':
      if (world.facts.has(leadId(name))) return null;
      world.submit(
        name,
        buildFacts({ grade: one.grade, language: one.language, accountId: one.accountId, attributes: { pool: one.pool, next: one.next } }),
        one.identities.map((identity) => identity),
      );
      return null;
    case 'act': {
      if (!world.facts.has(leadId(name))) return null;
      const agentId = speakerOf(world, leadId(name), one.by);
      const { grade, score, pool: next } = one.learned;
      const attributes = { ...world.facts.get(leadId(name))?.attributes, pool: next };
      const isNews = one.activity === 'ANSWERED' || one.activity === 'ENGAGED';
      world.act(name, one.activity, {
        agentId,
        occurredAt: world.now - one.ago,
        isHumanResponse: one.isHumanResponse,
        ...(isNews ? { learned: { grade, score, attributes } } : {}),
      });
      return null;
    }
    case 'reassign':
      world.send({
        kind: 'REASSIGN',
        leadId: leadId(name),
        occurredAt: world.now,
        to: one.to,
        by: 'carla',
        reason: 'asked for',
        facts: world.factsOf(leadId(name)),
      });
      return null;
    case 'say':
      if (one.minutes === 0) world.comeBack(one.agentId);
      else world.goAway(one.agentId, one.minutes === null ? null : world.now + one.minutes * MINUTE_MS);
      return null;
    case 'wait':
      world.now += one.minutes * MINUTE_MS;
      return null;
    case 'fire':
      world.fireTimers();
      return null;
    case 'step':
      return world.step(one.partition % world.logs.length, one.size);
  }
}
