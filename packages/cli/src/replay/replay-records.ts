/**
 * Many recorded batches decided again: decisions against their rows, ledgers, leads, entries and queues against each other and against the rows
 * as they stand, events against their topics.
 */
import { scanLeads } from '@lead-router/store/audit-store.ts';
import { readKeptFrom } from '@lead-router/store/decision-months.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { type BatchRange, readBooks, type StandingBooks, scanBatches } from '@lead-router/store/recorded-batches.ts';
import { scanIdentities, scanWaiters } from '@lead-router/store/recorded-rows.ts';
import { createRecordedBatches } from '../commands/decide-again.ts';
import { createLeadChain } from './lead-chain.ts';
import { createLedgerChain } from './ledger-chain.ts';
import type { EventSource } from './read-events.ts';
import { type Difference, replayBatch } from './replay-batch.ts';
import { type EventsReport, openEventReplay } from './replay-events.ts';
import { createRowChain, type RowStates, readRowStates } from './row-chain.ts';

export interface ReplayReport {
  readonly agrees: boolean;
  readonly batches: number;
  readonly decisions: number;
  /** Ledgers, leads, entries and queues were held to each other: only where no batch in between was left out. */
  readonly ledgersHeld: boolean;
  /** null: events were not looked at. */
  readonly events: EventsReport | null;
  /** Decisions that come out differently, the first of them. */
  readonly differences: readonly (Difference & { readonly batchId: string })[];
  /** Faults of batches, ledgers, rows and events, the first of them. */
  readonly faults: readonly string[];
}

export interface ReplaySource {
  readonly pool: PostgresPool;
  /** null: events are left out. */
  readonly events: EventSource | null;
}

const MOST_TOLD = 20;

/** Reads what was decided when it began; the router may go on meanwhile. */
export async function replayRecords({ pool, events: source }: ReplaySource, range: BatchRange = {}): Promise<ReplayReport> {
  const recorded = createRecordedBatches(pool);
  const events = source === null ? null : await openEventReplay({ pool, recorded, source });
  const differences: (Difference & { readonly batchId: string })[] = [];
  const faults: string[] = [];
  const ledgersHeld = range.sample === undefined;
  const chains = createChains();
  const counts = { batches: 0, decisions: 0 };
  const before = ledgersHeld ? await readStanding(pool) : null;
  const scan = await scanBatches(pool, range);
  const after = ledgersHeld ? await readStanding(pool) : null;
  for await (const { batch, decisions } of scan) {
    const request = await recorded.requestOf(batch);
    const replayed = replayBatch(batch, request, decisions);
    counts.batches++;
    counts.decisions += decisions.length;
    differences.push(...replayed.differences.map((difference) => ({ ...difference, batchId: batch.batchId })));
    faults.push(...replayed.faults.map((fault) => `batch ${batch.batchId}: ${fault}`));
    if (replayed.outcome === null) continue;
    if (ledgersHeld) for (const chain of Object.values(chains)) chain.add(request.snapshot, replayed.outcome.writes);
    events?.add(batch, request, replayed.outcome);
  }
  if (before !== null && after !== null) {
    const isWhole = range.since === undefined && (await readKeptFrom(pool)) === null;
    for await (const page of scanLeads(pool)) chains.leads.compare(page);
    faults.push(...chains.ledgers.faults({ before: before.books, after: after.books }, { isWhole }), ...chains.leads.faults());
    faults.push(...chains.rows.faults({ before: before.rows, after: after.rows }, { isWhole }));
  }
  const replayedEvents = events === null ? null : await events.finish();
  faults.push(...(replayedEvents?.faults ?? []));
  const agrees = differences.length === 0 && faults.length === 0;
  const first = { differences: differences.slice(0, MOST_TOLD), faults: faults.slice(0, MOST_TOLD) };
  return { agrees, ...counts, ledgersHeld, events: replayedEvents?.report ?? null, ...first };
}

function createChains() {
  return { ledgers: createLedgerChain(), leads: createLeadChain(), rows: createRowChain() };
}

interface StandingNow {
  readonly books: StandingBooks;
  readonly rows: RowStates;
}

async function readStanding(pool: PostgresPool): Promise<StandingNow> {
  return { books: await readBooks(pool), rows: await readRowStates({ identities: scanIdentities(pool), waiters: scanWaiters(pool) }) };
}
