/** What a destination brings and costs, as the rule set says it. All amounts in one currency, that of the business. */
import type { Grade } from '../lead.ts';
import type { ConversionPrior } from './conversion.ts';

export interface Economics {
  /** Of a lead that converts (`VALUE`), or paid for each lead given, whatever becomes of it (`PAYOUT`). */
  readonly revenue: { readonly kind: 'VALUE' | 'PAYOUT'; readonly byGrade: Readonly<Partial<Record<Grade, number>>> };
  /** Of the channel, for a lead. */
  readonly cost: number;
  /** Work on a lead, whatever becomes of it. */
  readonly handlingMs: number;
  /** Of an hour of that work. */
  readonly hourCost: number;
  /** Least share, 0 to 1, of the leads that it could have had. */
  readonly minShare: number;
  readonly prior: ConversionPrior;
  /** The word that makes a lead a conversion here. A lead that is lost or disqualified without it is none. */
  readonly convertsOn: 'WON' | 'QUALIFIED';
}

const HOUR_MS = 3_600_000;

/** Channel and handling, for a lead. */
export function costOf({ cost, handlingMs, hourCost }: Economics): number {
  return cost + (handlingMs / HOUR_MS) * hourCost;
}

/** A grade that is not named is worth nothing. */
export function worthOf({ revenue }: Economics, grade: Grade): number {
  return revenue.byGrade[grade] ?? 0;
}
