/** Discrepancies of one check as they are found: all counted, the first ones kept. */
import { type CheckName, type CheckReport, type Discrepancy, MAX_LISTED } from './audit-report.ts';

export interface Findings {
  /** `what` is asked for only while there is room to list it. */
  add(leadId: string | null, what: () => string): void;
  /** Found and counted elsewhere; `listed` are the first of them. */
  addCounted(total: number, listed: readonly { readonly leadId: string | null; readonly what: string }[]): void;
  count(name: string, by?: number): void;
  report(): CheckReport;
}

/** @param names of the counts, so that those that stay 0 are reported too */
export function createFindings(check: CheckName, proves: string, names: readonly string[]): Findings {
  const counts: Record<string, number> = Object.fromEntries(names.map((name) => [name, 0]));
  const first: Discrepancy[] = [];
  let discrepancies = 0;
  const list = (leadId: string | null, what: () => string): void => {
    if (first.length < MAX_LISTED) first.push({ check, leadId, what: what() });
  };
  return {
    add: (leadId, what) => {
      discrepancies += 1;
      list(leadId, what);
    },
    addCounted: (total, listed) => {
      discrepancies += total;
      for (const { leadId, what } of listed) list(leadId, () => what);
    },
    count: (name, by = 1) => {
      counts[name] = (counts[name] ?? 0) + by;
    },
    report: () => ({ check, proves, counts, discrepancies, first }),
  };
}
