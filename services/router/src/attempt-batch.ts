/**
 * One attempt at a batch: read what it may need, lock, check that the batch is still ours, decide, write, commit.
 * Everything that makes it impossible is an answer; the caller changes something and tries again.
 */
import { decideBatch, locksFor } from '@lead-router/domain/decide-batch.ts';
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { BatchOutcome, BatchSnapshot, LockSet } from '@lead-router/domain/routing-model.ts';
import { encodeBatchBody } from '@lead-router/store/batch-body.ts';
import type { BatchRecord, DecisionRow, RouterTransaction } from '@lead-router/store/router-store.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { batchOutputs } from './batch-outputs.ts';
import { noLocks, unionLocks } from './lock-sets.ts';
import { type PreparedBatch, prepareInputs } from './prepare-inputs.ts';
import type { ReadBatch, RouterLedgerOptions } from './router-ledger.ts';
import { encodeOutputs } from './stored-outputs.ts';

export type AttemptAnswer =
  | { readonly kind: 'COMMITTED'; readonly outputs: readonly OutgoingRecord[] }
  | { readonly kind: 'REASSIGN'; readonly reason: string }
  | { readonly kind: 'MISSING_LOCKS'; readonly missing: LockSet }
  | { readonly kind: 'RULE_SET_MOVED'; readonly active: number };

export interface Attempt {
  readonly batch: ReadBatch;
  /** Locks that an earlier attempt turned out to need. */
  readonly extra: LockSet;
  /** Everything but the commit. */
  readonly dryRun: boolean;
}

export async function attemptBatch(options: RouterLedgerOptions, attempt: Attempt): Promise<AttemptAnswer> {
  const version = options.ruleSets.believedVersion();
  const ruleSet = await options.ruleSets.get(version);
  const prepared = await prepare(options, attempt.batch, { ruleSet, version });
  const locks = unionLocks(prepared.locks, attempt.extra);
  const transaction = await options.store.begin();
  let isOver = false;
  try {
    const answer = await withinTransaction(options, attempt, { transaction, prepared, locks, ruleSet, version });
    if (answer.kind === 'COMMITTED' && !attempt.dryRun) {
      isOver = true;
      await transaction.commit();
      report(options, attempt.batch, { ...answer, ruleSet });
    }
    return answer;
  } finally {
    if (!isOver) await transaction.rollback();
  }
}

type RuleSetInUse = { readonly ruleSet: Awaited<ReturnType<RouterLedgerOptions['ruleSets']['get']>>; readonly version: number };
type Prepared = PreparedBatch & {
  readonly locks: LockSet;
  /** The same batch, with the fresh events alone. */
  readonly without: (isFresh: (eventId: EventId) => boolean) => PreparedBatch;
};
type Decided = Extract<BatchOutcome, { kind: 'DECIDED' }>;
type WithinAnswer =
  | Exclude<AttemptAnswer, { kind: 'COMMITTED' }>
  | (Extract<AttemptAnswer, { kind: 'COMMITTED' }> & {
      readonly decided: Decided;
      readonly before: BatchSnapshot;
      readonly repeats: number;
      readonly now: number;
    });

async function prepare(options: RouterLedgerOptions, batch: ReadBatch, using: RuleSetInUse): Promise<Prepared> {
  const identities = new Set<string>();
  const leads = new Set<LeadId>();
  for (const message of batch.messages) {
    leads.add(message.leadId);
    if (message.kind === 'SCORED') for (const identity of message.content.enrichment.identities) identities.add(identity);
  }
  const peeked = await options.store.peek({ leads: [...leads], identities: [...identities] });
  await options.wire.prepareStored(peeked.contexts.values());
  const preparing = {
    ruleSet: using.ruleSet,
    ruleSetVersion: using.version,
    hashIdentity: options.hashIdentity,
    wire: options.wire,
    now: options.clock.now(),
  };
  const prepared = prepareInputs(batch.messages, peeked, preparing);
  // An event that turns out to be a repeat must not have been learned from.
  const without = (isFresh: (eventId: EventId) => boolean): PreparedBatch =>
    prepareInputs(
      batch.messages.filter(({ eventId }) => isFresh(eventId)),
      peeked,
      preparing,
    );
  return { ...prepared, without, locks: unionLocks(noLocks, locksFor({ ruleSet: using.ruleSet, inputs: prepared.inputs, peeked })) };
}

async function withinTransaction(
  options: RouterLedgerOptions,
  attempt: Attempt,
  using: RuleSetInUse & { readonly transaction: RouterTransaction; readonly prepared: Prepared; readonly locks: LockSet },
): Promise<WithinAnswer> {
  const { transaction, prepared } = using;
  const { request, refused } = attempt.batch;
  // Issued together, carried out in this order: one round trip.
  const partitionRow = transaction.lockPartition(request.partition);
  const activeVersion = transaction.shareRuleVersion();
  const freshEvents = transaction.applyEvents(prepared.inputs.map((input) => input.eventId));
  const lockedSnapshot = transaction.lockAndRead(using.locks, { waitersPerPool: options.wakeupsPerPool });
  await Promise.allSettled([partitionRow, activeVersion, freshEvents, lockedSnapshot]);
  const row = await partitionRow;
  if (row.epoch !== request.epoch) return { kind: 'REASSIGN', reason: `the epoch is ${row.epoch}, not ${request.epoch}` };
  if (row.storedTo !== null && row.storedTo > request.from)
    return { kind: 'REASSIGN', reason: `a batch up to ${row.storedTo} is stored, past ${request.from}` };
  const active = await activeVersion;
  if (active !== using.version) return { kind: 'RULE_SET_MOVED', active };
  const fresh = await freshEvents;
  const snapshot = await lockedSnapshot;

  const { inputs, messages, contextsAfter } = fresh.size < prepared.inputs.length ? prepared.without((id) => fresh.has(id)) : prepared;
  const context = { now: Math.max(options.clock.now(), row.storedNow ?? 0), seed: seedOf(request.partition, request.from) };
  const outcome = decideBatch({
    ruleSet: using.ruleSet,
    ruleSetVersion: using.version,
    snapshot,
    inputs,
    context,
    eventId: options.wire.eventId,
  });
  if (outcome.kind === 'MISSING_LOCKS') return outcome;

  const batch: BatchRecord = {
    batchId: `${request.partition}-${request.from}-${request.epoch}`,
    partition: request.partition,
    epoch: request.epoch,
    from: request.from,
    to: request.to,
    ruleSetVersion: using.version,
    now: context.now,
    seed: context.seed,
    body: encodeBatchBody({ inputs, snapshot, context }),
  };
  const contexts = contextsAfter(new Set(outcome.ignored.map(({ inputIndex }) => inputIndex)));
  const outputs = batchOutputs(options.wire, { outcome, messages, contexts: contexts.all, batch, refused });
  await transaction.write({
    batch,
    outputs: encodeOutputs(outputs),
    decisions: decisionRows(outcome),
    writes: outcome.writes,
    contexts: storedContexts(options, contexts.changed, outcome),
  });
  const repeats = prepared.inputs.length - inputs.length;
  return { kind: 'COMMITTED', outputs, decided: outcome, before: snapshot, repeats, now: context.now };
}

/** Only of leads that the batch wrote, and only where the bytes are not the ones that are there. */
function storedContexts(options: RouterLedgerOptions, changed: ReadonlyMap<LeadId, Buffer>, outcome: Decided): ReadonlyMap<LeadId, Buffer> {
  const stored = new Map<LeadId, Buffer>();
  for (const { leadId } of outcome.writes.leads) {
    const context = changed.get(leadId);
    if (context) stored.set(leadId, options.wire.toStored(context));
  }
  return stored;
}

function decisionRows(outcome: Decided): readonly DecisionRow[] {
  return outcome.effects.flatMap((effect) =>
    effect.kind === 'DECISION' ? [{ decision: effect.decision, inputIndex: effect.inputIndex }] : [],
  );
}

type Committed = Extract<WithinAnswer, { kind: 'COMMITTED' }> & Pick<RuleSetInUse, 'ruleSet'>;

function report(options: RouterLedgerOptions, batch: ReadBatch, answer: Committed): void {
  options.observer.committed({
    partition: batch.request.partition,
    ruleSet: answer.ruleSet,
    before: answer.before,
    writes: answer.decided.writes,
    effects: answer.decided.effects,
    ignored: answer.decided.ignored,
    repeats: batch.repeats + answer.repeats,
    wakeUps: answer.decided.wakeUps.length,
    deadLetters: batch.refused.length,
    now: answer.now,
  });
}

/** 32 bits out of the position: the same batch gets the same seed whoever decides it, and neighbours get unlike ones. */
function seedOf(partition: number, from: number): number {
  let hash = Math.imul(partition + 1, 0x9e3779b1) ^ Math.imul(from + 1, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
