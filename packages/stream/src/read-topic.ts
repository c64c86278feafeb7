/** Reads a topic from its beginning to a cut, once: for audits and look-ups, outside of any service's group. */
import { type ConsumedRecord, KafkaFault, type KafkaPort } from './kafka-port.ts';

export interface ReadTopicOptions {
  readonly topic: string;
  /** A group that nobody else uses; nothing is committed for it. */
  readonly groupId: string;
  /** Where to begin, by partition; the first record that is still there when absent. */
  readonly from?: ReadonlyMap<number, number>;
  /** Where to stop, by partition (exclusive); the end offsets of now when absent. */
  readonly until?: ReadonlyMap<number, number>;
  /** Committed records below the cut, in the order of each partition. The next ones of a partition wait for what it returns. */
  readonly onRecords: (records: readonly ConsumedRecord[], partition: number) => void | Promise<void>;
  /** Gives up: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Resolves when every partition was read up to the cut. Rejects with a KafkaFault, or with what `onRecords` rejects with. */
export async function readTopic(kafka: KafkaPort, options: ReadTopicOptions): Promise<void> {
  const until = options.until ?? (await endOffsets(kafka, options.topic));
  const range = await kafka.admin.offsetRange(options.topic);
  const first = (partition: number, low: number): number => Math.max(low, options.from?.get(partition) ?? low);
  const open = new Set(
    range.filter(({ partition, low }) => first(partition, low) < (until.get(partition) ?? 0)).map(({ partition }) => partition),
  );
  if (open.size === 0) return;
  const next = new Map(options.from);
  const finished = Promise.withResolvers<void>();
  // Its rejection may come before anybody waits for it.
  finished.promise.catch(() => undefined);
  const giveUp = (): void => finished.reject(options.signal?.reason);
  options.signal?.addEventListener('abort', giveUp, { once: true });
  if (options.signal?.aborted) giveUp();
  const reached = (partition: number, position: number) => {
    if (position < (until.get(partition) ?? 0)) return;
    open.delete(partition);
    if (open.size === 0) finished.resolve();
  };
  const consumer = kafka.consumer({
    groupId: options.groupId,
    topics: [options.topic],
    onFault: (error) => finished.reject(error instanceof Error ? error : new KafkaFault('unavailable', String(error))),
    onSkipped: ({ partition, nextOffset }) => reached(partition, nextOffset),
  });
  try {
    await consumer.start(async (batch) => {
      const end = until.get(batch.partition) ?? 0;
      if (!open.has(batch.partition)) return;
      // Nothing is committed for this group: after a rebalance it is given records again that it has had.
      const from = next.get(batch.partition) ?? 0;
      const fresh = batch.records.filter(({ offset }) => offset >= from && offset < end);
      next.set(batch.partition, Math.max(from, batch.nextOffset));
      await options.onRecords(fresh, batch.partition);
      reached(batch.partition, batch.nextOffset);
    });
    for (const { partition, low } of range) {
      // Partitions that nobody asked for are read past; the others begin where they were told to.
      const offset = open.has(partition) ? first(partition, low) : null;
      if (offset === null) consumer.pause([{ topic: options.topic, partition }]);
      else if (offset > low) consumer.seek({ topic: options.topic, partition, offset });
    }
    await finished.promise;
  } finally {
    options.signal?.removeEventListener('abort', giveUp);
    await consumer.stop();
  }
}

/** Offsets after the last record, by partition: the cut of "now". */
export async function endOffsets(kafka: KafkaPort, topic: string): Promise<ReadonlyMap<number, number>> {
  const range = await kafka.admin.offsetRange(topic);
  return new Map(range.map(({ partition, high }) => [partition, high]));
}
