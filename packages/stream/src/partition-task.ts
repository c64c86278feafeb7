/** One partition within one generation of the group: where it stands, and what it does with a batch. */

import { backOffMs } from './back-off.ts';
import { chunksOf } from './chunks.ts';
import { createPartitionBreaker, type PartitionBreaker } from './dead-letter-breaker.ts';
import { type BatchContext, type ConsumedRecord, type FetchedBatch, KafkaFault, type RecordProducer } from './kafka-port.ts';
import type { StepContext, StepObserver } from './pipeline.ts';
import { defaultMaxRecordBytes, type RuntimeOptions } from './runtime-options.ts';
import { type SettledChunk, settleChunk } from './settle-chunk.ts';
import type { Flow, TopologyDescription } from './topology.ts';

export interface TaskSurroundings {
  readonly flow: Flow;
  readonly topology: TopologyDescription;
  readonly options: RuntimeOptions;
  readonly producer: RecordProducer;
  readonly observer: StepObserver;
  /** Stop reading this partition for a while, and begin again at the task's position. */
  readonly backOff: (task: PartitionTask, wait: { readonly ms: number; readonly cause: string; readonly message: string }) => void;
  readonly openBreaker: (task: PartitionTask) => void;
  readonly progressed: (task: PartitionTask) => void;
  readonly isStopping: () => boolean;
}

export class PartitionTask {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  /** The next offset to handle. */
  position: number;
  /** After a seek only a fetch from exactly here is accepted. */
  expectedFetch: number | null = null;
  /** Of the oldest record not yet handled, or of the one before it where that has not been fetched yet; null when there is none. */
  headTimestampMs: number | null = null;
  /** End of the partition as last seen. */
  end = 0;
  failures = 0;
  readonly #breaker: PartitionBreaker;
  readonly #in: TaskSurroundings;

  constructor(
    at: { readonly topic: string; readonly partition: number; readonly generation: number; readonly position: number },
    surroundings: TaskSurroundings,
  ) {
    this.topic = at.topic;
    this.partition = at.partition;
    this.generation = at.generation;
    this.position = at.position;
    this.#in = surroundings;
    this.#breaker = createPartitionBreaker(surroundings.options.breaker);
  }

  /** False: the fetch does not begin where this task stands, so seek. */
  accepts(batch: FetchedBatch): boolean {
    if (this.expectedFetch !== null && batch.fetchedOffset !== this.expectedFetch) return false;
    return batch.nextOffset > this.position || batch.fetchedOffset === this.position;
  }

  /** There is nothing to handle before `offset`. */
  skipTo(offset: number): void {
    this.position = offset;
    this.expectedFetch = null;
  }

  /** Returns early when the group has moved on, the process stops, or the partition has to wait. */
  async work(batch: FetchedBatch, context: BatchContext): Promise<void> {
    this.expectedFetch = null;
    this.end = batch.highWatermark;
    const records = fromOffset(batch.records, this.position);
    for (const chunk of chunksOf(records, this.#in.options.chunk)) {
      if (!context.isCurrent() || this.#in.isStopping()) return;
      this.headTimestampMs = chunk[0]?.timestampMs ?? null;
      const isDone = await this.#handle(chunk);
      if (!isDone) return;
      await context.heartbeat();
    }
    this.position = Math.max(this.position, batch.nextOffset);
    if (this.position >= this.end) this.headTimestampMs = null;
    this.#in.progressed(this);
  }

  async #handle(chunk: readonly ConsumedRecord[]): Promise<boolean> {
    const { flow, options, observer, topology } = this.#in;
    const contexts = chunk.map(
      (record): StepContext => ({ source: flow.source.name, topic: this.topic, partition: this.partition, record }),
    );
    options.metrics.chunkRecords.observe({ source: flow.source.name }, chunk.length);
    const outcomes = await flow.pipeline.process(contexts, observer);
    const settled = settleChunk({
      contexts,
      outcomes,
      topology,
      breaker: this.#breaker,
      attempts: this.failures + 1,
      maxRecordBytes: options.maxRecordBytes ?? defaultMaxRecordBytes,
    });
    if (!(await this.#emit(settled))) return false;
    this.#advance(chunk, settled);
    if (settled.stop === null) return true;
    if (settled.stop.kind === 'breaker_open') this.#in.openBreaker(this);
    else this.#wait(settled.stop);
    return false;
  }

  async #emit(settled: SettledChunk): Promise<boolean> {
    if (settled.outgoing.length === 0) return true;
    const { options, observer, producer } = this.#in;
    const startedAt = observer.seconds();
    try {
      await producer.send(settled.outgoing);
    } catch (error) {
      if (!(error instanceof KafkaFault) || error.kind === 'refused') throw error;
      this.#wait({ cause: 'kafka', message: error.message });
      return false;
    }
    options.metrics.produceSeconds.observe(observer.seconds() - startedAt);
    return true;
  }

  #advance(chunk: readonly ConsumedRecord[], settled: SettledChunk): void {
    const { metrics } = this.#in.options;
    if (settled.done === 0) return;
    const last = chunk[settled.done - 1];
    if (last !== undefined) {
      this.position = last.offset + 1;
      this.headTimestampMs = (chunk[settled.done] ?? last).timestampMs;
    }
    this.failures = 0;
    metrics.recordsIn.inc({ source: this.#in.flow.source.name }, settled.done);
    for (const { step, code } of settled.deadLetters) metrics.deadLetters.inc({ step, code });
    this.#in.progressed(this);
  }

  #wait(reason: { readonly cause: string; readonly message: string }): void {
    this.failures += 1;
    const { options } = this.#in;
    this.#in.backOff(this, { ...reason, ms: backOffMs(this.failures, options.random(), options.backOff) });
  }
}

const fromOffset = (records: readonly ConsumedRecord[], offset: number): readonly ConsumedRecord[] => {
  const start = records.findIndex((record) => record.offset >= offset);
  return start <= 0 ? (start === 0 ? records : []) : records.slice(start);
};
