/**
 * Puts our encoder in the place of kafkajs's for produce requests. kafkajs looks its request up at each call, by path;
 * version 2.2.4 is pinned, and a test holds both encoders to the same bytes.
 */

import { createRequire } from 'node:module';
import { encodeProduceRequest, type ProduceRequest } from './produce-request.ts';

const apiKey = 0;
const apiVersion = 7;
const path = `kafkajs/src/protocol/requests/produce/v${apiVersion}/request.js`;
const noCompression = 0;

interface KafkaJsProduceRequest extends ProduceRequest {
  readonly compression?: number;
}

type CreateRequest = (options: KafkaJsProduceRequest) => unknown;

let isInstalled = false;

/** Once a process; before the first produce. */
export const installProduceRequest = (): void => {
  if (isInstalled) return;
  isInstalled = true;
  const require = createRequire(import.meta.url);
  const original: CreateRequest = require(path);
  const loaded = require.cache[require.resolve(path)];
  if (loaded === undefined) return;
  const create: CreateRequest = (options) => {
    refuseRepeats(options);
    return (options.compression ?? noCompression) === noCompression ? produceRequest(options) : original(options);
  };
  loaded.exports = create;
};

/** Messages that went into a transaction, by the objects that kafkajs carries from try to try. */
const produced = new WeakSet<object>();

/**
 * When the broker's connection is made anew in mid-call, kafkajs may hold two objects for one broker and send everything to both, each with
 * a sequence of its own: the broker takes that for new records, and they stand twice in one transaction. So nothing is put into a transaction
 * twice; the send fails, and the assignment that follows aborts the transaction.
 */
const refuseRepeats = (options: KafkaJsProduceRequest): void => {
  if (options.transactionalId === undefined || options.transactionalId === null) return;
  for (const { partitions } of options.topicData) {
    for (const { messages } of partitions) {
      for (const message of messages) {
        if (produced.has(message)) throw Object.assign(new Error('a record is not produced twice in a transaction'), { retriable: false });
        produced.add(message);
      }
    }
  }
};

const produceRequest = (options: KafkaJsProduceRequest) => ({
  apiKey,
  apiVersion,
  apiName: 'Produce',
  expectResponse: () => options.acks !== 0,
  encode: () => Promise.resolve(asEncoder(encodeProduceRequest(options, Date.now()))),
});

/** What kafkajs takes from an encoder. */
const asEncoder = (buffer: Buffer) => ({ buf: buffer, buffer, offset: buffer.length, size: () => buffer.length });
