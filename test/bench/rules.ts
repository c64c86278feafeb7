/**
 * What finding the rule costs, by the number of rules: this project's matcher beside plain evaluation in order with cel-js, json-rules-engine
 * and zen-engine, over the same rules and leads, without infrastructure. All must come to the same decisions. One thread, wall time.
 */
import type { Facts } from '@lead-router/domain/facts.ts';
import { celInOrder, jsonRulesEngine, leadRouter, type RuleEngine, ruleSetSourceOf, zenEngine } from './rule-engines.ts';
import { type TerritoryRule, territoryLeads, territoryRules } from './territory-rules.ts';

export interface RulesResult {
  readonly sizes: readonly SizeResult[];
  /** Cost of a lead with the most rules, as a multiple of that with the fewest. */
  readonly growth: number;
}

interface SizeResult {
  readonly rules: number;
  /** YAML to a rule set that can be asked. */
  readonly compileSeconds: number;
  readonly engines: readonly EngineResult[];
}

interface EngineResult {
  readonly name: string;
  /** Median of the rounds. */
  readonly microsPerLead: number;
  /** How many of the leads it was asked about in each round; all but ours are asked about fewer where they are slow. */
  readonly leads: number;
  /** Why it was not measured. */
  readonly notRun?: string;
}

const SIZES = [50, 500, 5_000, 50_000];
const LEADS = 20_000;
const WARM_UP_ROUNDS = 10;
const ROUNDS = 15;
/** Others: a round takes no longer than this, once it has had the fewest leads that say something. */
const OTHERS_ROUNDS = 3;
const OTHERS_ROUND_MS = 700;
const OTHERS_LEAST_LEADS = 12;

export async function rules(options: { readonly onProgress: (line: string) => void }): Promise<RulesResult> {
  const cases = SIZES.map((count) => prepare(count));
  const own = ownRounds(cases);
  const sizes: SizeResult[] = [];
  for (const [place, one] of cases.entries()) {
    const engines = [{ name: 'lead-router', microsPerLead: own[place] ?? Number.NaN, leads: LEADS }, ...(await measureOthers(one))];
    sizes.push({ rules: one.rules.length, compileSeconds: one.compileSeconds, engines });
    options.onProgress(`${one.rules.length} rules, compiled in ${one.compileSeconds.toFixed(2)} s`);
    for (const engine of engines) options.onProgress(`  ${wordsOf(engine)}`);
  }
  const [fewest, most] = [own[0] ?? Number.NaN, own.at(-1) ?? Number.NaN];
  return { sizes, growth: most / fewest };
}

interface Case {
  readonly rules: readonly TerritoryRule[];
  readonly leads: readonly Facts[];
  readonly decide: (facts: Facts) => number;
  readonly compileSeconds: number;
  /** By lead: the place of its rule, as this project finds it. */
  readonly decisions: readonly number[];
}

function prepare(count: number): Case {
  const rules = territoryRules(count);
  const leads = territoryLeads(rules, LEADS);
  const source = ruleSetSourceOf(rules);
  const startedAt = performance.now();
  const decide = leadRouter(source);
  const compileSeconds = (performance.now() - startedAt) / 1_000;
  return { rules, leads, decide, compileSeconds, decisions: leads.map(decide) };
}

/** One size after the other, as a process has one rule set; the first rounds compile the code and are not counted. */
function ownRounds(cases: readonly Case[]): readonly number[] {
  return cases.map(({ leads, decide }) => {
    const rounds: number[] = [];
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      const startedAt = performance.now();
      for (const facts of leads) decide(facts);
      if (round >= WARM_UP_ROUNDS) rounds.push(((performance.now() - startedAt) * 1_000) / leads.length);
    }
    return median(rounds);
  });
}

async function measureOthers(given: Case): Promise<readonly EngineResult[]> {
  const results: EngineResult[] = [];
  for (const make of [celInOrder, jsonRulesEngine, zenEngine]) results.push(await measureOther(make, given));
  return results;
}

async function measureOther(
  make: (rules: readonly TerritoryRule[]) => Promise<RuleEngine>,
  { rules: given, leads, decisions }: Case,
): Promise<EngineResult> {
  let engine: RuleEngine;
  try {
    engine = await make(given);
  } catch (error) {
    return { name: make.name, microsPerLead: Number.NaN, leads: 0, notRun: error instanceof Error ? error.message : String(error) };
  }
  const rounds: number[] = [];
  let asked = leads.length;
  for (let round = 0; round < OTHERS_ROUNDS; round++) {
    const startedAt = performance.now();
    let done = 0;
    for (const facts of leads.slice(0, asked)) {
      const decided = await engine.decide(facts);
      if (decided !== decisions[done])
        throw new Error(`${engine.name} takes rule ${decided} of ${given.length} for lead ${done}, and not ${decisions[done]}`);
      done += 1;
      if (round === 0 && done >= OTHERS_LEAST_LEADS && performance.now() - startedAt > OTHERS_ROUND_MS) break;
    }
    asked = done;
    rounds.push(((performance.now() - startedAt) * 1_000) / done);
  }
  return { name: engine.name, microsPerLead: median(rounds), leads: asked };
}

function wordsOf({ name, microsPerLead, leads, notRun }: EngineResult): string {
  if (notRun !== undefined) return `${name}: not run: ${notRun}`;
  return `${name.padEnd(32)} ${microsPerLead.toFixed(2).padStart(12)} microseconds a lead, ${Math.round(1e6 / microsPerLead)} leads/s, over ${leads} leads`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
