/**
 * Watches progress, not only liveness: a partition with lag whose position has not moved for a minute is stuck, in
 * whatever way, and a new process is the cure. It also keeps the lag metrics right while nothing is being read.
 */

import { KafkaFault, type KafkaPort, type TopicPartition } from './kafka-port.ts';
import { defaultWatchdog, type RuntimeOptions } from './runtime-options.ts';

export interface ProgressWatchdogOptions {
  readonly runtime: Pick<RuntimeOptions, 'clock' | 'kafka' | 'metrics' | 'watchdog'>;
  readonly topics: readonly string[];
  readonly signal: AbortSignal;
  readonly partitions: () => readonly TopicPartition[];
  /** The next offset to handle; null when it cannot be told now. */
  readonly positionOf: (at: TopicPartition) => Promise<number | null>;
  /** Time of the oldest record in work; absent where nobody knows. */
  readonly headTimestampOf?: (at: TopicPartition) => number | null;
  readonly isPaused: (at: TopicPartition) => boolean;
}

interface Seen {
  readonly position: number;
  readonly sinceMs: number;
}

/** Runs until the signal aborts; rejects with the fault when a partition is stuck. */
export const watchProgress = async (options: ProgressWatchdogOptions): Promise<void> => {
  const { clock, watchdog = defaultWatchdog } = options.runtime;
  let seen = new Map<string, Seen>();
  while (true) {
    await clock.sleep(watchdog.checkEveryMs, options.signal);
    if (options.signal.aborted) return;
    const ends = await readEnds(options);
    // Kafka does not answer: that is an outage, not a stuck partition.
    if (ends === null) continue;
    const next = new Map<string, Seen>();
    for (const at of options.partitions()) {
      const key = `${at.topic}/${at.partition}`;
      const position = await options.positionOf(at);
      if (position === null) continue;
      const end = Math.max(position, ends.get(key) ?? 0);
      const lag = end - position;
      options.runtime.metrics.lag.note(at, { position, end, oldestMs: options.headTimestampOf?.(at) ?? null });
      if (lag === 0 || options.isPaused(at)) continue;
      const before = seen.get(key);
      const sinceMs = before?.position === position ? before.sinceMs : clock.now();
      next.set(key, { position, sinceMs });
      if (clock.now() - sinceMs >= watchdog.patienceMs && !options.signal.aborted) throw stuck(key, { position, lag });
    }
    seen = next;
  }
};

const readEnds = async (options: ProgressWatchdogOptions): Promise<ReadonlyMap<string, number> | null> => {
  const ends = new Map<string, number>();
  try {
    for (const topic of options.topics) {
      for (const { partition, high } of await options.runtime.kafka.admin.offsetRange(topic)) {
        ends.set(`${topic}/${partition}`, high);
      }
    }
    return ends;
  } catch (error) {
    if (error instanceof KafkaFault) return null;
    throw error;
  }
};

/** What the group has committed, or null: nothing, or no answer. */
export const committedPosition = async (kafka: KafkaPort, groupId: string, at: TopicPartition): Promise<number | null> => {
  try {
    return await kafka.admin.committedOffset(groupId, at);
  } catch (error) {
    if (error instanceof KafkaFault) return null;
    throw error;
  }
};

const stuck = (key: string, state: { readonly position: number; readonly lag: number }): KafkaFault =>
  new KafkaFault('unavailable', `Kafka: ${key} makes no progress at ${state.position}, ${state.lag} records behind`);
