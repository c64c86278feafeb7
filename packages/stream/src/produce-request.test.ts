/** Ours against kafkajs's own encoders, byte for byte. */
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { crc32c } from './crc32c.ts';
import { installProduceRequest } from './kafkajs-produce-request.ts';
import { encodeProduceRequest, type ProducePartition, type ProduceRequest } from './produce-request.ts';

const require = createRequire(import.meta.url);
type CreateRequest = (request: ProduceRequest) => { encode(): Promise<{ readonly buffer: Buffer }> };
const installed = (): CreateRequest => require('kafkajs/src/protocol/requests/produce/v7/request.js');
const encodeAsKafkaJs = installed();
const crcAsKafkaJs: (bytes: Buffer) => number = require('kafkajs/src/protocol/recordBatch/crc32C/index.js');

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('clé', '鍵', '\u{1f511}'));
const message = fc.record({
  key: fc.option(fc.oneof(text, bytes)),
  value: fc.option(bytes),
  headers: fc.dictionary(text, fc.oneof(text, bytes), { maxKeys: 4, noNullPrototype: true }),
});
const partition = fc.record({
  partition: fc.nat({ max: 100 }),
  firstSequence: fc.nat(),
  messages: fc.array(message, { minLength: 1, maxLength: 200 }),
});
const request: fc.Arbitrary<ProduceRequest> = fc.record({
  acks: fc.constantFrom(-1, 0, 1),
  timeout: fc.nat(),
  transactionalId: fc.option(fc.string({ minLength: 1, maxLength: 40 })),
  producerId: fc.bigInt({ min: 0n, max: 2n ** 62n }).map(String),
  producerEpoch: fc.nat({ max: 32_767 }),
  topicData: fc.array(fc.record({ topic: text, partitions: fc.array(partition, { minLength: 1, maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
});

describe('encodeProduceRequest', () => {
  it('makes the bytes that kafkajs makes', async () => {
    vi.useFakeTimers({ now: 1_700_000_000_000, toFake: ['Date'] });
    try {
      await fc.assert(
        fc.asyncProperty(request, async (drawn) => {
          const theirs = (await encodeAsKafkaJs(drawn).encode()).buffer;
          expect(encodeProduceRequest(drawn, Date.now()).equals(theirs)).toBe(true);
        }),
      );
    } finally {
      vi.useRealTimers();
    }
  });

  it('is what kafkajs finds once it is installed', () => {
    installProduceRequest();
    expect(installed()).not.toBe(encodeAsKafkaJs);
  });

  it('is not made twice for a record, unless the broker keeps no count of the producer', () => {
    installProduceRequest();
    const produce = (messages: ProducePartition['messages'], producerId = '7') =>
      installed()({
        acks: -1,
        timeout: 1,
        producerId,
        producerEpoch: 0,
        topicData: [{ topic: 't', partitions: [{ partition: 2, messages }] }],
      });
    const [one, other] = [{ value: Buffer.from('1') }, { value: Buffer.from('1') }];
    produce([one]);
    produce([other]);
    expect(() => produce([one, { value: null }])).toThrow('whether the records for t/2 were written is not known');
    const uncounted = { value: null };
    produce([uncounted], '-1');
    produce([uncounted], '-1');
  });
});

describe('crc32c', () => {
  it('is the checksum of RFC 3720, over any part of a buffer', () => {
    expect(crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat({ max: 20 }), (array, from) => {
        const start = Math.min(from, array.length);
        expect(crc32c(array, start, array.length)).toBe(crcAsKafkaJs(Buffer.from(array.subarray(start))));
      }),
    );
  });
});
