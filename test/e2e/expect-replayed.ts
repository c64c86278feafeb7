/** What has to hold of every run at rest: it can be made again from its records, bit for bit, and nothing of it has expired yet. */
import type { ReplayReport } from '@lead-router/cli/replay/replay-records.ts';
import { expect } from 'vitest';

export function expectReplayed({ agrees, differences, faults, ledgersHeld, decisions, events }: ReplayReport): void {
  expect({ agrees, differences, faults, ledgersHeld }).toEqual({ agrees: true, differences: [], faults: [], ledgersHeld: true });
  expect(decisions).toBeGreaterThan(0);
  const all = (made: number) => ({ made, same: made, withInput: made });
  expect(events?.decided).toEqual(all(decisions));
  expect(events?.sla).toEqual(all(events?.sla.made ?? Number.NaN));
  // Compaction may have taken the older ones.
  expect(events?.state.made).toBeGreaterThanOrEqual(decisions);
  expect(events?.state.withInput).toBe(events?.state.same);
  expect(events?.contexts).toBeGreaterThan(0);
}
