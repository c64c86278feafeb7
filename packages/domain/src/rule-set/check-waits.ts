/**
 * Leads that nobody takes where `unclaimed` is `wait` go back to the queue of the pool that their rule names, however far they came by overflow.
 * Without a limit there, nobody would ever look after them.
 */
import type { Pool } from '../rule-set.ts';
import { type RuleSetDocument, report } from './document.ts';
import type { Placed } from './read-pools.ts';
import type { CompiledRule } from './read-rules.ts';

type Pools = ReadonlyMap<string, Placed<Pool>>;

/** Once for each pool that needs a `maxWait` for the sake of another. */
export function checkWaits(document: RuleSetDocument, pools: Pools, rules: readonly CompiledRule[]): void {
  const told = new Set<string>();
  for (const { rule } of rules) {
    const home = pools.get(rule.to);
    if (home === undefined || home.value.maxWaitMs !== null || told.has(rule.to)) continue;
    const ways = (rule.among?.pools ?? [rule.to]).map((poolId) => chainOf(pools, poolId));
    const way = ways.map((chain) => chain.slice(0, chain.findIndex(waitsUnclaimed) + 1)).find((chain) => chain.length > 0);
    const waiting = way?.at(-1);
    // It asks for a limit of its own.
    if (way === undefined || waiting === undefined || waiting.value.poolId === rule.to) continue;
    told.add(rule.to);
    const between = way.map(({ value }) => `"${value.poolId}"`).filter((_id, index) => index > 0 && index < way.length - 1);
    const path = between.length === 0 ? '' : ` through ${between.join(', ')}`;
    const message = `leads of rule "${rule.ruleId}" wait in pool "${rule.to}" without a limit when nobody takes them in pool "${waiting.value.poolId}" (${lineOf(document, waiting)}), where unclaimed is "wait" and which they reach${path}: give "${rule.to}" a "maxWait", so that nobody is forgotten`;
    report(document, home.fields.get('id') ?? home.place, { message });
  }
}

function waitsUnclaimed({ value }: Placed<Pool>): boolean {
  return value.offer?.unclaimed === 'WAIT';
}

/** The pool and those that it overflows into. */
function chainOf(pools: Pools, poolId: string): readonly Placed<Pool>[] {
  const chain = new Set<Placed<Pool>>();
  for (let next = pools.get(poolId); next !== undefined && !chain.has(next); next = pools.get(next.value.overflowTo ?? '')) chain.add(next);
  return [...chain];
}

function lineOf(document: RuleSetDocument, { place }: Placed<Pool>): string {
  return `line ${document.lines.linePos(place.node?.range?.[0] ?? 0).line}`;
}
