/** Runs one flow: its group consumer, a task per partition, pauses and back-offs, commits, the progress watchdog. */

import {
  type BatchContext,
  type FetchedBatch,
  type GroupAssignment,
  type GroupConsumer,
  KafkaFault,
  type RecordProducer,
  type SkippedRecords,
  type TopicPartition,
} from './kafka-port.ts';
import { createLazyCommits, type LazyCommits } from './lazy-commits.ts';
import { PartitionPauses } from './partition-pauses.ts';
import { PartitionTask, type TaskSurroundings } from './partition-task.ts';
import type { StepObserver } from './pipeline.ts';
import { committedPosition, watchProgress } from './progress-watchdog.ts';
import { defaultCommitIntervalMs, type RuntimeOptions } from './runtime-options.ts';
import type { Flow, TopologyDescription } from './topology.ts';

export interface FlowRunnerOptions {
  readonly flow: Flow;
  readonly topology: TopologyDescription;
  readonly runtime: RuntimeOptions;
  readonly producer: RecordProducer;
  readonly observer: StepObserver;
}

export class FlowRunner {
  readonly #flow: Flow;
  readonly #runtime: RuntimeOptions;
  readonly #surroundings: TaskSurroundings;
  readonly #consumer: GroupConsumer;
  readonly #commits: LazyCommits;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #pauses: PartitionPauses;
  readonly #skipped = new Map<string, number>();
  readonly #stoppedTopics = new Set<string>();
  #tasks = new Map<string, PartitionTask>();
  #assigned: readonly TopicPartition[] = [];
  #isFaulty = false;

  constructor(options: FlowRunnerOptions) {
    this.#flow = options.flow;
    this.#runtime = options.runtime;
    this.#surroundings = {
      flow: options.flow,
      topology: options.topology,
      options: options.runtime,
      producer: options.producer,
      observer: options.observer,
      backOff: (task, wait) => this.#backOff(task, wait),
      openBreaker: (task) => this.#openBreaker(task),
      progressed: (task) => this.#progressed(task),
      isStopping: () => this.#isStopping,
    };
    const { source } = options.flow;
    this.#consumer = options.runtime.kafka.consumer({
      groupId: source.groupId,
      topics: source.topics,
      onAssigned: (assignment) => this.#onAssigned(assignment),
      onFault: (error) => this.fault(error),
      onUnavailable: (error) => this.#dependency(false, error.message),
      onSkipped: (skipped) => this.#onSkipped(skipped),
    });
    this.#pauses = new PartitionPauses(this.#consumer, options.runtime);
    this.#commits = createLazyCommits({
      clock: options.runtime.clock,
      intervalMs: options.runtime.commitIntervalMs ?? defaultCommitIntervalMs,
      commit: (positions) => this.#consumer.commit(positions),
      onError: (error) => options.runtime.logger.warn({ source: source.name, error }, 'offsets are not committed yet'),
    });
  }

  /** Rejects with a KafkaFault when the group cannot be joined. */
  async start(): Promise<void> {
    const { groupId, topics } = this.#flow.source;
    // A partition that is paused before its first read would never be read at all.
    await this.#runtime.kafka.admin.ensureStartOffsets(groupId, topics);
    await this.#consumer.start((batch, context) => this.#track(this.#onBatch(batch, context)));
    void watchProgress({
      runtime: this.#runtime,
      topics,
      signal: this.#stopping.signal,
      partitions: () => this.#assigned,
      positionOf: (at) => this.#positionOf(at),
      headTimestampOf: (at) => this.#tasks.get(keyOf(at))?.headTimestampMs ?? null,
      isPaused: (at) => this.#pauses.reasonOf(at) !== null,
    }).catch((error) => this.fault(error));
  }

  /** Chunks in work finish, their offsets are committed, the group is left. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#consumer.pause(this.#assigned);
    while (this.#running.size > 0) await Promise.all(this.#running);
    await this.#commits.flush();
    this.#commits.stop();
    await this.#consumer.stop();
  }

  fault(error: unknown): void {
    if (this.#isFaulty) return;
    this.#isFaulty = true;
    this.#runtime.onFault(error);
  }

  get #isStopping(): boolean {
    return this.#isFaulty || this.#stopping.signal.aborted;
  }

  async #onBatch(batch: FetchedBatch, context: BatchContext): Promise<void> {
    if (this.#isStopping) return;
    try {
      const task = await this.#taskFor(batch, context);
      if (task === null) return;
      if (!task.accepts(batch)) return this.#seek(task);
      await task.work(batch, context);
    } catch (error) {
      if (error instanceof KafkaFault && error.kind === 'not-member') {
        // The broker still takes the commit while the others are joining; what it refuses is read again.
        await this.#commits.flush();
      }
      throw error;
    }
  }

  /** The task of this generation; a new one begins at the committed offset, whatever an older seek may have left. */
  async #taskFor(batch: FetchedBatch, context: BatchContext): Promise<PartitionTask | null> {
    const known = this.#tasks.get(keyOf(batch));
    if (known !== undefined && known.generation === context.generation) return known;
    const committed = await this.#runtime.kafka.admin.committedOffset(this.#flow.source.groupId, batch);
    if (!context.isCurrent()) return null;
    const skipped = this.#skipped.get(keyOf(batch)) ?? 0;
    const position = Math.max(committed ?? batch.fetchedOffset, skipped);
    const { topic, partition } = batch;
    const task = new PartitionTask({ topic, partition, generation: context.generation, position }, this.#surroundings);
    this.#tasks.set(keyOf(batch), task);
    return task;
  }

  async #positionOf(at: TopicPartition): Promise<number | null> {
    const task = this.#tasks.get(keyOf(at));
    if (task !== undefined) return task.position;
    const committed = await committedPosition(this.#runtime.kafka, this.#flow.source.groupId, at);
    return committed === null ? null : Math.max(committed, this.#skipped.get(keyOf(at)) ?? 0);
  }

  /** A task of an older generation may still be finishing; its partition can be somebody else's by now. */
  #isMine(task: PartitionTask): boolean {
    return this.#tasks.get(keyOf(task)) === task;
  }

  #seek(task: PartitionTask): void {
    task.expectedFetch = task.position;
    this.#consumer.seek({ topic: task.topic, partition: task.partition, offset: task.position });
  }

  #backOff(task: PartitionTask, wait: { readonly ms: number; readonly cause: string; readonly message: string }): void {
    if (!this.#isMine(task)) return;
    const { clock, logger, metrics } = this.#runtime;
    const { topic, partition } = task;
    metrics.retries.inc({ cause: wait.cause });
    if (wait.cause === 'kafka') this.#dependency(false, wait.message);
    logger.warn({ topic, partition, waitMs: Math.round(wait.ms), failures: task.failures, waitsFor: wait.cause }, wait.message);
    this.#noteLag(task);
    this.#seek(task);
    this.#pauses.pause(task, { reason: 'back_off', detail: `waits for ${wait.cause}: ${wait.message}` });
    void clock.sleep(wait.ms, this.#stopping.signal).then(() => {
      if (this.#isStopping || !this.#isMine(task)) return;
      this.#consumer.resume([{ topic, partition }]);
    });
  }

  #openBreaker(task: PartitionTask): void {
    if (!this.#isMine(task)) return;
    const { logger, metrics, onBreakerOpen } = this.#runtime;
    const { source } = this.#flow;
    const { topic, partition } = task;
    metrics.breakerOpenings.inc({ source: source.name });
    logger.error({ source: source.name, topic, partition, offset: task.position }, 'too many dead letters: it is not read any more');
    this.#seek(task);
    if (source.writers === 'internal') {
      this.#pauses.pause(task, { reason: 'breaker', detail: 'too many dead letters' });
    } else {
      this.#stoppedTopics.add(topic);
      this.#quarantine();
    }
    onBreakerOpen?.({ source: source.name, topic, partition });
  }

  #quarantine(): void {
    for (const at of this.#assigned) {
      if (!this.#stoppedTopics.has(at.topic)) continue;
      this.#pauses.pause(at, { reason: 'quarantine', detail: 'too many dead letters from this vendor' });
    }
  }

  #progressed(task: PartitionTask): void {
    if (!this.#isMine(task)) return;
    const { topic, partition } = task;
    this.#commits.note({ topic, partition, offset: task.position });
    this.#noteLag(task);
    if (this.#pauses.reasonOf(task) !== 'back_off' || task.failures > 0) return;
    this.#pauses.over(task);
    this.#dependency(true);
  }

  #noteLag(task: PartitionTask): void {
    this.#runtime.metrics.lag.note(task, { position: task.position, end: task.end, oldestMs: task.headTimestampMs });
  }

  #onAssigned(assignment: GroupAssignment): void {
    this.#assigned = assignment.partitions;
    this.#tasks = new Map();
    this.#skipped.clear();
    this.#commits.forget();
    this.#dependency(true);
    this.#runtime.metrics.groupGenerations.inc({ source: this.#flow.source.name });
    this.#runtime.metrics.lag.assigned(this.#flow.source.topics, assignment.partitions);
    this.#pauses.assigned(assignment.partitions);
    this.#quarantine();
  }

  #onSkipped(skipped: SkippedRecords): void {
    const task = this.#tasks.get(keyOf(skipped));
    if (task === undefined) {
      this.#skipped.set(keyOf(skipped), skipped.nextOffset);
    } else if (skipped.fetchedOffset <= task.position && skipped.nextOffset > task.position) {
      task.skipTo(skipped.nextOffset);
      this.#progressed(task);
    }
  }

  #dependency(up: boolean, detail?: string): void {
    this.#runtime.health.dependency('kafka', detail === undefined ? { up } : { up, detail });
  }

  #track(handling: Promise<void>): Promise<void> {
    const settled = handling.catch(() => undefined);
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return handling;
  }
}

const keyOf = (at: TopicPartition): string => `${at.partition}/${at.topic}`;
