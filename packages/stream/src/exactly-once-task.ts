/**
 * The exactly-once half of the runtime: one task per partition, one batch in flight, and each batch one transaction in
 * the ledger (Postgres) and then one in Kafka. It knows nothing of leads. docs/adr/0001 and docs/model have the protocol.
 *
 * Order on every assignment, never another: raise the epoch, connect the producer (fences, settles the old transaction),
 * read the committed offset, read the stored batch under the epoch. The *position* says whether a Kafka half is missing.
 */
import type { Clock } from './clock.ts';
import type { ExactlyOnceObserver } from './exactly-once-observer.ts';
import {
  type BatchContext,
  type BatchHandler,
  type ConsumedRecord,
  type FetchedBatch,
  type GroupConsumer,
  KafkaFault,
  type KafkaPort,
  type OutgoingRecord,
  type SkippedRecords,
  type TopicPartition,
  type TransactionalProducer,
} from './kafka-port.ts';
import { resumePoint } from './resume-point.ts';

export interface LedgerBatch {
  readonly from: number;
  readonly to: number;
  readonly outputs: readonly OutgoingRecord[];
}

export type StoredAnswer = { readonly kind: 'OK'; readonly stored: LedgerBatch | null } | { readonly kind: 'STALE_EPOCH' };

export interface ApplyRequest {
  readonly partition: number;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  readonly records: readonly ConsumedRecord[];
}

export type ApplyAnswer =
  | { readonly kind: 'APPLIED'; readonly outputs: readonly OutgoingRecord[] }
  /** The epoch is not ours, or the stored batch is not behind us, or nobody knows whether the commit happened. */
  | { readonly kind: 'REASSIGN'; readonly reason: string }
  /** Nothing was done and nothing may be: a person has to look (too many dead letters). */
  | { readonly kind: 'STOP'; readonly reason: string };

/** Where batches are written down before they are emitted. Errors it throws are transient or bugs: see `isTransient`. */
export interface BatchLedger {
  raiseEpoch(partition: number): Promise<number>;
  readStoredBatch(partition: number, epoch: number): Promise<StoredAnswer>;
  apply(request: ApplyRequest): Promise<ApplyAnswer>;
}

export interface ExactlyOnceOptions {
  readonly kafka: KafkaPort;
  readonly ledger: BatchLedger;
  readonly clock: Clock;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly groupId: string;
  readonly topic: string;
  /** The id of partition p is `<prefix>-<p>`. */
  readonly transactionalIdPrefix: string;
  readonly maxBatchRecords: number;
  readonly observer: ExactlyOnceObserver;
  readonly isTransient: (error: unknown) => boolean;
  /** A bug: log, do not commit, end the process. */
  readonly onFault: (error: unknown) => void;
}

export interface ExactlyOnceTasks {
  readonly handler: BatchHandler;
  /** The consumer's `onSkipped`: without it a stretch of control and aborted records longer than one fetch is fetched for ever. */
  skipped(skipped: SkippedRecords): void;
  bind(consumer: GroupConsumer): void;
  /** The consumer's `onAssigned`: what was stopped or waits is read again, and looked at anew by whoever holds it now. */
  assigned(): void;
  stop(): Promise<void>;
}

interface Task {
  readonly kind: 'TASK';
  readonly generation: number;
  readonly epoch: number;
  readonly producer: TransactionalProducer;
  /** Next offset to decide; the `from` of the next batch. */
  position: number;
  /** Where the next fetch may begin: past `position` by control records only. */
  fetchPosition: number;
}

const FIRST_BACK_OFF_MS = 200;
const MAX_BACK_OFF_MS = 10_000;

export function createExactlyOnceTasks(options: ExactlyOnceOptions): ExactlyOnceTasks {
  const workers = new Map<number, PartitionWorker>();
  const stopping = new AbortController();
  let consumer: GroupConsumer | null = null;
  return {
    bind: (bound) => {
      consumer = bound;
    },
    handler: async (batch, context) => {
      if (!consumer) return;
      let worker = workers.get(batch.partition);
      if (!worker) {
        worker = new PartitionWorker({
          options,
          consumer,
          stopping: stopping.signal,
          at: { topic: batch.topic, partition: batch.partition },
        });
        workers.set(batch.partition, worker);
      }
      await worker.handle(batch, context);
    },
    assigned: () => {
      for (const worker of workers.values()) worker.regrouped();
    },
    skipped: (stretch) => workers.get(stretch.partition)?.skipped(stretch),
    stop: async () => {
      stopping.abort();
      await Promise.all([...workers.values()].map((worker) => worker.stop()));
    },
  };
}

interface WorkerParts {
  readonly options: ExactlyOnceOptions;
  readonly consumer: GroupConsumer;
  readonly stopping: AbortSignal;
  readonly at: TopicPartition;
}

/** What holds a task: an assignment puts it here before it is complete, so that it can be dropped whatever happens. */
interface Slot {
  task: Task | null;
}

class PartitionWorker implements Slot {
  task: Task | null = null;
  readonly #parts: WorkerParts;
  /** Batches of one partition never overlap, even across generations. */
  #tail: Promise<void> = Promise.resolve();
  #failures = 0;
  /** The generation in which it was stopped; in another one it is looked at anew, and stopped again if nothing has changed. */
  #stoppedIn: number | null = null;
  /** One object a pause, so that the end of an earlier one does not end this one. */
  #pause: object | null = null;
  /** The observer has heard of a pause and not yet of its end. */
  #isTold = false;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
  }

  handle(batch: FetchedBatch, context: BatchContext): Promise<void> {
    this.#tail = this.#tail.then(() => this.#handleNext(batch, context));
    return this.#tail;
  }

  skipped({ fetchedOffset, nextOffset }: SkippedRecords): void {
    if (this.task && fetchedOffset <= this.task.fetchPosition) this.task.fetchPosition = Math.max(this.task.fetchPosition, nextOffset);
  }

  /** The consumer keeps its pauses over a rebalance; nobody else would ever end this one. */
  regrouped(): void {
    const { consumer, at } = this.#parts;
    if (this.#pause !== null) consumer.resume([at]);
    this.#pause = null;
    this.#tellResumed();
  }

  stop(): Promise<void> {
    return this.#tail.then(() => dropTask(this));
  }

  async #handleNext(batch: FetchedBatch, context: BatchContext): Promise<void> {
    const { options, stopping } = this.#parts;
    if (this.#stoppedIn === context.generation || stopping.aborted) return;
    try {
      await this.#handleCurrent(batch, context);
      this.#failures = 0;
      this.#tellIfWell();
    } catch (error) {
      await dropTask(this);
      if (error instanceof KafkaFault && error.kind === 'not-member') return;
      if (!options.isTransient(error)) return options.onFault(error);
      this.#pauseAndRetry(batch, error);
    }
  }

  async #handleCurrent(batch: FetchedBatch, context: BatchContext): Promise<void> {
    if (!context.isCurrent()) return dropTask(this);
    if (this.task && this.task.generation !== context.generation) await dropTask(this);
    if (!this.task) {
      const task = await this.#assignOrStop(batch, context);
      if (!task) return;
      if (batch.fetchedOffset !== task.position) return this.#seek(task.position);
    }
    await this.#work(batch, context);
  }

  async #assignOrStop(batch: FetchedBatch, context: BatchContext): Promise<Task | null> {
    const assigned = await assign(this.#parts.options, this, { batch, context });
    if (assigned?.kind !== 'STOP') return assigned;
    this.#stopPartition(assigned.reason, context.generation);
    return null;
  }

  async #work(batch: FetchedBatch, context: BatchContext): Promise<void> {
    const { options } = this.#parts;
    let task = this.task;
    if (task && batch.fetchedOffset > task.fetchPosition) return this.#seek(task.position);
    let next = 0;
    while (task) {
      const position = task.position;
      while (next < batch.records.length && (batch.records[next]?.offset ?? 0) < position) next++;
      const chunk = batch.records.slice(next, next + options.maxBatchRecords);
      if (chunk.length === 0) break;
      if (!context.isCurrent()) return dropTask(this);
      await context.heartbeat();
      const answer = await processChunk(options, task, { batch, chunk });
      if (answer.kind === 'DONE') continue;
      await dropTask(this);
      if (answer.kind === 'STOP') return this.#stopPartition(answer.reason, context.generation);
      options.observer.reassigning({ partition: batch.partition, reason: answer.reason });
      if (!context.isCurrent()) return;
      task = await this.#assignOrStop(batch, context);
      if (task && task.position < batch.fetchedOffset) return this.#seek(task.position);
    }
    if (!task) return;
    if (task.position > batch.nextOffset) this.#seek(task.position);
    task.fetchPosition = Math.max(task.position, batch.nextOffset);
  }

  #seek(offset: number): void {
    this.#parts.consumer.seek({ ...this.#parts.at, offset });
  }

  #stopPartition(reason: string, generation: number): void {
    const { options, consumer, at } = this.#parts;
    this.#stoppedIn = generation;
    this.#pause = {};
    this.#isTold = true;
    consumer.pause([at]);
    options.observer.alarm({ partition: at.partition, reason });
  }

  #pauseAndRetry(batch: FetchedBatch, error: unknown): void {
    const { options, consumer, at, stopping } = this.#parts;
    const { partition } = at;
    const backOffMs = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** this.#failures) * (0.5 + options.random() / 2);
    this.#failures += 1;
    const oldestMs = batch.records[0]?.timestampMs ?? null;
    options.observer.pausedFor({ partition, backOffMs, error, position: batch.fetchedOffset, end: batch.highWatermark, oldestMs });
    const pause = {};
    this.#pause = pause;
    this.#isTold = true;
    consumer.pause([at]);
    this.#seek(batch.fetchedOffset);
    void options.clock.sleep(backOffMs, stopping).then(() => {
      if (this.#pause !== pause || stopping.aborted) return;
      this.#pause = null;
      consumer.resume([at]);
      this.#tellIfWell();
    });
  }

  /** A partition that is read again has not recovered before a batch has gone through. */
  #tellIfWell(): void {
    if (this.#pause === null && this.#failures === 0) this.#tellResumed();
  }

  #tellResumed(): void {
    const { options, at } = this.#parts;
    if (this.#isTold) options.observer.resumed({ partition: at.partition });
    this.#isTold = false;
  }
}

async function dropTask(slot: Slot): Promise<void> {
  const task = slot.task;
  slot.task = null;
  await task?.producer.disconnect().catch(() => undefined);
}

interface Stop {
  readonly kind: 'STOP';
  readonly reason: string;
}

/** The whole assignment, again if another task raised the epoch meanwhile; null when the partition is no longer ours. */
async function assign(
  options: ExactlyOnceOptions,
  slot: Slot,
  at: { batch: FetchedBatch; context: BatchContext },
): Promise<Task | Stop | null> {
  const { partition } = at.batch;
  while (at.context.isCurrent()) {
    // Asks the group itself: a task that was frozen must learn here that it is no longer a member.
    await at.context.heartbeat();
    const epoch = await options.ledger.raiseEpoch(partition);
    const producer = await options.kafka.transactionalProducer(`${options.transactionalIdPrefix}-${partition}`);
    slot.task = { kind: 'TASK', generation: at.context.generation, epoch, producer, position: 0, fetchPosition: 0 };
    // Read after the producer is there: by then the transaction before has ended, and its offset counts.
    const committed = await options.kafka.admin.committedOffset(options.groupId, { topic: options.topic, partition });
    const answer = await options.ledger.readStoredBatch(partition, epoch);
    if (answer.kind === 'STALE_EPOCH') {
      options.observer.reassigning({ partition, reason: 'another task has raised the epoch' });
      await dropTask(slot);
      continue;
    }
    const resume = resumePoint(committed, answer.stored);
    if (resume.kind === 'ALARM') {
      await dropTask(slot);
      return { kind: 'STOP', reason: resume.reason };
    }
    if (resume.kind === 'EMIT_AGAIN') {
      const failure = await emit(options, { producer, partition, batch: resume.batch });
      // Backs off and does the whole assignment again. What Kafka refuses it will refuse again until somebody mends it: say so.
      if (failure !== null) throw new KafkaFault(failure.kind === 'refused' ? 'refused' : 'unavailable', reasonOf(failure));
    }
    slot.task.position = resume.position;
    slot.task.fetchPosition = resume.position;
    options.observer.assigned({ partition, epoch, position: resume.position, reemitted: resume.kind === 'EMIT_AGAIN' });
    return slot.task;
  }
  await dropTask(slot);
  return null;
}

type ChunkAnswer = { readonly kind: 'DONE' } | { readonly kind: 'REASSIGN' | 'STOP'; readonly reason: string };

async function processChunk(
  options: ExactlyOnceOptions,
  task: Task,
  work: { batch: FetchedBatch; chunk: readonly ConsumedRecord[] },
): Promise<ChunkAnswer> {
  const { batch, chunk } = work;
  const last = chunk[chunk.length - 1];
  if (!last) return { kind: 'DONE' };
  const from = task.position;
  const to = last.offset + 1;
  const startedAt = options.clock.now();
  const answer = await options.ledger.apply({ partition: batch.partition, epoch: task.epoch, from, to, records: chunk });
  if (answer.kind !== 'APPLIED') return answer;
  const appliedAt = options.clock.now();
  const failure = await emit(options, {
    producer: task.producer,
    partition: batch.partition,
    batch: { from, to, outputs: answer.outputs },
  });
  if (failure !== null) return { kind: 'REASSIGN', reason: reasonOf(failure) };
  task.position = to;
  options.observer.batchDone({
    partition: batch.partition,
    records: chunk.length,
    outputs: answer.outputs,
    applyMs: appliedAt - startedAt,
    emitMs: options.clock.now() - appliedAt,
    position: to,
    end: Math.max(to, batch.highWatermark),
    lastMs: last.timestampMs,
  });
  return { kind: 'DONE' };
}

/** Outputs and the consumed offset, atomically. Whatever goes wrong, the outcome is unknown to us: the assignment finds out. */
async function emit(
  options: ExactlyOnceOptions,
  work: { producer: TransactionalProducer; partition: number; batch: LedgerBatch },
): Promise<KafkaFault | null> {
  try {
    const transaction = await work.producer.begin();
    const position = { groupId: options.groupId, topic: options.topic, partition: work.partition, offset: work.batch.to };
    // At once: neither needs the other, and each is two requests.
    await Promise.all([work.batch.outputs.length > 0 ? transaction.send(work.batch.outputs) : undefined, transaction.sendOffset(position)]);
    await transaction.commit();
    return null;
  } catch (error) {
    if (!(error instanceof KafkaFault)) throw error;
    return error;
  }
}

function reasonOf(failure: KafkaFault): string {
  return `the Kafka half failed (${failure.kind}): ${failure.message}`;
}
