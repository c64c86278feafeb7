/** Cuts a fetched batch into the chunks between two heartbeats: bounded in records and in bytes. */

import type { ConsumedRecord } from './kafka-port.ts';

export interface ChunkLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

export const defaultChunkLimits: ChunkLimits = { maxRecords: 1000, maxBytes: 1_000_000 };

/** Consecutive, in order, none empty; a record above `maxBytes` is a chunk of its own. */
export function* chunksOf(
  records: readonly ConsumedRecord[],
  limits: ChunkLimits = defaultChunkLimits,
): Generator<readonly ConsumedRecord[]> {
  let start = 0;
  let bytes = 0;
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index];
    const size = (record?.key?.length ?? 0) + (record?.value?.length ?? 0);
    if (index > start && (index - start >= limits.maxRecords || bytes + size > limits.maxBytes)) {
      yield records.slice(start, index);
      start = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (start < records.length) yield records.slice(start);
}
