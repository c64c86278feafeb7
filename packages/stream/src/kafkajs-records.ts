/** Fetched kafkajs messages as the port's records, without copying keys, values or (nearly always) headers. */

import type { Batch, IHeaders, KafkaMessage } from 'kafkajs';
import type { ConsumedRecord, FetchedBatch, RecordHeaders } from './kafka-port.ts';

export const toFetchedBatch = (batch: Batch): FetchedBatch => {
  const nextOffset = Number(batch.lastOffset()) + 1;
  return {
    topic: batch.topic,
    partition: batch.partition,
    fetchedOffset: fetchedOffsetOf(batch),
    nextOffset,
    // kafkajs keeps only the replicated end, which an open transaction may lie below; never before what was read.
    highWatermark: Math.max(Number(batch.highWatermark), nextOffset),
    records: batch.messages.map(toRecord),
  };
};

/** Known at run time only; without it the first offset of the fetch is the best answer. */
const fetchedOffsetOf = (batch: Batch): number => {
  if ('fetchedOffset' in batch) return Number(batch.fetchedOffset);
  return Number(batch.firstOffset() ?? 0);
};

const toRecord = (message: KafkaMessage): ConsumedRecord => ({
  offset: Number(message.offset),
  timestampMs: Number(message.timestamp),
  key: message.key,
  value: message.value,
  headers: toHeaders(message.headers),
});

const noHeaders: RecordHeaders = {};

const toHeaders = (headers: IHeaders | undefined): RecordHeaders => {
  if (headers === undefined) return noHeaders;
  return arePlain(headers) ? headers : flatten(headers);
};

const arePlain = (headers: IHeaders): headers is Record<string, string | Buffer> => {
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || value === null || Array.isArray(value)) return false;
  }
  return true;
};

/** A name given several times keeps its last value, as Kafka's `lastHeader`; a null value becomes empty. */
const flatten = (headers: IHeaders): RecordHeaders => {
  const flat: Record<string, string | Buffer> = {};
  for (const [name, value] of Object.entries(headers)) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    flat[name] = last ?? Buffer.alloc(0);
  }
  return flat;
};
