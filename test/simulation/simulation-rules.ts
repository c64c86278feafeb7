/**
 * The rules of the simulated business, small and tight on purpose: places for fewer leads than come, so that they wait, overflow,
 * time out and end with the final decision makers. Versions differ in what they match, so that half a flip would show.
 */
import { DEFAULT_ENGAGEMENT, NOT_ENGAGED } from '@lead-router/domain/engagement.ts';
import type { Grade } from '@lead-router/domain/lead.ts';
import type { Economics } from '@lead-router/domain/margin/economics.ts';
import { NO_COMMUNICATION } from '@lead-router/domain/rule-set/communication.ts';
import type { Agent, Destination, Pool, Rule, RuleMatch, RuleSet, SlaPolicy } from '@lead-router/domain/rule-set.ts';
import { POOL_PRESETS } from '@lead-router/domain/strategies/strategy-names.ts';
import { acceptWithin, NO_SLA } from '@lead-router/testkit/builders/test-rule-set.ts';

/** Monday 2026-01-05, twelve seconds before the pool with hours opens. */
export const SIMULATION_START = Date.UTC(2026, 0, 5, 8, 59, 48);
/** Whatever is due later than this (the next opening, the next day) does not belong to the run. */
export const SIMULATION_HORIZON = SIMULATION_START + 3_600_000;

export const POOL_NAMES = ['field', 'calls', 'desk', 'late'] as const;
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

function agent(agentId: string, open: number | null): Agent {
  return { agentId, name: agentId, weight: 1, caps: { open, daily: null }, hours: null, leave: [], active: true };
}

function pool(poolId: string, known: Partial<Pool>): Pool {
  return {
    poolId,
    destinationId: 'sales',
    zone: 'UTC',
    hours: null,
    caps: NO_CAPS,
    agents: [],
    sticky: false,
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

const POOLS: readonly Pool[] = [
  pool('field', { agents: [agent('f1', 1), agent('f2', 1)], caps: { open: 2, daily: null }, sla: FIELD_SLA, sticky: true }),
  pool('calls', { agents: [agent('c1', 2), agent('c2', 1)], sla: CALLS_SLA, maxWaitMs: 2_500, overflowTo: 'desk', sticky: true }),
  // Nobody in it: the destination itself takes leads, as many as it may have open, together with `late`.
  pool('desk', { destinationId: 'desk', sla: acceptWithin(900) }),
  pool('late', {
    destinationId: 'desk',
    agents: [agent('l1', 2)],
    hours: { zone: 'UTC', spans: [{ fromMinute: 9 * 60, toMinute: MINUTES_OF_DAY }] },
    sla: acceptWithin(1_200),
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
    pools: new Map(POOLS.map((one) => [one.poolId, one])),
    lastResortPool: LAST_RESORT,
    linkWindowMs: 60_000,
    communication: NO_COMMUNICATION,
    engagement: DEFAULT_ENGAGEMENT,
    matchRule: (facts) => {
      const wanted = facts.isQualified ? 'calls' : facts.engagementScore >= ENGAGED ? 'field' : (facts.attributes.pool ?? '');
      const index = rules.findIndex(({ ruleId }) => ruleId === `to-${wanted}`);
      return matchAt(index < 0 ? last : index);
    },
    traceRules: () => [],
    enrich: (lead) => ({
      enrichment: { ...NOTHING_FOUND, identities: lead.attributes.person === undefined ? [] : [`person-${lead.attributes.person}`] },
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

const NOTHING_FOUND = {
  emailDomain: null,
  emailIsFree: false,
  phoneCountry: null,
  webDomain: null,
  countryCode: null,
  regionCode: null,
  territory: null,
  government: null,
  accountId: null,
  accountName: null,
  industry: null,
  topics: [],
  products: [],
  hasValidEmail: false,
  hasValidPhone: false,
  emailIsDisposable: false,
  emailIsRole: false,
  phoneType: null,
  timeZone: null,
  sector: null,
  sizeBand: null,
  segment: null,
  language: null,
  accountConfidence: null,
  values: [],
  identities: [],
};
