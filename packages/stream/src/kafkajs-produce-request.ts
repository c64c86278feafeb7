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

/** The first message of each list that was sent to a broker: the objects that kafkajs carries from try to try, in lists that it makes alike. */
const produced = new WeakSet<object>();

/**
 * A record that was sent once and not answered must not be sent again by the same producer. When a connection is made anew in mid-call,
 * kafkajs may hold two objects for one broker and send everything to both, each under sequence numbers of its own: the broker takes
 * that for new records. And after a failed try it takes its numbers back by the size of that try, whatever the broker has counted: other
 * records under numbers that were used look like a repeat, and the broker drops them while it says that they are written. So the
 * send fails, and its caller goes on with another producer, under another id. All this is read from the source of kafkajs 2.2.4, not seen.
 */
const refuseRepeats = (options: ProduceRequest): void => {
  if (BigInt(options.producerId.toString()) < 0n) return;
  for (const { topic, partitions } of options.topicData) {
    for (const { partition, messages } of partitions) {
      const [first] = messages;
      if (first === undefined) continue;
      if (produced.has(first)) throw new RepeatedProduceError(`${topic}/${partition}`);
      produced.add(first);
    }
  }
};

class RepeatedProduceError extends Error {
  override readonly name = 'RepeatedProduceError';
  /** Asked by kafkajs. */
  readonly retriable = false;

  constructor(where: string) {
    super(`whether the records for ${where} were written is not known; this producer cannot send them again`);
  }
}

const produceRequest = (options: KafkaJsProduceRequest) => ({
  apiKey,
  apiVersion,
  apiName: 'Produce',
  expectResponse: () => options.acks !== 0,
  encode: () => Promise.resolve(asEncoder(encodeProduceRequest(options, Date.now()))),
});

/** What kafkajs takes from an encoder. */
const asEncoder = (buffer: Buffer) => ({ buf: buffer, buffer, offset: buffer.length, size: () => buffer.length });
