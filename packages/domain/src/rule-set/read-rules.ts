/** The `rules` and `lastResort` sections: ordered rules, first match wins, and the final decision makers behind them. */
import type { CelEnvironment } from '../cel/cel-environment.ts';
import { compileConditionAt } from '../cel/compile-condition.ts';
import type { Condition } from '../cel/condition.ts';
import type { Destination, Pool, Rule } from '../rule-set.ts';
import { didYouMean } from './did-you-mean.ts';
import { fieldsOf, idOf, isMapping, itemsOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';
import type { Placed } from './read-pools.ts';

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
  for (const item of itemsOf(document, place)) {
    const fields = fieldsOf(document, item, { required: ['id', 'to'], optional: ['when', 'description'] });
    if (fields === null) continue;
    const ruleId = idOf(document, fields.get('id'));
    const whenPlace = fields.get('when');
    if (whenPlace === null) {
      report(document, item, { message: 'a rule without "when" would match by accident; write when: "true" if every lead is meant' });
    }
    const condition = whenPlace === null ? null : compileConditionAt({ document, place: whenPlace, environment: known.environment });
    const to = readTarget(document, fields.get('to'), known);
    if (ruleId === null) continue;
    if (rules.has(ruleId) || ruleId === LAST_RESORT_ID) {
      report(document, fields.get('id') ?? item, {
        message: ruleId === LAST_RESORT_ID ? `"${LAST_RESORT_ID}" is the name of the last resort` : `rule "${ruleId}" stands twice`,
      });
    }
    if (condition === null || to === null) continue;
    const description = textOf(document, fields.get('description')) ?? condition.source;
    rules.set(ruleId, { rule: { ruleId, description, when: condition.source, to }, condition });
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
  const description = textOf(document, fields?.get('description') ?? null) ?? 'No rule matched: the final decision makers have it';
  return { ruleId: LAST_RESORT_ID, description, when: null, to };
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
