/** What has to hold after any run under faults. */
import { expect } from 'vitest';
import { expectReplayed } from './expect-replayed.ts';
import type { FaultReport } from './fault-run.ts';

/** What a decision may cost in Postgres on average. */
const MOST_BYTES_PER_DECISION = 1_000;

export function expectExactlyOnce(report: FaultReport): void {
  const { audit, expected, planted } = report;
  expect({ lost: report.lost, doubled: report.doubled, unexpected: report.unexpected }).toEqual({ lost: [], doubled: [], unexpected: [] });
  expect(audit.checks.flatMap(({ first }) => first)).toEqual([]);
  expect({ balances: audit.balances, inFlight: audit.inFlight, leads: audit.leads }).toEqual({
    balances: true,
    inFlight: 0,
    leads: expected,
  });
  expectReplayed(report.replay);
  expect(report.replay.decisions).toBeGreaterThanOrEqual(expected);
  expect(report.bytesPerDecision).toBeLessThanOrEqual(MOST_BYTES_PER_DECISION);
  const placed = Object.values(audit.places).reduce((sum, count) => sum + count, 0);
  expect(placed).toBe(expected);
  // Each fault found leads on their way, or it proves nothing.
  expect(planted.filter(({ decidedBefore }) => decidedBefore >= expected)).toEqual([]);
}
