/** One partition of the in-memory broker: data and control records, pending ones among them, and what a read_committed reader may see. */
import type { ConsumedRecord, OutgoingRecord, TopicPartition } from '@lead-router/stream/kafka-port.ts';

/** What a log has to know of the transaction a record belongs to. */
export interface LogTransaction {
  /** PENDING until its marker stands in that partition. */
  outcomeIn(at: TopicPartition): 'PENDING' | 'COMMITTED' | 'ABORTED';
}

interface LogEntry {
  /** null for a control record. */
  readonly record: ConsumedRecord | null;
  readonly transaction: LogTransaction | null;
}

export class MemoryLog {
  readonly at: TopicPartition;
  readonly #entries: LogEntry[] = [];
  /** Every entry before it is decided; never goes back. */
  #stable = 0;

  constructor(at: TopicPartition) {
    this.at = at;
  }

  get endOffset(): number {
    return this.#entries.length;
  }

  append(outgoing: OutgoingRecord, written: { readonly timestampMs: number; readonly transaction: LogTransaction | null }): void {
    const key = typeof outgoing.key === 'string' ? Buffer.from(outgoing.key) : outgoing.key;
    const record = {
      offset: this.endOffset,
      timestampMs: written.timestampMs,
      key,
      value: outgoing.value,
      headers: outgoing.headers ?? {},
    };
    this.#entries.push({ record, transaction: written.transaction });
  }

  /** A marker takes an offset like any record. */
  appendControl(): void {
    this.#entries.push({ record: null, transaction: null });
  }

  /** Last stable offset: the first one whose transaction is still pending, else the end. */
  get stableOffset(): number {
    while (this.#stable < this.#entries.length && this.#outcome(this.#entries[this.#stable]) !== 'PENDING') this.#stable += 1;
    return this.#stable;
  }

  /** What a read_committed reader sees in [from, to); control and aborted records leave gaps. */
  visible(from: number, to: number): readonly ConsumedRecord[] {
    const seen: ConsumedRecord[] = [];
    for (const entry of this.#entries.slice(from, Math.min(to, this.stableOffset))) {
      if (entry.record && this.#outcome(entry) === 'COMMITTED') seen.push(entry.record);
    }
    return seen;
  }

  /** Everything that read_committed readers can see by now. */
  committed(): readonly ConsumedRecord[] {
    return this.visible(0, this.endOffset);
  }

  #outcome(entry: LogEntry | undefined): 'PENDING' | 'COMMITTED' | 'ABORTED' {
    return entry?.transaction?.outcomeIn(this.at) ?? 'COMMITTED';
  }
}
