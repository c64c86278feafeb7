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
import { type Attempt, type AttemptAnswer, attemptBatch } from './attempt-batch.ts';
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
    now: number;
  }): void;
  retrying(event: { partition: number; reason: 'conflict' | 'missing-locks' | 'rule-set-moved' | 'refused-value' }): void;
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

export function createRouterLedger(options: RouterLedgerOptions): BatchLedger {
  const breakers = new Map<number, PartitionBreaker>();
  const breakerOf = (partition: number): PartitionBreaker => {
    const breaker = breakers.get(partition) ?? createPartitionBreaker(options.breaker);
    breakers.set(partition, breaker);
    return breaker;
  };
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
      return applyRead(options, batch);
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

async function applyRead(options: RouterLedgerOptions, read: ReadBatch): Promise<ApplyAnswer> {
  let batch = read;
  let extra: LockSet = noLocks;
  for (let attempt = 1; ; attempt++) {
    const answer = await tryBatch(options, { batch, extra, dryRun: false });
    switch (answer.kind) {
      case 'COMMITTED':
        return { kind: 'APPLIED', outputs: answer.outputs };
      case 'REASSIGN':
        return answer;
      case 'MISSING_LOCKS':
        extra = unionLocks(extra, answer.missing);
        options.observer.retrying({ partition: batch.request.partition, reason: 'missing-locks' });
        break;
      case 'RULE_SET_MOVED':
        options.ruleSets.noteActive(answer.active);
        options.observer.retrying({ partition: batch.request.partition, reason: 'rule-set-moved' });
        break;
      case 'REFUSED_VALUE':
        options.observer.retrying({ partition: batch.request.partition, reason: 'refused-value' });
        batch = await withoutRefusedValues({
          batch,
          extra,
          fault: answer.fault,
          dryRun: (attempt) => tryBatch(options, { ...attempt, dryRun: true }),
        });
        // A fault of ours in what is written would sink every lead: that is no reason to dump them all.
        if (batch.refused.length - read.refused.length >= options.breaker.maxInRow)
          return { kind: 'STOP', reason: 'Postgres refuses record after record' };
        break;
      case 'CONFLICT':
        options.observer.retrying({ partition: batch.request.partition, reason: 'conflict' });
        if (attempt >= MAX_ATTEMPTS) throw answer.fault;
        await options.clock.sleep(options.random() * 5 * attempt);
        break;
    }
    if (attempt >= MAX_ATTEMPTS)
      throw new StoreFault('conflict', `batch ${batch.request.partition}/${batch.request.from} was not settled after ${attempt} attempts`);
  }
}

export type TriedAnswer = AttemptAnswer | { readonly kind: 'CONFLICT' | 'REFUSED_VALUE'; readonly fault: StoreFault };

async function tryBatch(options: RouterLedgerOptions, attempt: Attempt): Promise<TriedAnswer> {
  try {
    return await attemptBatch(options, attempt);
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    switch (error.kind) {
      case 'unknown-outcome':
        return { kind: 'REASSIGN', reason: 'nobody knows whether Postgres committed' };
      case 'conflict':
        return { kind: 'CONFLICT', fault: error };
      case 'refused-value':
        return { kind: 'REFUSED_VALUE', fault: error };
      case 'unavailable':
        throw error;
    }
  }
}
