/** Names of record headers, in one place. Header values hold no personal data, ever. */

export const HEADERS = {
  /** W3C trace context of what caused the record. */
  traceparent: 'traceparent',
  /** Full name of the Avro record in the value, for people and tools that look at a topic. */
  contentType: 'content-type',
  /** Version of the service that wrote the record. */
  producer: 'producer',
} as const;

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

export const AVRO_CONTENT_TYPE = 'application/vnd.confluent.avro';
