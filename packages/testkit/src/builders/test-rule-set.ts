/**
 * A rule set made by hand, for tests of what is decided: rules are plain predicates, so a test shows what it means
 * without YAML. Everything not said is the least restrictive: no caps, no hours, no clock.
 */
import { DEFAULT_ENGAGEMENT } from '@lead-router/domain/engagement.ts';
import type { Facts } from '@lead-router/domain/facts.ts';
import { type Communication, NO_COMMUNICATION } from '@lead-router/domain/rule-set/communication.ts';
import type { Agent, Destination, Pool, Rule, RuleMatch, RuleSet, SlaPolicy } from '@lead-router/domain/rule-set.ts';

export interface TestRule extends Pick<Rule, 'to' | 'among' | 'wants'> {
  readonly ruleId?: string;
  readonly when: (facts: Facts) => boolean;
}

export interface TestPool extends Omit<Partial<Pool>, 'agents'> {
  readonly poolId: string;
  readonly agents?: readonly (string | ({ readonly agentId: string } & Partial<Agent>))[];
  /** Short for an accept clock by the wall, without a warning. */
  readonly acceptWithinMs?: number | null;
}

export interface TestRuleSetOptions {
  readonly pools: readonly TestPool[];
  /** Default: the pool named by the fact `attributes.pool`. */
  readonly rules?: readonly TestRule[];
  readonly destinations?: readonly ({ readonly destinationId: string } & Partial<Destination>)[];
  /** Default `final`, with the one agent `chief`; made if it is not among `pools`. */
  readonly lastResortPool?: string;
  readonly linkWindowMs?: number;
  readonly communication?: Partial<Communication>;
}

const NO_CAPS = { open: null, daily: null };
const DAY_MS = 86_400_000;

export function buildTestRuleSet(options: TestRuleSetOptions): RuleSet {
  const lastResortPool = options.lastResortPool ?? 'final';
  const given = options.pools.map(buildPool);
  const pools = given.some((pool) => pool.poolId === lastResortPool)
    ? given
    : [...given, buildPool({ poolId: lastResortPool, agents: ['chief'] })];
  const predicates: readonly TestRule[] =
    options.rules ??
    pools.map(({ poolId }) => ({ ruleId: `to-${poolId}`, to: poolId, when: (facts: Facts) => facts.attributes.pool === poolId }));
  const rules = predicates.map(
    ({ when: _when, ruleId, to, ...rest }, index): Rule => ({
      ruleId: ruleId ?? `rule-${index}`,
      description: `leads for ${to}`,
      when: 'test',
      to,
      ...rest,
    }),
  );
  const lastRule: Rule = { ruleId: 'last-resort', description: 'the final decision makers', when: null, to: lastResortPool };
  const named = (options.destinations ?? []).map(buildDestination);
  const destinationIds = new Set(pools.map((pool) => pool.destinationId));
  for (const { destinationId } of named) destinationIds.delete(destinationId);
  const destinations = [...named, ...[...destinationIds].map((destinationId) => buildDestination({ destinationId }))];
  const matchRule = (facts: Facts, from = 0): RuleMatch => {
    const index = predicates.findIndex((rule, place) => place >= from && rule.when(facts));
    const rule = rules[index];
    return rule === undefined ? { rule: lastRule, index: rules.length } : { rule, index };
  };
  return {
    name: 'test',
    digest: '0'.repeat(64),
    rules: [...rules, lastRule],
    destinations: new Map(destinations.map((destination) => [destination.destinationId, destination])),
    pools: new Map(pools.map((pool) => [pool.poolId, pool])),
    lastResortPool,
    linkWindowMs: options.linkWindowMs ?? 7 * DAY_MS,
    communication: { ...NO_COMMUNICATION, ...options.communication },
    engagement: DEFAULT_ENGAGEMENT,
    matchRule,
    traceRules: (facts) => {
      const { index } = matchRule(facts);
      return [...rules, lastRule].slice(0, index + 1).map(({ ruleId }, place) => ({
        ruleId,
        matched: place === index,
        reason: place === index ? 'its test holds' : 'its test does not hold',
      }));
    },
    enrich: () => {
      throw new Error('a test rule set does not enrich: give the facts');
    },
    score: () => {
      throw new Error('a test rule set does not score: give the facts');
    },
  };
}

/** Facts of a lead of which nothing is known but what is given; `pool` names the pool that the default rules send it to. */
export function buildFacts(facts: Partial<Facts> & { readonly pool?: string } = {}): Facts {
  const { pool, ...rest } = facts;
  return {
    vendor: 'acme',
    channel: null,
    campaign: null,
    initiative: null,
    language: null,
    company: null,
    industry: null,
    employeeCount: null,
    annualRevenue: null,
    country: null,
    region: null,
    postalCode: null,
    city: null,
    territory: null,
    emailDomain: null,
    emailIsFree: false,
    hasValidEmail: false,
    hasValidPhone: false,
    webDomain: null,
    government: null,
    accountId: null,
    accountConfidence: null,
    emailIsDisposable: false,
    emailIsRole: false,
    phoneCountry: null,
    phoneType: null,
    timeZone: null,
    sector: null,
    sizeBand: null,
    segment: null,
    budget: null,
    authority: 'UNKNOWN',
    timeFrame: 'UNKNOWN',
    productInterest: [],
    topics: [],
    products: [],
    consentEmail: null,
    consentPhone: null,
    attributes: pool === undefined ? {} : { pool },
    score: 0,
    grade: 'HOT',
    engagementScore: 0,
    engagementCount: 0,
    isQualified: false,
    ...rest,
  };
}

export const NO_SLA: SlaPolicy = { accept: null, firstResponse: null, maxReassignments: null };

/** An accept clock by the wall, without a warning. */
export function acceptWithin(withinMs: number): SlaPolicy {
  return { ...NO_SLA, accept: { withinMs, time: 'WALL', warnAfterMs: null } };
}

function buildPool({ agents = [], acceptWithinMs = null, ...pool }: TestPool): Pool {
  return {
    destinationId: pool.poolId,
    zone: 'UTC',
    hours: null,
    caps: NO_CAPS,
    owner: 'NONE',
    sla: acceptWithinMs === null ? NO_SLA : acceptWithin(acceptWithinMs),
    maxWaitMs: null,
    overflowTo: null,
    ...pool,
    agents: agents.map((agent) => buildAgent(typeof agent === 'string' ? { agentId: agent } : agent)),
  };
}

function buildAgent(agent: { readonly agentId: string } & Partial<Agent>): Agent {
  return { name: agent.agentId, weight: 1, caps: NO_CAPS, hours: null, leave: [], active: true, ...agent };
}

function buildDestination(destination: { readonly destinationId: string } & Partial<Destination>): Destination {
  return { kind: 'SALES', name: destination.destinationId, caps: NO_CAPS, zone: 'UTC', webhook: null, ...destination };
}
