/** How this project opens a kafkajs client: time-outs, TLS, SASL, and its log brought down to what matters. */

import './kafkajs-grouping.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';
import { Kafka, type LogEntry, logLevel, type RetryOptions, type SASLOptions } from 'kafkajs';
import { installKnownCoordinators } from './kafkajs-coordinators.ts';
import { installProduceRequest } from './kafkajs-produce-request.ts';
import { installQuietRequestQueue } from './kafkajs-request-queue.ts';

export interface KafkaConnection {
  readonly brokers: readonly string[];
  /** Shown in the broker's logs and quotas. */
  readonly clientId: string;
  /** null or absent: no encryption. Texts are PEM. */
  readonly tls?: { readonly ca: string | null; readonly certificate: string | null; readonly key: string | null } | null;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: { reveal(): string };
  } | null;
}

export interface KafkaClientOptions {
  readonly connection: KafkaConnection;
  readonly logger: Logger;
  readonly retry: RetryOptions;
  /** A partition's position lay outside of its log, and kafkajs has jumped: records were deleted before being read. */
  readonly onOffsetOutOfRange?: (where: string) => void;
}

/** Retries of everything that is not a transaction: quick at first, a second apart later, about ten seconds in all. */
export const ordinaryRetry: RetryOptions = { initialRetryTime: 50, multiplier: 2, factor: 0.2, maxRetryTime: 1000, retries: 14 };

/** About four seconds in all: shorter than a session, so that whoever waits for it is still a member and can wait in the open. */
export const producerRetry: RetryOptions = { ...ordinaryRetry, retries: 8 };

/** CONCURRENT_TRANSACTIONS passes within milliseconds, and the default of 300 ms would be the latency of every batch. */
export const transactionalRetry: RetryOptions = { initialRetryTime: 5, multiplier: 1.5, factor: 0.2, maxRetryTime: 1000, retries: 16 };

export const createKafkaClient = (options: KafkaClientOptions): Kafka => {
  const { connection } = options;
  installQuietRequestQueue();
  installProduceRequest();
  installKnownCoordinators();
  return new Kafka({
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: 10_000,
    authenticationTimeout: 10_000,
    requestTimeout: 15_000,
    enforceRequestTimeout: true,
    retry: options.retry,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => passOn(entry, options),
    ...tlsSettings(connection),
    ...saslSettings(connection),
  });
};

const tlsSettings = ({ tls }: KafkaConnection) => {
  if (tls === undefined || tls === null) return {};
  return {
    ssl: {
      ...(tls.ca === null ? {} : { ca: [tls.ca] }),
      ...(tls.certificate === null ? {} : { cert: tls.certificate }),
      ...(tls.key === null ? {} : { key: tls.key }),
    },
  };
};

const saslSettings = ({ sasl }: KafkaConnection): { sasl?: SASLOptions } => {
  if (sasl === undefined || sasl === null) return {};
  const login = { username: sasl.username, password: sasl.password.reveal() };
  switch (sasl.mechanism) {
    case 'plain':
      return { sasl: { mechanism: 'plain', ...login } };
    case 'scram-sha-256':
      return { sasl: { mechanism: 'scram-sha-256', ...login } };
    case 'scram-sha-512':
      return { sasl: { mechanism: 'scram-sha-512', ...login } };
  }
};

const outOfRange = 'Offset out of range, resetting to default offset';

/**
 * kafkajs logs an ERROR for every answer that it then retries by itself; what it cannot mend reaches us as an error.
 * So its lines are for somebody who debugs, with one exception.
 */
const passOn = (entry: LogEntry, options: KafkaClientOptions): void => {
  const { message, error, groupId, topic, partition, broker } = entry.log;
  options.logger.debug({ client: entry.namespace, level: entry.label, cause: error, groupId, topic, partition, broker }, message);
  if (message === outOfRange) options.onOffsetOutOfRange?.(`${String(topic)}/${String(partition)}`);
};
