/** What operations gets to see of the exactly-once tasks. */

import type { OutgoingRecord } from './kafka-port.ts';

/** All callbacks are cheap and never throw. */
export interface ExactlyOnceObserver {
  assigned(event: { partition: number; epoch: number; position: number; reemitted: boolean }): void;
  batchDone(event: {
    partition: number;
    records: number;
    /** What went out with it. */
    outputs: readonly OutgoingRecord[];
    applyMs: number;
    emitMs: number;
    position: number;
    /** Offset after the last record of the partition, as last seen. */
    end: number;
    /** Of the last record of the batch. */
    lastMs: number;
  }): void;
  reassigning(event: { partition: number; reason: string }): void;
  /** `position`, `end` and `oldestMs` (of the first record that waits; null: not known) say how far behind it is meanwhile. */
  pausedFor(event: { partition: number; backOffMs: number; error: unknown; position: number; end: number; oldestMs: number | null }): void;
  /** After `pausedFor` or `alarm`: it works again, or the group has dealt it anew. */
  resumed(event: { partition: number }): void;
  /** The partition stays stopped until a person has looked: offset and stored batch do not fit together, or the ledger says stop. */
  alarm(event: { partition: number; reason: string }): void;
}
