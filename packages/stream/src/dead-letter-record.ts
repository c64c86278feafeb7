/** A dead letter: the original bytes and headers untouched, and beside them where it comes from and why it is here. */

import type { OutgoingRecord, RecordHeaders } from './kafka-port.ts';
import type { StepContext } from './pipeline.ts';
import type { DeadLetter } from './step-result.ts';

export interface DeadLetterOrigin {
  readonly context: StepContext;
  readonly step: string;
  readonly result: DeadLetter;
  /** How often this process tried, from 1. */
  readonly attempts: number;
  readonly serviceVersion: string;
  readonly deadLetterTopic: string;
}

/** Headers are for routing, not for reading mail: long texts are cut. */
const maxMessageLength = 500;

/** Keyed as the original. Messages and codes come from steps, which keep personal data out of them. */
export const deadLetterRecord = (origin: DeadLetterOrigin): OutgoingRecord => {
  const { record } = origin.context;
  const headers: RecordHeaders = {
    ...record.headers,
    'dlq.reason': reasonOf(origin.result),
    'dlq.step': origin.step,
    'dlq.error.code': origin.result.code,
    'dlq.error.message': origin.result.message.slice(0, maxMessageLength),
    'dlq.source.topic': origin.context.topic,
    'dlq.source.partition': String(origin.context.partition),
    'dlq.source.offset': String(record.offset),
    'dlq.source.timestamp': String(record.timestampMs),
    'dlq.attempts': String(origin.attempts),
    'dlq.service.version': origin.serviceVersion,
  };
  return { topic: origin.deadLetterTopic, key: record.key, value: record.value, headers };
};

/** `LR_AVRO_UNREADABLE` is the reason `avro-unreadable`: for people who filter. */
const reasonOf = (result: DeadLetter): string => result.code.replace(/^LR_/, '').toLowerCase().replaceAll('_', '-');
