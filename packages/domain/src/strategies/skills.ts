/**
 * Filter `skills`: whoever lacks a skill that the lead requires never gets it. Skills are of a kind (`language`, `product`, ...) and have a
 * level. What a lead asks for comes from its facts; a fact that is not known asks for nothing.
 */
import { foldText } from '../enrichment/fold-text.ts';
import type { Facts } from '../facts.ts';
import type { Agent } from '../rule-set.ts';
import type { AgentFilter } from './strategy.ts';

export const MOST_SKILL_LEVEL = 5;

/** Kinds of skills that the lead itself asks for, and the facts that say so. */
export const SKILL_FACTS = {
  language: (facts: Facts) => valuesOf(facts.language?.split(/[-_]/)[0]),
  /** The rule set's own products where it declares them, else what the lead calls them. */
  product: (facts: Facts) => (facts.products.length > 0 ? facts.products : facts.productInterest),
  topic: (facts: Facts) => facts.topics,
  industry: (facts: Facts) => valuesOf(facts.industry),
  sector: (facts: Facts) => valuesOf(facts.sector),
  segment: (facts: Facts) => valuesOf(facts.segment),
  country: (facts: Facts) => valuesOf(facts.country),
  region: (facts: Facts) => valuesOf(facts.region),
  territory: (facts: Facts) => valuesOf(facts.territory),
} as const satisfies Readonly<Record<string, (facts: Facts) => readonly string[]>>;

export type SkillFact = keyof typeof SKILL_FACTS;

/** One skill that is asked for. */
export interface SkillWant {
  readonly kind: string;
  /** Of whatever lead; null: what the fact of that kind says. */
  readonly value: string | null;
  /** Least level of a required skill, 1 to 5. */
  readonly level: number;
  /** Of a preferred skill, relative to the others. Above 0. */
  readonly weight: number;
}

export interface SkillWants {
  readonly required: readonly SkillWant[];
  readonly preferred: readonly SkillWant[];
}

export const NO_WANTS: SkillWants = { required: [], preferred: [] };

/** What a pool and a rule want together. */
export function joinWants(ofPool: SkillWants | undefined, ofRule: SkillWants | undefined): SkillWants {
  if (ofPool === undefined) return ofRule ?? NO_WANTS;
  if (ofRule === undefined) return ofPool;
  return { required: [...ofPool.required, ...ofRule.required], preferred: [...ofPool.preferred, ...ofRule.preferred] };
}

export function skillKey(kind: string, value: string): string {
  return `${kind}:${foldText(value)}`;
}

/** The agent's level of each skill that is asked for, 0 for none; empty where the lead does not say what it needs. */
export function levelsOf(agent: Agent, want: SkillWant, facts: Facts | null): readonly number[] {
  return valuesWanted(want, facts).map((value) => agent.skills?.get(skillKey(want.kind, value)) ?? 0);
}

export const SKILLS: AgentFilter = {
  whyNot: (agent, { facts, wants }) => {
    for (const want of wants.required) {
      const levels = levelsOf(agent, want, facts);
      // Of several products or topics it is enough to know one: who knows more of them is the ranking's to say.
      if (levels.length > 0 && !levels.some((level) => level >= want.level)) return lackWords(want, facts);
    }
    return null;
  },
};

function lackWords(want: SkillWant, facts: Facts | null): string {
  const least = want.level > 1 ? ` of level ${want.level}` : '';
  return `no skill${least} in ${want.kind} ${valuesWanted(want, facts).join(' or ')}`;
}

function valuesWanted({ kind, value }: SkillWant, facts: Facts | null): readonly string[] {
  if (value !== null) return [value];
  return facts === null || !isSkillFact(kind) ? [] : SKILL_FACTS[kind](facts);
}

export function isSkillFact(kind: string): kind is SkillFact {
  return Object.hasOwn(SKILL_FACTS, kind);
}

function valuesOf(value: string | null | undefined): readonly string[] {
  return value === null || value === undefined || value === '' ? [] : [value];
}
