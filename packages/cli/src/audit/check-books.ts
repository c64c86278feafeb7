/** The books: what pools, members, destinations, queues and timers count equals what the leads' own rows say. */
import type { AuditedBooks, PoolCounts, WorkedCount } from '@lead-router/store/audit-books.ts';
import type { CheckReport } from './audit-report.ts';
import { createFindings, type Findings } from './findings.ts';

export interface BooksOutcome {
  readonly report: CheckReport;
  /** Destinations whose count cannot be told right from wrong. */
  readonly uncounted: readonly string[];
}

const PROVES =
  'the open, offered and waiting counts of pools, members and destinations equal their leads; every waiting lead has its place in the queue and every running clock its timer; no activity waits for a lead that is there';

/**
 * @param isCountedThroughout whether every rule set that was active had caps for the destination: without caps nothing is counted.
 * Asked only where a count differs.
 */
export async function checkBooks(
  books: AuditedBooks,
  isCountedThroughout: (destinationId: string) => Promise<boolean>,
): Promise<BooksOutcome> {
  const findings = createFindings('books', PROVES, ['pools', 'members', 'destinations', 'workedLeads', 'offeredLeads', 'waitingLeads']);
  const pools = new Map(books.pools.map((pool) => [pool.poolId, pool]));
  for (const pool of books.pools) checkPool(findings, books, pool);
  for (const poolId of new Set([...books.worked, ...books.offered, ...books.waiting].map((count) => count.poolId))) {
    if (poolId === null || !pools.has(poolId)) findings.add(null, () => `leads are in pool ${poolId ?? '(none)'}, which has no books`);
  }
  const uncounted = await checkDestinations(findings, books, isCountedThroughout);
  findings.count('workedLeads', sumOf(books.worked));
  findings.count('offeredLeads', sumOf(books.offered));
  findings.count('waitingLeads', sumOf(books.waiting));
  findings.addCounted(
    books.queueFaults.total,
    books.queueFaults.first.map(({ leadId, waitsIn, queuedIn }) => ({
      leadId,
      what:
        queuedIn === null
          ? `waits in pool ${waitsIn}, and has no place in its queue`
          : `has a place in the queue of pool ${queuedIn}, and does not wait there`,
    })),
  );
  findings.addCounted(
    books.timerFaults.total,
    books.timerFaults.first.map(({ leadId, clock, timer }) => ({
      leadId,
      what: `its clock is ${clock ?? 'none'}, its timer ${timer ?? 'none'}${clock === timer ? ', due at another time' : ''}`,
    })),
  );
  findings.addCounted(
    books.earlyFaults.total,
    books.earlyFaults.first.map(({ leadId, eventId }) => ({ leadId, what: `activity ${eventId} is kept until it comes, and it has come` })),
  );
  return { report: findings.report(), uncounted };
}

function checkPool(findings: Findings, { worked, offered, waiting }: AuditedBooks, pool: PoolCounts): void {
  const { poolId } = pool;
  findings.count('pools');
  const its = worked.filter((count) => count.poolId === poolId);
  const kept = sumOf(offered.filter((count) => count.poolId === poolId));
  expectCount(findings, `pool ${poolId} counts open leads`, { counted: pool.open, found: sumOf(its) + kept });
  expectCount(findings, `pool ${poolId} counts offered leads`, { counted: pool.offered, found: kept });
  const queued = sumOf(waiting.filter((count) => count.poolId === poolId));
  expectCount(findings, `pool ${poolId} counts waiting leads`, { counted: pool.waiting, found: queued });
  const open = new Map(pool.members.map((member) => [member.agentId, member.open]));
  for (const { agentId } of its) if (agentId !== null && !open.has(agentId)) open.set(agentId, 0);
  for (const [agentId, counted] of open) {
    findings.count('members');
    expectCount(findings, `${agentId} of pool ${poolId} counts open leads`, {
      counted,
      found: sumOf(its.filter((count) => count.agentId === agentId)),
    });
  }
}

async function checkDestinations(
  findings: Findings,
  { destinations, worked, offered }: AuditedBooks,
  isCountedThroughout: (destinationId: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const uncounted: string[] = [];
  for (const { destinationId, open } of destinations) {
    findings.count('destinations');
    const found = sumOf([...worked, ...offered].filter((count) => count.destinationId === destinationId));
    if (found === open) continue;
    if (await isCountedThroughout(destinationId))
      expectCount(findings, `destination ${destinationId} counts open leads`, { counted: open, found });
    else uncounted.push(destinationId);
  }
  return uncounted;
}

function expectCount(findings: Findings, what: string, { counted, found }: { readonly counted: number; readonly found: number }): void {
  if (counted !== found) findings.add(null, () => `${what}: ${counted}, and there are ${found}`);
}

function sumOf(counts: readonly (WorkedCount | AuditedBooks['waiting'][number])[]): number {
  return counts.reduce((sum, { leads }) => sum + leads, 0);
}
