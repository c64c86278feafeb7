/**
 * One attempt at the batches of one or several partitions, in one transaction: read what they may need, lock, check that each is still
 * ours, decide one after the other, write, commit. Everything that makes it impossible is an answer; the caller changes something
 * and tries again.
 */
import { absencesOf } from '@lead-router/domain/absences-of.ts';
import { decideBatch, locksFor } from '@lead-router/domain/decide-batch.ts';
import { JointSnapshot } from '@lead-router/domain/joint-snapshot.ts';
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { BatchOutcome, BatchSnapshot, LockSet } from '@lead-router/domain/routing-model.ts';
import { encodeBatchBody } from '@lead-router/store/batch-body.ts';
import type {
  BatchRecord,
  BatchWriteSet,
  DecisionRow,
  LockedPartition,
  PeekResult,
  RouterTransaction,
} from '@lead-router/store/router-store.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { batchOutputs } from './batch-outputs.ts';
import { type EarlyActivities, earlyWrites, readEarly } from './early-activities.ts';
import { noLocks, unionLocks } from './lock-sets.ts';
import { type PreparedBatch, prepareInputs } from './prepare-inputs.ts';
import type { ReadBatch, RouterLedgerOptions } from './router-ledger.ts';
import type { InboxMessage } from './router-wire.ts';
import { encodeOutputs } from './stored-outputs.ts';

export type AttemptAnswer =
  /** By batch, in the order given. */
  | { readonly kind: 'COMMITTED'; readonly outputs: readonly (readonly OutgoingRecord[])[] }
  /** This batch is not ours any more; nothing happened to the others. */
  | { readonly kind: 'REASSIGN'; readonly batch: ReadBatch; readonly reason: string }
  /** Only so many of the first batches, at least one, can be decided on what one reading shows. */
  | { readonly kind: 'TOO_MANY'; readonly fitting: number }
  | { readonly kind: 'MISSING_LOCKS'; readonly missing: LockSet }
  | { readonly kind: 'RULE_SET_MOVED'; readonly active: number };

export interface Attempt {
  /** Of different partitions, in the order of their numbers: their rows are locked in it. */
  readonly batches: readonly ReadBatch[];
  /** Locks that an earlier attempt turned out to need. */
  readonly extra: LockSet;
  /** Everything but the commit. */
  readonly dryRun: boolean;
}

export async function attemptBatches(options: RouterLedgerOptions, attempt: Attempt): Promise<AttemptAnswer> {
  const version = options.ruleSets.believedVersion();
  const using = { ruleSet: await options.ruleSets.get(version), version };
  const prepared = await prepareAll(options, attempt, using);
  const transaction = await options.store.begin();
  let isOver = false;
  try {
    const answer = await withinTransaction(options, prepared, { ...using, transaction });
    if (answer.kind !== 'DECIDED') return answer;
    if (attempt.dryRun) await answer.written;
    else {
      isOver = true;
      await transaction.commit();
      for (const batch of answer.batches) report(options, batch, { ...using, together: answer.batches.length });
    }
    return { kind: 'COMMITTED', outputs: answer.batches.map(({ outputs }) => outputs()) };
  } finally {
    if (!isOver) await transaction.rollback();
  }
}

type RuleSetInUse = { readonly ruleSet: Awaited<ReturnType<RouterLedgerOptions['ruleSets']['get']>>; readonly version: number };
type Prepared = PreparedBatch & {
  readonly batch: ReadBatch;
  readonly locks: LockSet;
  /** The same batch, with the fresh events alone. */
  readonly without: (isFresh: (eventId: EventId) => boolean) => PreparedBatch;
};
type Decided = Extract<BatchOutcome, { kind: 'DECIDED' }>;
interface DecidedBatch {
  readonly batch: ReadBatch;
  /** Made when it is first asked for. */
  readonly outputs: () => readonly OutgoingRecord[];
  readonly decided: Decided;
  readonly before: BatchSnapshot;
  readonly repeats: number;
  readonly now: number;
  readonly written: BatchWriteSet;
}
type WithinAnswer =
  | Exclude<AttemptAnswer, { kind: 'COMMITTED' }>
  | {
      readonly kind: 'DECIDED';
      readonly batches: readonly DecidedBatch[];
      /** All that there is to write has been sent: how Postgres took it. */
      readonly written: Promise<void>;
    };

async function prepareAll(options: RouterLedgerOptions, attempt: Attempt, using: RuleSetInUse): Promise<readonly Prepared[]> {
  const leads = new Set<LeadId>();
  const arriving = new Set<LeadId>();
  for (const message of attempt.batches.flatMap(({ messages }) => messages)) {
    leads.add(message.leadId);
    if (message.kind === 'SCORED') arriving.add(message.leadId);
  }
  const peeked = await options.store.peek({ leads: [...leads], arriving: [...arriving] });
  await options.wire.prepareStored(peeked.contexts.values());
  const early = await readEarly(options.wire, peeked.early);
  return attempt.batches.map((batch) => prepare(options, { batch, extra: attempt.extra, peeked, early }, using));
}

interface BatchToPrepare {
  readonly batch: ReadBatch;
  readonly extra: LockSet;
  readonly peeked: PeekResult;
  readonly early: EarlyActivities;
}

function prepare(options: RouterLedgerOptions, { batch, extra, peeked, early }: BatchToPrepare, using: RuleSetInUse): Prepared {
  const preparing = {
    ruleSet: using.ruleSet,
    ruleSetVersion: using.version,
    hashIdentity: options.hashIdentity,
    wire: options.wire,
    now: options.clock.now(),
    early,
  };
  const prepared = prepareInputs(batch.messages, peeked, preparing);
  // An event that turns out to be a repeat must not have been learned from.
  const without = (isFresh: (eventId: EventId) => boolean): PreparedBatch =>
    prepareInputs(
      batch.messages.filter(({ eventId }) => isFresh(eventId)),
      peeked,
      preparing,
    );
  const locks = unionLocks(extra, locksFor({ ruleSet: using.ruleSet, inputs: prepared.inputs, peeked }));
  return { ...prepared, batch, without, locks };
}

type Using = RuleSetInUse & { readonly transaction: RouterTransaction };

async function withinTransaction(options: RouterLedgerOptions, batches: readonly Prepared[], using: Using): Promise<WithinAnswer> {
  const { transaction } = using;
  const locks = batches.map((batch) => batch.locks).reduce(unionLocks, noLocks);
  // Issued together, carried out in this order: one round trip.
  const partitionRows = batches.map(({ batch: { request } }) => transaction.lockPartition(request.partition));
  const activeVersion = transaction.shareRuleVersion();
  const messages = batches.flatMap(({ batch }) => batch.messages);
  const entered = transaction.applyEvents(messages.flatMap(({ kind, eventId }) => (kind === 'SCORED' ? [] : [eventId])));
  const lockedSnapshot = transaction.lockAndRead(locks, { waitersPerPool: options.wakeupsPerPool });
  await Promise.allSettled([...partitionRows, activeVersion, entered, lockedSnapshot]);
  const rows = await Promise.all(partitionRows);
  for (const [index, { batch }] of batches.entries()) {
    const reason = whyNotOurs(batch, rows[index]);
    if (reason !== null) return { kind: 'REASSIGN', batch, reason };
  }
  const active = await activeVersion;
  if (active !== using.version) return { kind: 'RULE_SET_MOVED', active };
  const read = await lockedSnapshot;
  const fresh = freshOf(messages, await entered, read);
  const books = new JointSnapshot(read, { waitersPerPool: options.wakeupsPerPool });
  const decided: DecidedBatch[] = [];
  for (const [index, prepared] of batches.entries()) {
    const seen = batches.length === 1 ? read : books.read(prepared.locks);
    if (seen === null) return { kind: 'TOO_MANY', fitting: index };
    const snapshot = { ...seen, away: absencesOf(using.ruleSet, seen) };
    const answer = decidePrepared(options, { prepared, snapshot, fresh, storedNow: rows[index]?.storedNow ?? null }, using);
    if (answer.kind === 'MISSING_LOCKS') return answer;
    books.apply(answer.decided.writes);
    decided.push(answer);
  }
  const written = transaction.write(...decided.map(({ written }) => written));
  return { kind: 'DECIDED', batches: decided, written };
}

/**
 * Those that were not applied before. Of a submission the lead's own row tells it, read under its partition's lock: nothing else makes
 * one, and it stays for ever. All other events are entered, each under its id.
 */
function freshOf(messages: readonly InboxMessage[], entered: ReadonlySet<EventId>, { leads }: Pick<BatchSnapshot, 'leads'>): Set<EventId> {
  const isFresh = ({ kind, eventId, leadId }: InboxMessage): boolean => (kind === 'SCORED' ? !leads.has(leadId) : entered.has(eventId));
  return new Set(messages.flatMap((message) => (isFresh(message) ? [message.eventId] : [])));
}

function whyNotOurs({ request }: ReadBatch, row: LockedPartition | undefined): string | null {
  if (row?.epoch !== request.epoch) return `the epoch is ${row?.epoch}, not ${request.epoch}`;
  return row.storedTo !== null && row.storedTo > request.from ? `a batch up to ${row.storedTo} is stored, past ${request.from}` : null;
}

interface Turn {
  readonly prepared: Prepared;
  readonly snapshot: BatchSnapshot;
  /** Not applied before this transaction; those of this batch are taken out. */
  readonly fresh: Set<EventId>;
  readonly storedNow: number | null;
}

function decidePrepared(
  options: RouterLedgerOptions,
  { prepared, snapshot, fresh, storedNow }: Turn,
  using: RuleSetInUse,
): Extract<BatchOutcome, { kind: 'MISSING_LOCKS' }> | ({ readonly kind: 'DECIDED' } & DecidedBatch) {
  const { request, refused, messages: read } = prepared.batch;
  const freshOfBatch = new Set(read.flatMap(({ eventId }) => (fresh.has(eventId) ? [eventId] : [])));
  const isAllFresh = freshOfBatch.size === read.length;
  const { inputs, turns, contextsAfter } = isAllFresh ? prepared : prepared.without((id) => freshOfBatch.has(id));
  for (const eventId of freshOfBatch) fresh.delete(eventId);
  const context = { now: Math.max(options.clock.now(), storedNow ?? 0), seed: seedOf(request.partition, request.from) };
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
  };
  const contexts = contextsAfter(new Set(outcome.ignored.map(({ inputIndex }) => inputIndex)));
  let made: readonly OutgoingRecord[] | null = null;
  const outputs = (): readonly OutgoingRecord[] => {
    made ??= batchOutputs(options.wire, { outcome, messages: turns.messages, contexts: contexts.all, batch, refused });
    return made;
  };
  const early = earlyWrites(outcome, turns);
  const written: BatchWriteSet = {
    batch,
    encode: () => ({ outputs: encodeOutputs(outputs()), body: encodeBatchBody({ inputs, snapshot, context }) }),
    decisions: decisionRows(outcome),
    writes: outcome.writes,
    contexts: storedContexts(options, contexts.changed, outcome),
    ...(early && { early }),
  };
  const repeats = read.length - freshOfBatch.size;
  return { kind: 'DECIDED', batch: prepared.batch, outputs, decided: outcome, before: snapshot, repeats, now: context.now, written };
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

function report(
  options: RouterLedgerOptions,
  decided: DecidedBatch,
  { ruleSet, together }: Pick<RuleSetInUse, 'ruleSet'> & { readonly together: number },
): void {
  const { batch, before, now } = decided;
  const { writes, effects, ignored, wakeUps } = decided.decided;
  options.observer.committed({
    partition: batch.request.partition,
    ruleSet,
    before,
    writes,
    effects,
    ignored,
    repeats: batch.repeats + decided.repeats,
    wakeUps: wakeUps.length,
    deadLetters: batch.refused.length,
    deadLetterCodes: batch.refused.map(({ code }) => code),
    together,
    now,
  });
}

/** 32 bits out of the position: the same batch gets the same seed whoever decides it, and neighbours get unlike ones. */
function seedOf(partition: number, from: number): number {
  let hash = Math.imul(partition + 1, 0x9e3779b1) ^ Math.imul(from + 1, 0x85ebca77);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae3d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
