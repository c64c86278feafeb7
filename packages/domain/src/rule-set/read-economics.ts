/** What a destination of the rule set brings and costs: the keys that the `margin` strategy weighs. */
import type { Grade } from '../lead.ts';
import type { Economics } from '../margin/economics.ts';
import { type Destination, GRADE_RANK, type Rule } from '../rule-set.ts';
import { didYouMean } from './did-you-mean.ts';
import { entriesOf, type Fields, fieldsOf, isMapping, numberOf, oneOf, type Place, type RuleSetDocument, report } from './document.ts';
import { durationOf } from './duration.ts';

/** Keys of a destination that this file reads. */
export const ECONOMICS_KEYS = ['cost', 'handlingTime', 'hourCost', 'value', 'payout', 'minShare', 'conversion'] as const;

const AMOUNT = { min: 0, max: 1_000_000_000, integer: false } as const;
const SHARE = { min: 0, max: 1, integer: false } as const;
const RATE = { min: 0.0001, max: 0.9999, integer: false } as const;
const STRENGTH = { min: 0.1, max: 1_000, integer: false } as const;
const CONVERTS_ON = ['WON', 'QUALIFIED'] as const satisfies readonly Economics['convertsOn'][];
const GRADES: readonly string[] = Object.keys(GRADE_RANK);

/** Where the rule set says nothing: one lead in ten, a belief that the first dozen outcomes outweigh. */
export const DEFAULT_CONVERSION: Pick<Economics, 'prior' | 'convertsOn'> = { prior: { rate: 0.1, strength: 8 }, convertsOn: 'WON' };

/** undefined: the destination says nothing of it, and cannot be weighed. */
export function readEconomics(document: RuleSetDocument, fields: Fields): Economics | undefined {
  if (ECONOMICS_KEYS.every((key) => fields.get(key) === null)) return undefined;
  const value = fields.get('value');
  const payout = fields.get('payout');
  if (value === null && payout === null)
    report(document, fields.place, {
      message: 'what it costs is said, but not what it brings: give it "value" (of a conversion) or "payout" (a lead)',
    });
  if (value !== null && payout !== null)
    report(document, payout, { message: 'either "value" (of a conversion) or "payout" (paid for each lead given), not both' });
  const conversion = fields.get('conversion');
  if (conversion !== null && payout !== null && value === null)
    report(document, conversion, {
      message: 'a destination that pays for each lead is not weighed by its conversion: leave it out, or give it "value"',
    });
  const handlingTime = fields.get('handlingTime');
  const hourCost = fields.get('hourCost');
  if (handlingTime !== null && hourCost === null)
    report(document, handlingTime, { message: 'handling time costs nothing without "hourCost", the cost of an hour of it' });
  if (hourCost !== null && handlingTime === null)
    report(document, hourCost, { message: '"hourCost" needs "handlingTime", the work on one lead' });
  return {
    revenue: { kind: payout === null ? 'VALUE' : 'PAYOUT', byGrade: byGradeOf(document, payout ?? value) },
    cost: numberOf(document, fields.get('cost'), AMOUNT) ?? 0,
    handlingMs: durationOf(document, handlingTime) ?? 0,
    hourCost: numberOf(document, hourCost, AMOUNT) ?? 0,
    minShare: numberOf(document, fields.get('minShare'), SHARE) ?? 0,
    ...readConversion(document, conversion),
  };
}

/** What `margin` needs of the pools of a rule: each with a destination of its own, all of them weighable, shares that fit into one. */
export function checkMarginRule(
  document: RuleSetDocument,
  place: Place,
  known: { readonly rule: Pick<Rule, 'among'>; readonly destinationOf: (poolId: string) => Destination | undefined },
): void {
  const { among } = known.rule;
  if (among === undefined || !among.strategy.rank.includes('margin')) return;
  const seen = new Map<string, string>();
  let shares = 0;
  for (const poolId of among.pools) {
    const destination = known.destinationOf(poolId);
    if (destination === undefined) continue;
    const { destinationId, economics } = destination;
    const other = seen.get(destinationId);
    if (other !== undefined)
      report(document, place, {
        message: `pools "${other}" and "${poolId}" are both of destination "${destinationId}": margin cannot tell them apart`,
      });
    else if (economics === undefined)
      report(document, place, {
        message: `destination "${destinationId}" of pool "${poolId}" has neither "value" nor "payout": its margin is not known`,
      });
    else shares += economics.minShare;
    seen.set(destinationId, poolId);
  }
  const sum = Math.round(shares * 1e6) / 1e6;
  if (sum > 1) report(document, place, { message: `the "minShare" of its destinations add up to ${sum}, more than all leads` });
}

/** One amount for all grades, or one a grade. */
function byGradeOf(document: RuleSetDocument, place: Place | null): Economics['revenue']['byGrade'] {
  const byGrade: Partial<Record<Grade, number>> = {};
  if (place === null) return byGrade;
  if (!isMapping(document, place)) {
    const amount = numberOf(document, place, AMOUNT);
    for (const grade of GRADES) if (isGrade(grade) && amount !== null) byGrade[grade] = amount;
    return byGrade;
  }
  for (const { key, keyNode, value } of entriesOf(document, place) ?? []) {
    if (!isGrade(key)) {
      report(
        document,
        { path: value.path, node: keyNode },
        { message: `"${key}" is not a grade${didYouMean(key, GRADES)}`, known: GRADES },
      );
      continue;
    }
    const amount = numberOf(document, value, AMOUNT);
    if (amount !== null) byGrade[key] = amount;
  }
  return byGrade;
}

function readConversion(document: RuleSetDocument, place: Place | null): Pick<Economics, 'prior' | 'convertsOn'> {
  if (place === null) return DEFAULT_CONVERSION;
  const fields = fieldsOf(document, place, { optional: ['on', 'expected', 'strength'] });
  const { prior, convertsOn } = DEFAULT_CONVERSION;
  return {
    convertsOn: oneOf(document, fields?.get('on') ?? null, CONVERTS_ON) ?? convertsOn,
    prior: {
      rate: numberOf(document, fields?.get('expected') ?? null, RATE) ?? prior.rate,
      strength: numberOf(document, fields?.get('strength') ?? null, STRENGTH) ?? prior.strength,
    },
  };
}

function isGrade(text: string): text is Grade {
  return GRADES.includes(text);
}
