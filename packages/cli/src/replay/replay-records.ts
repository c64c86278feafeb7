/** Many recorded batches decided again: decisions against their rows, ledgers and leads against each other and against the rows as they stand. */
import { scanLeads } from '@lead-router/store/audit-store.ts';
import { readKeptFrom } from '@lead-router/store/decision-months.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { type BatchRange, readBooks, scanBatches } from '@lead-router/store/recorded-batches.ts';
import { createRecordedBatches } from '../commands/decide-again.ts';
import { createLeadChain } from './lead-chain.ts';
import { createLedgerChain } from './ledger-chain.ts';
import { type Difference, replayBatch } from './replay-batch.ts';

export interface ReplayReport {
  readonly agrees: boolean;
  readonly batches: number;
  readonly decisions: number;
  /** Ledgers and leads were held to each other: only where no batch in between was left out. */
  readonly ledgersHeld: boolean;
  /** Decisions that come out differently, the first of them. */
  readonly differences: readonly (Difference & { readonly batchId: string })[];
  /** Faults of batches and ledgers, the first of them. */
  readonly faults: readonly string[];
}

const MOST_TOLD = 20;

/** Reads what was decided when it began; the router may go on meanwhile. */
export async function replayRecords(pool: PostgresPool, range: BatchRange = {}): Promise<ReplayReport> {
  const recorded = createRecordedBatches(pool);
  const ledgers = createLedgerChain();
  const leads = createLeadChain();
  const differences: (Difference & { readonly batchId: string })[] = [];
  const faults: string[] = [];
  const ledgersHeld = range.sample === undefined;
  const counts = { batches: 0, decisions: 0 };
  const before = await readBooks(pool);
  const scan = await scanBatches(pool, range);
  const after = await readBooks(pool);
  for await (const { batch, decisions } of scan) {
    const request = await recorded.requestOf(batch);
    const replayed = replayBatch(batch, request, decisions);
    counts.batches++;
    counts.decisions += decisions.length;
    differences.push(...replayed.differences.map((difference) => ({ ...difference, batchId: batch.batchId })));
    faults.push(...replayed.faults.map((fault) => `batch ${batch.batchId}: ${fault}`));
    if (replayed.outcome !== null) {
      ledgers.add(request.snapshot, replayed.outcome.writes);
      if (ledgersHeld) leads.add(request.snapshot, replayed.outcome.writes);
    }
  }
  const isWhole = range.since === undefined && (await readKeptFrom(pool)) === null;
  if (ledgersHeld) {
    for await (const rows of scanLeads(pool)) leads.compare(rows);
    faults.push(...ledgers.faults({ before, after }, { isWhole }), ...leads.faults());
  }
  const agrees = differences.length === 0 && faults.length === 0;
  return { agrees, ...counts, ledgersHeld, differences: differences.slice(0, MOST_TOLD), faults: faults.slice(0, MOST_TOLD) };
}
