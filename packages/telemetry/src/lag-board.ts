/**
 * How far behind each partition is, and for how long. The age is worked out when somebody looks, so that it grows while a partition
 * waits and nobody reports; a partition that has moved to another process is forgotten, so that it is not counted twice.
 */
import type { Gauge } from 'prom-client';

export interface LagState {
  /** The next offset to handle. */
  readonly position: number;
  /** Offset after the last record of the partition. */
  readonly end: number;
  /** Time of the oldest record not yet handled, milliseconds since the epoch, or of one just before it; null when nobody knows it. */
  readonly oldestMs: number | null;
}

export interface LagPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface LagBoard {
  /** Cheap: called for every batch. */
  note(at: LagPartition, state: LagState): void;
  /** Of these topics only these partitions are read here from now on. */
  assigned(topics: readonly string[], partitions: readonly LagPartition[]): void;
}

interface Known {
  readonly topic: string;
  readonly partition: string;
  readonly position: number;
  readonly lag: number;
  readonly oldestMs: number;
}

type PartitionGauge = Gauge<'topic' | 'partition'>;

export class LagGauges implements LagBoard {
  readonly #records: PartitionGauge;
  readonly #ageSeconds: PartitionGauge;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  constructor(gauges: { readonly records: PartitionGauge; readonly ageSeconds: PartitionGauge }, now: () => number) {
    this.#records = gauges.records;
    this.#ageSeconds = gauges.ageSeconds;
    this.#now = now;
  }

  note(at: LagPartition, { position, end, oldestMs }: LagState): void {
    const before = this.#known.get(keyOf(at));
    const lag = Math.max(0, end - position);
    this.#known.set(keyOf(at), {
      topic: at.topic,
      partition: String(at.partition),
      position,
      lag,
      // Nobody has seen the record yet: it is at least as old as the first time that its lag was seen.
      oldestMs: oldestMs ?? (before !== undefined && before.lag > 0 && before.position === position ? before.oldestMs : this.#now()),
    });
  }

  assigned(topics: readonly string[], partitions: readonly LagPartition[]): void {
    const mine = new Set(partitions.map(keyOf));
    for (const [key, { topic }] of this.#known) {
      if (topics.includes(topic) && !mine.has(key)) this.#known.delete(key);
    }
  }

  /** Called before each scrape. */
  collect(): void {
    const now = this.#now();
    this.#records.reset();
    this.#ageSeconds.reset();
    for (const { topic, partition, lag, oldestMs } of this.#known.values()) {
      this.#records.set({ topic, partition }, lag);
      this.#ageSeconds.set({ topic, partition }, lag === 0 ? 0 : Math.max(0, now - oldestMs) / 1000);
    }
  }
}

const keyOf = (at: LagPartition): string => `${at.topic}/${at.partition}`;
