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
  const create: CreateRequest = (options) =>
    (options.compression ?? noCompression) === noCompression ? produceRequest(options) : original(options);
  loaded.exports = create;
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
