/** Skills that pools and rules require and that no agent has: whoever asks for one of them gets nobody, and goes to the final decision makers. */
import type { Agent, Pool } from '../../rule-set.ts';
import { whyNotSuited } from '../../strategies/agent-strategies.ts';
import { joinWants, type SkillWant, type SkillWants } from '../../strategies/skills.ts';
import { WEIGHTED } from '../../strategies/strategy-names.ts';
import type { Place } from '../document.ts';
import type { CompiledRule } from '../read-rules.ts';
import type { Findings } from './findings.ts';

export interface LintedSkills {
  readonly rules: readonly CompiledRule[];
  readonly pools: ReadonlyMap<string, Pool>;
}

export function lintSkills(findings: Findings, { rules, pools }: LintedSkills): void {
  for (const pool of pools.values()) lintPool(findings, pool);
  rules.forEach(({ rule }, index) => {
    if (rule.wants === undefined) return;
    const path = pathOf(pools, [rule.to, ...(rule.among?.pools ?? [])]);
    const lacking = path.flatMap((pool) => {
      const lack = lackOf(pool, pool.wants, rule.wants);
      return lack === null ? [] : [{ pool, lack }];
    });
    for (const { pool, lack } of lacking) {
      // The pool's own lack is told at the pool.
      if (lackOf(pool, pool.wants, undefined) !== null) continue;
      const isAll = lack.isForAll && lacking.length === path.length && lacking.every((one) => one.lack.isForAll);
      const goesOn = isAll ? '' : lack.isForAll ? '; only its other pools take such leads' : '';
      findings.add(findings.placeOf('rules', index, 'skills'), {
        kind: 'SKILL_NOBODY_HAS',
        severity: isAll ? 'ERROR' : 'WARNING',
        about: rule.ruleId,
        message: `rule "${rule.ruleId}" requires what nobody in pool "${pool.poolId}" has: ${lack.words}${goesOn}; ${REMEDY}`,
      });
    }
  });
}

const REMEDY = 'give an agent the skill, or leave it out of "required"';

function lintPool(findings: Findings, pool: Pool): void {
  const lack = lackOf(pool, pool.wants, undefined);
  if (lack === null) return;
  findings.add(placeOfSkills(findings, pool), {
    kind: 'SKILL_NOBODY_HAS',
    severity: lack.isForAll && pool.overflowTo === null ? 'ERROR' : 'WARNING',
    about: pool.poolId,
    message: `pool "${pool.poolId}" requires what none of its agents has: ${lack.words}; ${REMEDY}`,
  });
}

function placeOfSkills(findings: Findings, pool: Pool): Place {
  return findings.placeOfId('pools', pool.poolId, 'skills');
}

/** The pools that a lead of the rule is tried in, and those that they overflow into. */
function pathOf(pools: ReadonlyMap<string, Pool>, named: readonly string[]): readonly Pool[] {
  const ids = new Set(named);
  for (const poolId of ids) {
    const next = pools.get(poolId)?.overflowTo ?? null;
    if (next !== null) ids.add(next);
  }
  return [...ids].flatMap((poolId) => pools.get(poolId) ?? []);
}

interface Lack {
  /** Every lead asks for it; else those that say something of that kind. */
  readonly isForAll: boolean;
  readonly words: string;
}

/** null: for each lead there may be somebody. */
function lackOf(pool: Pool, ofPool: SkillWants | undefined, ofRule: SkillWants | undefined): Lack | null {
  const wants = joinWants(ofPool, ofRule);
  const agents = pool.agents.filter(({ active }) => active);
  // A pool without agents takes leads as a whole.
  if (agents.length === 0 || wants.required.length === 0) return null;
  const { strategy = WEIGHTED } = pool;
  // Without facts only what every lead asks for is asked.
  const reasons = agents.map((agent) => whyNotSuited(strategy, agent, { facts: null, wants }));
  const [first] = reasons;
  if (first != null && reasons.every((reason) => reason !== null))
    return { isForAll: true, words: `${[...new Set(reasons)].join(', or ')}, so no lead gets an agent` };
  if (!strategy.filter.includes('skills')) return null;
  const unmet = wants.required.find((want) => want.value === null && !agents.some((agent) => hasKind(agent, want)));
  if (unmet === undefined) return null;
  const least = unmet.level > 1 ? ` of level ${unmet.level}` : '';
  return { isForAll: false, words: `no skill${least} in any ${unmet.kind}, so no lead that says its ${unmet.kind} gets an agent` };
}

function hasKind({ skills }: Agent, { kind, level }: SkillWant): boolean {
  return [...(skills ?? [])].some(([key, has]) => key.startsWith(`${kind}:`) && has >= level);
}
