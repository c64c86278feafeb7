/**
 * The router's half of the exactly-once protocol: one batch is one Postgres transaction, whose outputs are stored with it.
 * `exactly-once-task.ts` drives it and does the Kafka half.
 */
import type { BatchEffect, BatchSnapshot, BatchWrites, IgnoredInput, LockSet } from '@lead-router/domain/routing-model.ts';
import type { IdentityHasher, RuleSet } from '@lead-router/domain/rule-set.ts';
import type { CompiledRuleSets } from '@lead-router/store/compiled-rule-sets.ts';
import { type RouterStore, StoreFault } from '@lead-router/store/router-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import { type BreakerOptions, createPartitionBreaker, type PartitionBreaker } from '@lead-router/stream/dead-letter-breaker.ts';
import type { ApplyAnswer, ApplyRequest, BatchLedger } from '@lead-router/stream/exactly-once-task.ts';
import type { ConsumedRecord } from '@lead-router/stream/kafka-port.ts';
import { type Attempt, type AttemptAnswer, attemptBatches } from './attempt-batch.ts';
import { createBatchQueue } from './batch-queue.ts';
import { withoutRefusedValues } from './bisect-refused.ts';
import { noLocks, unionLocks } from './lock-sets.ts';
import type { InboxMessage, RouterWire } from './router-wire.ts';
import { decodeOutputs } from './stored-outputs.ts';

/** What operations gets to count. All callbacks are cheap and never throw. */
export interface RouterObserver {
  committed(event: {
    partition: number;
    ruleSet: RuleSet;
    /** What was locked and read, before the batch. */
    before: BatchSnapshot;
    writes: BatchWrites;
    effects: readonly BatchEffect[];
    ignored: readonly IgnoredInput[];
    repeats: number;
    wakeUps: number;
    deadLetters: number;
    /** Of each dead letter. */
    deadLetterCodes: readonly string[];
    /** Batches in the transaction. */
    together: number;
    now: number;
  }): void;
  retrying(event: { partition: number; reason: 'conflict' | 'missing-locks' | 'changed-queue' | 'rule-set-moved' | 'refused-value' }): void;
}

export interface RouterLedgerOptions {
  readonly store: RouterStore;
  readonly wire: RouterWire;
  readonly ruleSets: Pick<CompiledRuleSets, 'believedVersion' | 'noteActive' | 'get'>;
  readonly hashIdentity: IdentityHasher;
  readonly clock: Clock;
  /** 0 to 1; for back-off only, decisions take their seed from the position. */
  readonly random: () => number;
  readonly observer: RouterObserver;
  /** Most waiters of one pool that one batch may wake. */
  readonly wakeupsPerPool: number;
  /** From when on bad records stop the partition. */
  readonly breaker: BreakerOptions;
  /** Transactions at a time. */
  readonly lanes: number;
}

export interface RefusedRecord {
  readonly record: ConsumedRecord;
  readonly code: string;
  readonly detail: string;
}

/** A batch as read from the log: what can be decided, and what goes to the dead letters. */
export interface ReadBatch {
  readonly request: ApplyRequest;
  readonly messages: readonly InboxMessage[];
  readonly refused: readonly RefusedRecord[];
  /** Event ids that occur twice in this very batch. */
  readonly repeats: number;
}

const MAX_ATTEMPTS = 20;
/** Batches above it go alone: what is saved by company is the same, and what is held in memory is not. */
const MAX_RECORDS_TOGETHER = 3000;

export function createRouterLedger(options: RouterLedgerOptions): BatchLedger {
  const breakers = new Map<number, PartitionBreaker>();
  const breakerOf = (partition: number): PartitionBreaker => {
    const breaker = breakers.get(partition) ?? createPartitionBreaker(options.breaker);
    breakers.set(partition, breaker);
    return breaker;
  };
  const queue = createBatchQueue({
    settle: (batches) => settle(options, batches),
    maxRecords: MAX_RECORDS_TOGETHER,
    lanes: options.lanes,
  });
  return {
    raiseEpoch: (partition) => options.store.raiseEpoch(partition),
    readStoredBatch: async (partition, epoch) => {
      const answer = await options.store.readStoredBatch(partition, epoch);
      if (answer.kind === 'STALE_EPOCH' || answer.stored === null)
        return answer.kind === 'STALE_EPOCH' ? answer : { kind: 'OK', stored: null };
      const { from, to, outputs } = answer.stored;
      return { kind: 'OK', stored: { from, to, outputs: decodeOutputs(outputs) } };
    },
    apply: async (request) => {
      const batch = await readBatch(options.wire, request);
      if (isTooBad(breakerOf(request.partition), batch))
        return { kind: 'STOP', reason: 'too many records in a row, or too large a part of them, cannot be read' };
      return queue.add(batch);
    },
  };
}

function isTooBad(breaker: PartitionBreaker, { request, refused }: ReadBatch): boolean {
  const bad = new Set(refused.map(({ record }) => record.offset));
  let isOpen = false;
  for (const { offset } of request.records) isOpen = breaker.add(offset, bad.has(offset));
  return isOpen;
}

async function readBatch(wire: RouterWire, request: ApplyRequest): Promise<ReadBatch> {
  const answers = await wire.read(request.records);
  const messages: InboxMessage[] = [];
  const refused: RefusedRecord[] = [];
  const seen = new Set<string>();
  let repeats = 0;
  for (const answer of answers) {
    if (!answer.ok) refused.push({ record: answer.record, code: answer.code, detail: answer.detail });
    else if (seen.has(answer.message.eventId)) repeats += 1;
    else {
      seen.add(answer.message.eventId);
      messages.push(answer.message);
    }
  }
  return { request, messages, refused, repeats };
}

interface Settling {
  readonly batches: readonly ReadBatch[];
  /** Locks that earlier attempts turned out to need. */
  readonly extra: LockSet;
}

/** Answers at least one of the batches; what stands in the way of company is left to the next go. */
async function settle(options: RouterLedgerOptions, asked: readonly ReadBatch[]): Promise<ReadonlyMap<ReadBatch, ApplyAnswer>> {
  let settling: Settling = { batches: asked, extra: noLocks };
  /** What was asked for, and not what is left of it after a value was refused, is answered. */
  const given = new Map(asked.map((batch) => [batch.request, { batch, refused: batch.refused.length }]));
  const answered = (batches: readonly ReadBatch[], answerOf: (index: number) => ApplyAnswer): ReadonlyMap<ReadBatch, ApplyAnswer> =>
    new Map(batches.map((batch, index) => [given.get(batch.request)?.batch ?? batch, answerOf(index)]));
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const { batches, extra } = settling;
    const answer = await tryBatches(options, { batches, extra, dryRun: false });
    const retrying = (reason: Parameters<RouterObserver['retrying']>[0]['reason']): void => {
      for (const { request } of batches) options.observer.retrying({ partition: request.partition, reason });
    };
    switch (answer.kind) {
      case 'COMMITTED':
        return answered(batches, (index) => ({ kind: 'APPLIED', outputs: answer.outputs[index] ?? [] }));
      case 'REASSIGN':
        return answered([answer.batch], () => ({ kind: 'REASSIGN', reason: answer.reason }));
      case 'OUTCOME_UNKNOWN':
        return answered(batches, () => ({ kind: 'REASSIGN', reason: 'nobody knows whether Postgres committed' }));
      case 'TOO_MANY':
        settling = { ...settling, batches: batches.slice(0, answer.fitting) };
        retrying('changed-queue');
        break;
      case 'MISSING_LOCKS':
        settling = { ...settling, extra: unionLocks(extra, answer.missing) };
        retrying('missing-locks');
        break;
      case 'RULE_SET_MOVED':
        options.ruleSets.noteActive(answer.active);
        retrying('rule-set-moved');
        break;
      case 'REFUSED_VALUE': {
        retrying('refused-value');
        const [first, ...others] = batches;
        if (first === undefined) throw answer.fault;
        const batch = others.length > 0 ? first : await withoutRefused(options, { batch: first, extra, fault: answer.fault });
        // A fault of ours in what is written would sink every lead: that is no reason to dump them all.
        if (batch.refused.length - (given.get(batch.request)?.refused ?? 0) >= options.breaker.maxInRow)
          return answered([batch], () => ({ kind: 'STOP', reason: 'Postgres refuses record after record' }));
        settling = { batches: [batch], extra };
        break;
      }
      case 'CONFLICT':
        retrying('conflict');
        if (attempt === MAX_ATTEMPTS) throw answer.fault;
        await options.clock.sleep(options.random() * 5 * attempt);
        break;
    }
  }
  const places = settling.batches.map(({ request }) => `${request.partition}/${request.from}`).join(', ');
  throw new StoreFault('conflict', `batch ${places} was not settled after ${MAX_ATTEMPTS} attempts`);
}

function withoutRefused(
  options: RouterLedgerOptions,
  { batch, extra, fault }: { readonly batch: ReadBatch; readonly extra: LockSet; readonly fault: StoreFault },
): Promise<ReadBatch> {
  return withoutRefusedValues({
    batch,
    extra,
    fault,
    dryRun: (part) => tryBatches(options, { batches: [part.batch], extra: part.extra, dryRun: true }),
  });
}

export type TriedAnswer =
  | AttemptAnswer
  | { readonly kind: 'OUTCOME_UNKNOWN' }
  | { readonly kind: 'CONFLICT' | 'REFUSED_VALUE'; readonly fault: StoreFault };

async function tryBatches(options: RouterLedgerOptions, attempt: Attempt): Promise<TriedAnswer> {
  try {
    return await attemptBatches(options, attempt);
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    switch (error.kind) {
      case 'unknown-outcome':
        return { kind: 'OUTCOME_UNKNOWN' };
      case 'conflict':
        return { kind: 'CONFLICT', fault: error };
      case 'refused-value':
        return { kind: 'REFUSED_VALUE', fault: error };
      case 'unavailable':
        throw error;
    }
  }
}
