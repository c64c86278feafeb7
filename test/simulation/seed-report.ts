/** What many runs amounted to, in a form that can be added up across processes. */

export interface SeedReport {
  readonly runs: number;
  readonly steps: number;
  readonly elapsedMs: number;
  /** The lowest seed that failed, and how. */
  readonly violation: { readonly seed: number; readonly message: string } | null;
  /** How often each ingredient happened, in all runs. */
  readonly counts: Readonly<Record<string, number>>;
}

export function addReports(a: SeedReport, b: SeedReport): SeedReport {
  const counts: Record<string, number> = { ...a.counts };
  for (const [name, count] of Object.entries(b.counts)) counts[name] = (counts[name] ?? 0) + count;
  const [first, second] = [a.violation, b.violation];
  const violation = first && second ? (first.seed <= second.seed ? first : second) : (first ?? second);
  return { runs: a.runs + b.runs, steps: a.steps + b.steps, elapsedMs: Math.max(a.elapsedMs, b.elapsedMs), violation, counts };
}
