/** Names of record headers, in one place. Header values hold no personal data, ever. */

/** W3C trace context of what caused the record; passed on from step to step. */
export const TRACEPARENT_HEADER = 'traceparent';

/** What a dead letter says about itself; the value is the original's, byte for byte, and so are the original's own headers. */
export const DEAD_LETTER_HEADERS = {
  reason: 'dlq.reason',
  step: 'dlq.step',
  errorCode: 'dlq.error.code',
  errorMessage: 'dlq.error.message',
  sourceTopic: 'dlq.source.topic',
  sourcePartition: 'dlq.source.partition',
  sourceOffset: 'dlq.source.offset',
  sourceTimestamp: 'dlq.source.timestamp',
  attempts: 'dlq.attempts',
  serviceVersion: 'dlq.service.version',
} as const;

/** What a record that was sent back from a dead-letter topic says about that. */
export const REDRIVE_HEADERS = {
  /** `SERVICE/PARTITION/OFFSET` of the dead letter. */
  of: 'redrive.of',
  /** How often this record was sent back, from 1. */
  count: 'redrive.count',
  /** ISO 8601. */
  at: 'redrive.at',
  by: 'redrive.by',
} as const;
