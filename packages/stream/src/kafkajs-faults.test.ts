import kafkajs from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { KafkaFault } from './kafka-port.ts';
import { protocolTypeOf, toKafkaFault } from './kafkajs-faults.ts';

const answer = (type: string, message = 'said the broker'): Error =>
  new kafkajs.KafkaJSProtocolError(Object.assign(new Error(message), { type, code: 1, retriable: false }));

/** As the client's retrier wraps it. */
const wrapped = (error: Error): Error => Object.assign(new kafkajs.KafkaJSNonRetriableError(error), { cause: error });

describe('toKafkaFault', () => {
  it.each([
    ['INVALID_PRODUCER_EPOCH', 'fenced'],
    ['REBALANCE_IN_PROGRESS', 'not-member'],
    ['ILLEGAL_GENERATION', 'not-member'],
    ['UNKNOWN_MEMBER_ID', 'not-member'],
    ['MESSAGE_TOO_LARGE', 'refused'],
    ['TOPIC_AUTHORIZATION_FAILED', 'refused'],
    ['NOT_LEADER_FOR_PARTITION', 'unavailable'],
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', 'unavailable'],
    ['CONCURRENT_TRANSACTIONS', 'unavailable'],
  ])('knows %s as %s, however deep it is wrapped', (type, kind) => {
    const fault = toKafkaFault(wrapped(wrapped(answer(type))), 'doing something');
    expect(fault).toMatchObject({ kind, message: `Kafka: doing something failed (${type}: said the broker)` });
    expect(protocolTypeOf(fault)).toBe(type);
  });

  it('knows the answer PRODUCER_FENCED, which the client does not', () => {
    expect(toKafkaFault(answer('KAFKAJS_UNKNOWN_ERROR_CODE', 'Unknown error code 90'), 'x').kind).toBe('fenced');
  });

  it('takes a broken connection for an outage, and a mistake of ours for none', () => {
    expect(toKafkaFault(new kafkajs.KafkaJSConnectionError('no route'), 'x').kind).toBe('unavailable');
    expect(toKafkaFault(new TypeError('undefined is not a function'), 'x').kind).toBe('refused');
  });

  it('names the settings when a certificate is not believed', () => {
    const error = new kafkajs.KafkaJSConnectionError('Connection error: self-signed certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(toKafkaFault(wrapped(error), 'x')).toMatchObject({ kind: 'unavailable', message: expect.stringContaining('KAFKA_TLS_CA_FILE') });
  });

  it('hands a fault on as it is', () => {
    const fault = new KafkaFault('fenced', 'already');
    expect(toKafkaFault(fault, 'x')).toBe(fault);
  });
});
