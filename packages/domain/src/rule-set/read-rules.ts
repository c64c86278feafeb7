/** The `rules` and `lastResort` sections: ordered rules, first match wins, and the final decision makers behind them. */
import type { CelEnvironment } from '../cel/cel-environment.ts';
import { compileConditionAt } from '../cel/compile-condition.ts';
import type { Condition } from '../cel/condition.ts';
import type { Destination, Pool, Rule } from '../rule-set.ts';
import { POOL_PRESETS } from '../strategies/strategy-names.ts';
import { didYouMean } from './did-you-mean.ts';
import { type Fields, fieldsOf, idOf, isList, isMapping, itemsOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';
import { checkMarginRule } from './read-economics.ts';
import type { Placed } from './read-pools.ts';
import { readSkillWants } from './read-skills.ts';
import { readPoolStrategy } from './read-strategy.ts';
import { uniqueNames } from './unique-names.ts';

export interface CompiledRule {
  readonly rule: Rule;
  readonly condition: Condition;
}

export interface RoutingTargets {
  readonly pools: ReadonlyMap<string, Placed<Pool>>;
  readonly destinations: ReadonlyMap<string, Destination>;
}

export const LAST_RESORT_ID = 'last-resort';

export function readRules(
  document: RuleSetDocument,
  place: Place | null,
  known: RoutingTargets & { readonly environment: CelEnvironment },
): readonly CompiledRule[] {
  const rules = new Map<string, CompiledRule>();
  const isNew = uniqueNames(document, { what: 'rule' });
  for (const item of itemsOf(document, place)) {
    const fields = fieldsOf(document, item, { required: ['id', 'to'], optional: ['when', 'description', 'examples', 'choose', 'skills'] });
    if (fields === null) continue;
    const ruleId = idOf(document, fields.get('id'));
    const whenPlace = fields.get('when');
    if (whenPlace === null) {
      report(document, item, { message: 'a rule without "when" would match by accident; write when: "true" if every lead is meant' });
    }
    const condition = whenPlace === null ? null : compileConditionAt({ document, place: whenPlace, environment: known.environment });
    const target = readTargets(document, fields, known);
    const wants = readSkillWants(document, fields.get('skills'));
    if (ruleId === null) continue;
    const named = fields.get('id') ?? item;
    if (ruleId === LAST_RESORT_ID) report(document, named, { message: `"${LAST_RESORT_ID}" is the name of the last resort` });
    if (!isNew(ruleId, named) || condition === null || target === null) continue;
    const description = textOf(document, fields.get('description')) ?? condition.source;
    rules.set(ruleId, { rule: { ruleId, description, when: condition.source, ...target, ...(wants !== null && { wants }) }, condition });
  }
  return [...rules.values()];
}

/** Who gets what nobody else gets. A clock is part of it: an exception that nobody looks at is a lost lead. */
export function readLastResort(document: RuleSetDocument, place: Place | null, known: RoutingTargets): Rule | null {
  if (place === null) return null;
  const fields = isMapping(document, place) ? fieldsOf(document, place, { required: ['to'], optional: ['description'] }) : null;
  const target = fields === null ? place : fields.get('to');
  const to = readTarget(document, target, known);
  if (to === null || target === null) return null;
  const pool = known.pools.get(to)?.value;
  if (pool !== undefined && pool.sla.accept === null)
    report(document, target, { message: `pool "${to}" is the last resort and needs a clock: give it "acceptWithin" or "sla.accept"` });
  if (pool !== undefined && pool.overflowTo !== null)
    report(document, target, { message: `pool "${to}" is the last resort: it cannot overflow any further` });
  if (pool?.atCap !== undefined)
    report(document, target, {
      message: `pool "${to}" is the last resort: it takes every lead whatever its caps, so leave its "atCap" out`,
    });
  if (pool?.offer !== undefined)
    report(document, target, {
      message: `pool "${to}" is the last resort: each of its leads has an owner at once, so leave out its "offer" and the strategy "claim"`,
    });
  const description = textOf(document, fields?.get('description') ?? null) ?? 'No rule matched: the final decision makers have it';
  return { ruleId: LAST_RESORT_ID, description, when: null, to };
}

/** One pool, or several and the strategy that ranks them. */
function readTargets(document: RuleSetDocument, fields: Fields, known: RoutingTargets): Pick<Rule, 'to' | 'among'> | null {
  const place = fields.get('to');
  const choose = fields.get('choose');
  if (place === null || !isList(document, place)) {
    const to = readTarget(document, place, known);
    if (choose !== null) report(document, choose, { message: '"choose" ranks several pools: make "to" a list of them' });
    return to === null ? null : { to };
  }
  const pools: string[] = [];
  const isNew = uniqueNames(document, { what: 'pool' });
  for (const item of itemsOf(document, place)) {
    const poolId = readTarget(document, item, known);
    if (poolId !== null && isNew(poolId, item)) pools.push(poolId);
  }
  const [to] = pools;
  if (to === undefined) {
    report(document, place, { message: '"to" names no pool' });
    return null;
  }
  const strategy = readPoolStrategy(document, choose) ?? POOL_PRESETS['in-order'];
  if (pools.length === 1) return { to };
  const among = { pools, strategy };
  checkMarginRule(document, choose ?? place, {
    rule: { among },
    destinationOf: (poolId) => known.destinations.get(known.pools.get(poolId)?.value.destinationId ?? ''),
  });
  return { to, among };
}

/** The pool that `to` names; a destination with a single pool stands for that pool. */
function readTarget(document: RuleSetDocument, place: Place | null, known: RoutingTargets): string | null {
  const name = textOf(document, place);
  if (name === null || place === null) return null;
  if (known.pools.has(name)) return name;
  if (!known.destinations.has(name)) {
    const hint = didYouMean(name, [...known.pools.keys(), ...known.destinations.keys()]);
    report(document, place, { message: `there is no pool or destination "${name}"${hint}` });
    return null;
  }
  const delivering = [...known.pools.values()].filter((pool) => pool.value.destinationId === name).map((pool) => pool.value.poolId);
  const [only] = delivering;
  if (only !== undefined && delivering.length === 1) return only;
  const message =
    only === undefined
      ? `destination "${name}" has no pool to take leads`
      : `destination "${name}" has several pools: name one of ${delivering.join(', ')}`;
  report(document, place, { message });
  return null;
}
