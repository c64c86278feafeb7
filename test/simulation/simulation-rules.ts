/**
 * The rules of the simulated business, small and tight on purpose: places for fewer leads than come, so that they wait, overflow,
 * time out and end with the final decision makers. Versions differ in what they match, so that half a flip would show.
 */
import { DEFAULT_ENGAGEMENT, NOT_ENGAGED } from '@lead-router/domain/engagement.ts';
import type { Grade } from '@lead-router/domain/lead.ts';
import type { Unclaimed } from '@lead-router/domain/lead-offer.ts';
import type { Economics } from '@lead-router/domain/margin/economics.ts';
import { NO_COMMUNICATION } from '@lead-router/domain/rule-set/communication.ts';
import type { Agent, Destination, Pool, Rule, RuleMatch, RuleSet, SlaPolicy } from '@lead-router/domain/rule-set.ts';
import { type SkillWant, skillKey } from '@lead-router/domain/strategies/skills.ts';
import { AGENT_PRESETS, POOL_PRESETS } from '@lead-router/domain/strategies/strategy-names.ts';
import { acceptWithin, NO_SLA } from '@lead-router/testkit/builders/test-rule-set.ts';
import { NOTHING_FOUND } from '@lead-router/testkit/lead-builders.ts';

/** Monday 2026-01-05, twelve seconds before the pool with hours opens. */
export const SIMULATION_START = Date.UTC(2026, 0, 5, 8, 59, 48);
/** Whatever is due later than this (the next opening, the next day) does not belong to the run. */
export const SIMULATION_HORIZON = SIMULATION_START + 3_600_000;

export const POOL_NAMES = ['field', 'calls', 'desk', 'late', 'team'] as const;
export const GRADES: readonly Grade[] = ['HOT', 'HIGH_POTENTIAL', 'NEED_INFORMATION', 'LOW_POTENTIAL'];
export const LAST_RESORT = 'last';

/** Points from which on the clicks of a lead make it Hot: two of them. */
const ENGAGED = 9;
const MINUTES_OF_DAY = 24 * 60;
const NO_CAPS = { open: null, daily: null };

function economicsOf(value: number): Economics {
  const byGrade = Object.fromEntries(GRADES.map((grade) => [grade, value]));
  const prior = { rate: 0.3, strength: 2 };
  return { revenue: { kind: 'VALUE', byGrade }, cost: 0, handlingMs: 0, hourCost: 0, minShare: 0, prior, convertsOn: 'WON' };
}

function agent(agentId: string, open: number | null, known: Partial<Agent> = {}): Agent {
  return { agentId, name: agentId, weight: 1, caps: { open, daily: null }, hours: null, leave: [], active: true, ...known };
}

function pool(poolId: string, known: Partial<Pool>): Pool {
  return {
    poolId,
    destinationId: 'sales',
    zone: 'UTC',
    hours: null,
    caps: NO_CAPS,
    agents: [],
    owner: 'NONE',
    sla: NO_SLA,
    maxWaitMs: null,
    overflowTo: null,
    ...known,
  };
}

/** Warnings before both clocks, and one reassignment before the final decision makers. */
const FIELD_SLA: SlaPolicy = {
  accept: { withinMs: 300, time: 'BUSINESS', warnAfterMs: 200 },
  firstResponse: { withinMs: 800, time: 'WALL', warnAfterMs: 250 },
  maxReassignments: 1,
};
const CALLS_SLA: SlaPolicy = {
  accept: { withinMs: 600, time: 'WALL', warnAfterMs: null },
  firstResponse: { withinMs: 1_500, time: 'BUSINESS', warnAfterMs: 1_000 },
  maxReassignments: null,
};

/** Every other person writes in German. */
const GERMAN = new Map([[skillKey('language', 'de'), 4]]);
const identitiesOf = (person: string | undefined): readonly string[] => (person === undefined ? [] : [`person-${person}`]);
/** Each third person is of no account. */
const accountOf = (person: string | undefined): string | null =>
  person === undefined || Number(person) % 3 === 0 ? null : `account-${Number(person) % 3}`;
/** By the person whom the identities tell. */
export const languageOf = (identities: readonly string[]): string | null =>
  identities.some((identity) => Number(identity.slice('person-'.length)) % 2 === 1) ? 'de' : null;
const wantLanguage: SkillWant = { kind: 'language', value: null, level: 1, weight: 1 };

const POOLS: readonly Pool[] = [
  pool('field', { agents: [agent('f1', 1), agent('f2', 1)], caps: { open: 2, daily: null }, sla: FIELD_SLA, owner: 'PERSON_THEN_ACCOUNT' }),
  // Who speaks the language first. Waiting makes up for grades within a run.
  pool('calls', {
    agents: [agent('c1', 2), agent('c2', 1, { skills: GERMAN })],
    strategy: AGENT_PRESETS['best-fit'],
    wants: { required: [], preferred: [wantLanguage] },
    sla: CALLS_SLA,
    maxWaitMs: 2_500,
    ageingMs: 400,
    overflowTo: 'desk',
    owner: 'PERSON',
  }),
  // Nobody in it: the destination itself takes leads, as many as it may have open, together with `late`.
  pool('desk', { destinationId: 'desk', sla: acceptWithin(900) }),
  pool('late', {
    destinationId: 'desk',
    // The hour of the clock changes as the pool opens.
    agents: [agent('l1', 2, { caps: { open: 2, daily: null, hourly: 8 }, skills: GERMAN }), agent('l2', 1)],
    strategy: AGENT_PRESETS['least-loaded'],
    wants: { required: [wantLanguage], preferred: [] },
    hours: { zone: 'UTC', spans: [{ fromMinute: 9 * 60, toMinute: MINUTES_OF_DAY }] },
    sla: acceptWithin(1_200),
  }),
  // Offers its leads: two are asked at once, a place is kept, and nobody has it until one of them accepts.
  pool('team', {
    agents: [agent('t1', 1), agent('t2', 2), agent('t3', 1, { skills: GERMAN })],
    offer: { agents: 2, withinMs: 400, time: 'BUSINESS', rounds: 2, unclaimed: 'OVERFLOW' },
    sla: CALLS_SLA,
    maxWaitMs: 1_500,
    overflowTo: 'calls',
    owner: 'PERSON',
  }),
  pool(LAST_RESORT, { destinationId: 'deciders', agents: [agent('d1', null), agent('d2', null)] }),
];

export const AGENT_NAMES: readonly string[] = POOLS.flatMap(({ agents }) => agents.map(({ agentId }) => agentId));

/** Desk or calls, by what each has made of such leads: outcomes change where the next ones go. */
const BY_MARGIN: NonNullable<Rule['among']> = { pools: ['desk', 'calls'], strategy: POOL_PRESETS.margin };
const ECONOMICS: Readonly<Record<string, Economics>> = {
  sales: { ...economicsOf(100), cost: 10, convertsOn: 'QUALIFIED' },
  desk: { ...economicsOf(50), minShare: 0.1 },
};

const DESTINATIONS: readonly Destination[] = ['sales', 'desk', 'deciders'].map((destinationId) => ({
  destinationId,
  kind: 'SALES',
  name: destinationId,
  caps: destinationId === 'desk' ? { open: 2, daily: null } : NO_CAPS,
  zone: 'UTC',
  webhook: null,
  ...(ECONOMICS[destinationId] && { economics: ECONOMICS[destinationId] }),
}));

/** In every third version the field passes on at its cap, and its first agent has all that fits. */
const DEDICATED_FIELD: Pick<Pool, 'strategy' | 'atCap'> = { strategy: AGENT_PRESETS.dedicated, atCap: 'NEXT_RULE' };

/** By version: what becomes of an offer that nobody takes. */
const UNCLAIMED: readonly Unclaimed[] = ['EXCEPTION', 'OVERFLOW', 'ASSIGN', 'WAIT', 'NEXT_RULE'];

function poolsOf(version: number): ReadonlyMap<string, Pool> {
  const unclaimed = UNCLAIMED[version % UNCLAIMED.length];
  return new Map(
    POOLS.map((one) => {
      if (one.poolId === 'field' && version % 3 === 0) return [one.poolId, { ...one, ...DEDICATED_FIELD }];
      return [one.poolId, one.offer && unclaimed ? { ...one, offer: { ...one.offer, unclaimed } } : one];
    }),
  );
}

/** What an even version sends elsewhere than an odd one. */
const SWAPPED: Readonly<Record<string, string>> = { field: 'calls', calls: 'field' };

export function simulationRuleSet(version: number): RuleSet {
  const rules: readonly Rule[] = [...POOL_NAMES, LAST_RESORT].map((name) => ({
    ruleId: `to-${name}`,
    description: `leads for ${name}`,
    when: name === LAST_RESORT ? null : `lead.attributes.pool == "${name}"`,
    to: version % 2 === 0 ? (SWAPPED[name] ?? name) : name,
    ...(name === 'desk' && { among: BY_MARGIN }),
  }));
  const last = rules.length - 1;
  const matchAt = (index: number): RuleMatch => {
    const rule = rules[index];
    if (!rule) throw new RangeError(`there is no rule ${index}`);
    return { rule, index };
  };
  return {
    name: 'simulation',
    digest: String(version),
    rules,
    destinations: new Map(DESTINATIONS.map((destination) => [destination.destinationId, destination])),
    pools: poolsOf(version),
    lastResortPool: LAST_RESORT,
    linkWindowMs: 60_000,
    communication: NO_COMMUNICATION,
    engagement: DEFAULT_ENGAGEMENT,
    matchRule: (facts, from = 0) => {
      const wanted = facts.isQualified ? 'calls' : facts.engagementScore >= ENGAGED ? 'field' : (facts.attributes.pool ?? '');
      const index = rules.findIndex(({ ruleId }) => ruleId === `to-${wanted}`);
      return matchAt(index < from ? last : index);
    },
    traceRules: () => [],
    enrich: (lead) => ({
      enrichment: {
        ...NOTHING_FOUND,
        language: languageOf(identitiesOf(lead.attributes.person)),
        identities: identitiesOf(lead.attributes.person),
        accountId: accountOf(lead.attributes.person),
      },
    }),
    score: (lead, _enrichment, { engagement = NOT_ENGAGED }) => {
      const { engagementScore } = engagement;
      const given = GRADES.find((name) => name === lead.attributes.grade) ?? 'LOW_POTENTIAL';
      const reasons = [
        { name: 'version', points: version },
        { name: 'engagement', points: engagementScore },
      ];
      return { score: version + engagementScore, grade: engagementScore >= ENGAGED ? 'HOT' : given, gradeReason: 'as given', reasons };
    },
  };
}
