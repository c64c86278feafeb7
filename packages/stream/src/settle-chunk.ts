/** From the outcomes of a chunk to what goes out: pure, in order, and never past a record that has to wait. */

import type { PartitionBreaker } from './dead-letter-breaker.ts';
import { deadLetterRecord } from './dead-letter-record.ts';
import type { OutgoingRecord } from './kafka-port.ts';
import type { Outcome, SinkRecord, StepContext } from './pipeline.ts';
import { recordBytes } from './produce-plan.ts';
import { type DeadLetter, deadLetter, type RetryLater } from './step-result.ts';
import type { TopologyDescription } from './topology.ts';

export interface ChunkToSettle {
  readonly contexts: readonly StepContext[];
  readonly outcomes: readonly Outcome<readonly SinkRecord[]>[];
  readonly topology: TopologyDescription;
  readonly breaker: PartitionBreaker;
  /** How often the first record has been tried, from 1. */
  readonly attempts: number;
  readonly maxRecordBytes: number;
}

export interface SettledChunk {
  readonly outgoing: readonly OutgoingRecord[];
  /** So many records, from the first, are done with once `outgoing` is acknowledged. */
  readonly done: number;
  readonly deadLetters: readonly { readonly step: string; readonly code: string }[];
  /** Why it ends before the last record. */
  readonly stop: null | RetryLater | { readonly kind: 'breaker_open' };
}

export const settleChunk = (chunk: ChunkToSettle): SettledChunk => {
  const outgoing: OutgoingRecord[] = [];
  const deadLetters: { readonly step: string; readonly code: string }[] = [];
  let done = 0;
  for (const [index, outcome] of chunk.outcomes.entries()) {
    const context = chunk.contexts[index];
    if (context === undefined) break;
    const settled = settleRecord(chunk, { outcome, context, isFirst: index === 0 });
    if (settled.kind === 'retry_later') return { outgoing, done, deadLetters, stop: settled };
    if (chunk.breaker.add(context.record.offset, settled.deadLetter !== null)) {
      return { outgoing, done, deadLetters, stop: { kind: 'breaker_open' } };
    }
    for (const record of settled.outgoing) outgoing.push(record);
    if (settled.deadLetter !== null) deadLetters.push(settled.deadLetter);
    done += 1;
  }
  return { outgoing, done, deadLetters, stop: null };
};

interface RecordToSettle {
  readonly outcome: Outcome<readonly SinkRecord[]>;
  readonly context: StepContext;
  readonly isFirst: boolean;
}

type SettledRecord =
  | RetryLater
  | {
      readonly kind: 'done';
      readonly outgoing: readonly OutgoingRecord[];
      readonly deadLetter: null | { readonly step: string; readonly code: string };
    };

const nothing: SettledRecord = { kind: 'done', outgoing: [], deadLetter: null };

const settleRecord = (chunk: ChunkToSettle, at: RecordToSettle): SettledRecord => {
  const { outcome, context } = at;
  if (outcome.kind === 'ok') {
    const outgoing = outcome.value.map((record) => toOutgoing(chunk.topology, record));
    const large = outgoing.find((record) => recordBytes(record) > chunk.maxRecordBytes);
    if (large === undefined) return { kind: 'done', outgoing, deadLetter: null };
    const message = `an output for ${large.topic} has ${recordBytes(large)} bytes, the limit is ${chunk.maxRecordBytes}`;
    return settleDeadLetter(chunk, at, { step: lastStep, result: deadLetter(tooLargeCode, message) });
  }
  const { step, result } = outcome;
  switch (result.kind) {
    case 'drop':
      return nothing;
    case 'retry_later':
      return result;
    case 'dead_letter':
      return settleDeadLetter(chunk, at, { step, result });
    case 'redirect': {
      const { key, value, headers } = context.record;
      const original = toOutgoing(chunk.topology, { sink: result.sink, key, value, headers });
      return { kind: 'done', outgoing: [original], deadLetter: null };
    }
  }
};

const tooLargeCode = 'LR_STREAM_RECORD_TOO_LARGE';
const lastStep = 'emit';

const settleDeadLetter = (
  chunk: ChunkToSettle,
  at: RecordToSettle,
  dead: { readonly step: string; readonly result: DeadLetter },
): SettledRecord => {
  const record = deadLetterRecord({
    ...dead,
    context: at.context,
    attempts: at.isFirst ? chunk.attempts : 1,
    serviceVersion: chunk.topology.version,
    deadLetterTopic: chunk.topology.deadLetterTopic,
  });
  return { kind: 'done', outgoing: [record], deadLetter: { step: dead.step, code: dead.result.code } };
};

const toOutgoing = (topology: TopologyDescription, record: SinkRecord): OutgoingRecord => {
  const sink = topology.sinks[record.sink];
  if (sink === undefined || !('topic' in sink)) throw new Error(`${record.sink} is not a sink with a topic`);
  const { key, value, headers } = record;
  return headers === undefined ? { topic: sink.topic, key, value } : { topic: sink.topic, key, value, headers };
};
