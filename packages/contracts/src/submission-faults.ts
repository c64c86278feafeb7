/** What can be wrong with a submission, how much of everything it may hold, and how a fault is told. */
import { closestWord } from '@lead-router/domain/rule-set/did-you-mean.ts';
import { cleanLine } from './clean-text.ts';

export type SubmissionFaultCode =
  | 'LR_LEAD_NOT_AN_OBJECT'
  | 'LR_LEAD_REFERENCE_MISSING'
  /** It names another vendor than the one that sends it. */
  | 'LR_LEAD_VENDOR_MISMATCH'
  | 'LR_LEAD_FIELD_UNKNOWN'
  /** Something that the object cannot be without. */
  | 'LR_LEAD_FIELD_MISSING'
  | 'LR_LEAD_FIELD_TYPE'
  | 'LR_LEAD_FIELD_TOO_LONG'
  | 'LR_LEAD_FIELD_RANGE'
  /** Not one of the words allowed there. */
  | 'LR_LEAD_FIELD_VALUE'
  | 'LR_LEAD_TOO_MANY_ITEMS';

export interface SubmissionFault {
  readonly code: SubmissionFaultCode;
  /** Dotted path, `fulfilments[2].item`; empty for the whole. */
  readonly field: string;
  /** What to do about it; never a value of the lead. */
  readonly message: string;
}

/** UTF-16 units, items, and bounds of numbers. */
export const SUBMISSION_LIMITS = {
  reference: 200,
  line: 200,
  webAddress: 2_000,
  mailAddress: 320,
  phone: 60,
  text: 10_000,
  listItems: 50,
  fulfilments: 100,
  attributes: 100,
  attributeName: 64,
  attributeValue: 1_000,
  employees: 100_000_000,
  money: 1e15,
  /** Faults told at once. */
  faults: 50,
} as const;

/** Collects up to `SUBMISSION_LIMITS.faults`. */
export class FaultList {
  readonly faults: SubmissionFault[] = [];
  /** Every field there is, as dotted paths: where suggestions come from. */
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.paths = paths;
  }

  add(code: SubmissionFaultCode, field: string, message: string): void {
    if (this.faults.length < SUBMISSION_LIMITS.faults) this.faults.push({ code, field, message });
  }
}

/** A name as far as it can be shown: it comes from outside. */
export function shownName(name: string): string {
  return cleanLine(name.slice(0, SUBMISSION_LIMITS.attributeName));
}

/** The same name elsewhere, then one that ends with it, then one a slip away. */
export function suggestField(name: string, siblings: readonly string[], paths: readonly string[]): string | null {
  const wanted = name.toLowerCase();
  const leaf = (path: string): string => path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  const same = paths.find((path) => leaf(path) === wanted);
  const ending = wanted.length < 4 ? undefined : paths.find((path) => leaf(path).endsWith(wanted));
  if (same !== undefined || ending !== undefined) return same ?? ending ?? null;
  for (const candidates of [siblings, paths]) {
    const near = closestWord(name, candidates.map(leaf));
    if (near !== null) return candidates.find((path) => leaf(path) === near) ?? null;
  }
  return null;
}
