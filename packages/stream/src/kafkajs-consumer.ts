/**
 * A group consumer on kafkajs, with the client's traps closed (docs/adr names them): heartbeats only from the work
 * itself, a generation for every join, pauses and seeks that survive what kafkajs forgets, no commit lost at the end.
 */

import type { Consumer, EachBatchPayload } from 'kafkajs';
import {
  type BatchContext,
  type BatchHandler,
  type GroupConsumer,
  type GroupConsumerOptions,
  KafkaFault,
  type TopicPartition,
} from './kafka-port.ts';
import { ConsumerState, keyOf } from './kafkajs-consumer-state.ts';
import { protocolTypeOf, rootOf, toKafkaFault } from './kafkajs-faults.ts';
import { toFetchedBatch } from './kafkajs-records.ts';
import { createMergedCommits } from './merged-commits.ts';

export interface KafkaJsConsumerOptions extends GroupConsumerOptions {
  /** Makes the kafkajs consumer; `onCrash` decides whether it starts again by itself. */
  readonly create: (hooks: ConsumerHooks) => Consumer;
  /** A fetch that brought something is followed by the next one no sooner. */
  readonly minFetchIntervalMs: number;
}

export interface ConsumerHooks {
  readonly onOffsetOutOfRange: (where: string) => void;
}

/** More than one process ever holds; partitions are then handled concurrently, each one batch at a time. */
const concurrentPartitions = 64;

export const createKafkaJsConsumer = (options: KafkaJsConsumerOptions): GroupConsumer => {
  const state = new ConsumerState(options);
  const consumer = options.create({
    onOffsetOutOfRange: (where) => state.fault(new KafkaFault('refused', `Kafka: records of ${where} were deleted before they were read`)),
  });
  const commits = createMergedCommits((positions) => consumer.commitOffsets(positions.map((at) => ({ ...at, offset: String(at.offset) }))));

  observe(consumer, state);

  const start = async (handler: BatchHandler): Promise<void> => {
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...options.topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: concurrentPartitions,
        eachBatch: (payload) => state.track(atLeast(options.minFetchIntervalMs, handleBatch(payload, { handler, state }))),
      });
    } catch (error) {
      throw toKafkaFault(error, `joining the group ${options.groupId}`);
    }
  };

  return {
    start,
    seek: ({ topic, partition, offset }) => {
      state.ends.set(keyOf({ topic, partition }), offset);
      state.skipped.delete(keyOf({ topic, partition }));
      whileRunning(() => consumer.seek({ topic, partition, offset: String(offset) }));
    },
    pause: (partitions) => {
      for (const at of partitions) state.paused.set(keyOf(at), at);
      whileRunning(() => consumer.pause(grouped(partitions)));
    },
    resume: (partitions) => {
      for (const at of partitions) state.paused.delete(keyOf(at));
      whileRunning(() => consumer.resume(grouped(partitions)));
    },
    commit: async (offsets) => {
      try {
        await commits.commit(offsets);
      } catch (error) {
        throw toKafkaFault(error, `committing offsets of ${options.groupId}`);
      }
    },
    stop: () => state.stop(() => consumer.disconnect()),
  };
};

/** While kafkajs restarts a consumer these calls throw. The join that follows pauses again and starts a new generation. */
const whileRunning = (call: () => void): void => {
  try {
    call();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'KafkaJSNonRetriableError') throw error;
  }
};

interface Handling {
  readonly handler: BatchHandler;
  readonly state: ConsumerState;
}

const handleBatch = async (payload: EachBatchPayload, handling: Handling): Promise<void> => {
  const { handler, state } = handling;
  const generation = state.generation;
  if (!state.isActive) return state.untilStopped();
  if (payload.isStale() || !state.isAssigned(payload.batch)) return;
  const batch = state.tiled(toFetchedBatch(payload.batch));
  let heartbeatError: unknown = null;
  const context: BatchContext = {
    generation,
    isCurrent: () =>
      state.isActive && heartbeatError === null && state.generation === generation && payload.isRunning() && !payload.isStale(),
    heartbeat: async () => {
      try {
        await payload.heartbeat();
      } catch (error) {
        heartbeatError = error;
        throw toKafkaFault(error, 'heartbeat');
      }
    },
  };
  try {
    await handler(batch, context);
  } catch (error) {
    if (heartbeatError === null && isNotMember(error)) heartbeatError = rootOf(error);
    else if (heartbeatError === null) state.fault(error);
  }
  // kafkajs knows the broker's answer when it sees it, and joins again; an error of ours would crash it.
  if (protocolTypeOf(heartbeatError) !== null) throw heartbeatError;
  if (!context.isCurrent()) return;
  payload.resolveOffset(payload.batch.lastOffset());
  state.ends.set(keyOf(batch), batch.nextOffset);
};

const atLeast = async (ms: number, work: Promise<void>): Promise<void> => {
  const startedAt = performance.now();
  await work;
  const restMs = ms - (performance.now() - startedAt);
  if (restMs > 1) await new Promise((resolve) => setTimeout(resolve, restMs));
};

const isNotMember = (error: unknown): boolean => error instanceof KafkaFault && error.kind === 'not-member';

const observe = (consumer: Consumer, state: ConsumerState): void => {
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const partitions = Object.entries(payload.memberAssignment).flatMap(([topic, numbers]) =>
      numbers.map((partition) => ({ topic, partition })),
    );
    // A consumer that kafkajs has restarted has forgotten what was paused.
    if (state.paused.size > 0) consumer.pause(grouped([...state.paused.values()]));
    state.joined(partitions);
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    const fault = toKafkaFault(payload.error, `consuming as ${payload.groupId}`);
    if (payload.restart) state.options.onUnavailable?.(fault);
    else state.fault(fault);
  });
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (payload.batchSize > 0) return;
    const { topic, partition } = payload;
    const nextOffset = Number(payload.lastOffset) + 1;
    state.skipped.set(keyOf(payload), nextOffset);
    const fetchedOffset = Number(payload.firstOffset);
    state.options.onSkipped?.({ topic, partition, fetchedOffset, nextOffset, highWatermark: Number(payload.highWatermark) });
  });
};

const grouped = (partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] => {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  return [...topics].map(([topic, numbers]) => ({ topic, partitions: numbers }));
};
