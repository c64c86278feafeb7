/** The runtime writes exactly the headers that the catalogue promises; it may not import the catalogue, so they are compared here. */
import { DEAD_LETTER_HEADERS } from '@lead-router/contracts/headers.ts';
import { deadLetterTopic, TOPICS } from '@lead-router/contracts/topics.ts';
import { deadLetterRecord } from '@lead-router/stream/dead-letter-record.ts';
import { deadLetter } from '@lead-router/stream/step-result.ts';
import { expect, test } from 'vitest';

const record = { offset: 7, timestampMs: 1, key: Buffer.from('k'), value: Buffer.from([0, 255]), headers: { traceparent: '00-1-2-01' } };

test('a dead letter has the headers of the catalogue beside its own, and its bytes untouched', () => {
  const letter = deadLetterRecord({
    context: { source: 'submitted', topic: TOPICS.submitted.topic, partition: 2, record },
    step: 'decode',
    result: deadLetter('LR_CODEC_MALFORMED', 'no value'),
    attempts: 1,
    serviceVersion: '0.1.0',
    deadLetterTopic: deadLetterTopic('enricher'),
  });
  expect(Object.keys(letter.headers ?? {}).sort()).toEqual([...Object.values(DEAD_LETTER_HEADERS), 'traceparent'].sort());
  expect(letter).toMatchObject({ topic: 'enricher.dead-letter.v1', key: record.key, value: record.value, headers: record.headers });
});
