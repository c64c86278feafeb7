/** Runs exactly-once tasks on their topic: the start offsets, the group consumer, the progress watchdog, the order of the end. */

import type { ExactlyOnceTasks } from './exactly-once-task.ts';
import type { TopicPartition } from './kafka-port.ts';
import { committedPosition, watchProgress } from './progress-watchdog.ts';
import type { RuntimeOptions } from './runtime-options.ts';

export interface ExactlyOnceRun {
  readonly runtime: Pick<RuntimeOptions, 'clock' | 'health' | 'kafka' | 'metrics' | 'onFault' | 'watchdog'>;
  readonly tasks: ExactlyOnceTasks;
  /** As given to the tasks. */
  readonly groupId: string;
  readonly topic: string;
  /** The topic's name among the sources of the service. */
  readonly source: string;
}

export interface RunningTasks {
  /** Batches in work finish, the group is left. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Whatever a batch holds, it is one transaction here and one in Kafka, so a backlog is worked in large ones: some 1,300 leads at the
 * benchmark's size. With kafkajs' own limit of 1 MiB it is half as many, for a tenth more work in Postgres and the broker.
 */
const MAX_BYTES_PER_PARTITION = 2 * 1024 * 1024;

/** Rejects with a KafkaFault when the group cannot be joined; then nothing runs, and it may be tried again. */
export const runExactlyOnce = async (run: ExactlyOnceRun): Promise<RunningTasks> => {
  const { groupId, runtime, tasks, topic } = run;
  const { health, kafka, metrics, onFault } = runtime;
  const stopping = new AbortController();
  const skipped = new Map<number, number>();
  let assigned: readonly TopicPartition[] = [];
  const sayKafka = (up: boolean, detail?: string): void => {
    health.dependency('kafka', detail === undefined ? { up } : { up, detail });
  };
  // A partition that is paused before its first read would never be read at all.
  await kafka.admin.ensureStartOffsets(groupId, [topic]);
  const consumer = kafka.consumer({
    groupId,
    topics: [topic],
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    onFault,
    onUnavailable: (fault) => sayKafka(false, fault.message),
    onAssigned: ({ partitions }) => {
      assigned = partitions;
      skipped.clear();
      metrics.groupGenerations.inc({ source: run.source });
      metrics.lag.assigned([topic], partitions);
      tasks.assigned();
      sayKafka(true);
    },
    onSkipped: (stretch) => {
      skipped.set(stretch.partition, stretch.nextOffset);
      tasks.skipped(stretch);
    },
  });
  tasks.bind(consumer);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await consumer.stop();
    await tasks.stop();
  };
  await consumer.start(tasks.handler).catch(async (error: unknown) => {
    await consumer.stop();
    throw error;
  });
  void watchProgress({
    runtime,
    topics: [topic],
    signal: stopping.signal,
    partitions: () => assigned,
    positionOf: async (at) => {
      const committed = await committedPosition(kafka, groupId, at);
      return committed === null ? null : Math.max(committed, skipped.get(at.partition) ?? 0);
    },
    isPaused: (at) => `${at.topic}/${at.partition}` in health.report().pauses,
  }).catch(onFault);
  return { stop };
};
