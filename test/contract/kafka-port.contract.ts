/**
 * What every implementation of the Kafka port has to do, the real one and the double alike. Names of topics and groups
 * are new for each test, so that suites can share a broker.
 */
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { describe } from 'vitest';
import { adminContract } from './kafka-admin.contract.ts';
import { consumerContract } from './kafka-consumer.contract.ts';
import { groupContract } from './kafka-group.contract.ts';
import { producerContract } from './kafka-producer.contract.ts';
import { transactionContract } from './kafka-transaction.contract.ts';

export interface KafkaHarness {
  /** A client of its own process, all of one broker. */
  open(): KafkaPort;
  /** Resolves once the condition holds; rejects, saying what was waited for, after a generous while. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

export type CreateKafkaHarness = () => Promise<KafkaHarness>;

export const kafkaPortContract = (name: string, createHarness: CreateKafkaHarness): void => {
  describe(`KafkaPort: ${name}`, () => {
    adminContract(createHarness);
    producerContract(createHarness);
    consumerContract(createHarness);
    transactionContract(createHarness);
    groupContract(createHarness);
  });
};
