/** Turns what kafkajs throws into the four kinds that the port knows. */

import { KafkaFault, type KafkaFaultKind } from './kafka-port.ts';

/** A newer producer of the same id, or the coordinator's own abort of a transaction that took too long. */
const fencedTypes = new Set(['INVALID_PRODUCER_EPOCH', 'INVALID_PRODUCER_ID_MAPPING']);
/** PRODUCER_FENCED: newer than kafkajs, which only knows its number. */
const fencedUnknownCode = 'Unknown error code 90';

const notMemberTypes = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID']);

/** Repeating the same request cannot help. */
const refusedTypes = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_GROUP_ID',
  'INVALID_REQUEST',
  'INVALID_CONFIG',
  'INVALID_PARTITIONS',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_SESSION_TIMEOUT',
  'INVALID_TRANSACTION_TIMEOUT',
  'POLICY_VIOLATION',
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_SASL_MECHANISM',
  'SASL_AUTHENTICATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
]);

const refusedNames = new Set(['KafkaJSSASLAuthenticationError', 'KafkaJSNotImplemented', 'TypeError', 'RangeError']);

/** `doing` completes the sentence "Kafka: ... failed". A KafkaFault passes through as it is. */
export const toKafkaFault = (error: unknown, doing: string): KafkaFault => {
  if (error instanceof KafkaFault) return error;
  const root = rootOf(error);
  const what = root instanceof Error ? `${protocolType(root) ?? root.name}: ${root.message.trim()}` : String(root);
  return new KafkaFault(kindOf(root), `Kafka: ${doing} failed (${what})${isOfCertificate(root) ? CERTIFICATE_HINT : ''}`, { cause: error });
};

/** What Node says of a certificate that it does not believe, and of a conversation about one that fails. */
const certificateCode = /^(CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_|ERR_TLS_|ERR_SSL_|ERR_OSSL_)/;
const CERTIFICATE_HINT = '; check KAFKA_TLS, KAFKA_TLS_CA_FILE and KAFKA_TLS_CERT_FILE';

const isOfCertificate = (root: unknown): boolean =>
  root instanceof Error && 'code' in root && typeof root.code === 'string' && certificateCode.test(root.code);

/** Protocol error type, for example REBALANCE_IN_PROGRESS, of the innermost cause; null when it has none. */
export const protocolTypeOf = (error: unknown): string | null => protocolType(rootOf(error));

const kindOf = (root: unknown): KafkaFaultKind => {
  if (!(root instanceof Error)) return 'unavailable';
  const type = protocolType(root);
  if (type !== null) {
    if (fencedTypes.has(type) || root.message === fencedUnknownCode) return 'fenced';
    if (notMemberTypes.has(type)) return 'not-member';
    if (refusedTypes.has(type)) return 'refused';
  }
  return refusedNames.has(root.name) ? 'refused' : 'unavailable';
};

const maxDepth = 10;

/** kafkajs wraps: number of retries exceeded, in it non-retriable, in it the broker's answer, which this returns. */
export const rootOf = (error: unknown): unknown => {
  let root = error;
  for (let depth = 0; depth < maxDepth; depth += 1) {
    if (!(root instanceof Error) || root.cause === undefined || root.cause === null) return root;
    root = root.cause;
  }
  return root;
};

const protocolType = (error: unknown): string | null =>
  error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : null;
