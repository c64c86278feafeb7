/** Signatures by Standard Webhooks 1.0 (https://www.standardwebhooks.com): HMAC-SHA-256 over id, time and body. */
import { createHmac } from 'node:crypto';

const SECRET_PREFIX = 'whsec_';
/** The specification's bounds. */
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

export interface WebhookMessage {
  /** Stable over all attempts: the receiver's idempotency key. */
  readonly id: string;
  /** Seconds since the epoch, of this attempt. */
  readonly timestampSeconds: number;
  readonly body: string;
}

/** The key in a `whsec_…` secret. Throws a RangeError that says what is wrong, never what the secret is. */
export function webhookKey(secret: string): Buffer {
  const key = Buffer.from(secret.startsWith(SECRET_PREFIX) ? secret.slice(SECRET_PREFIX.length) : secret, 'base64');
  if (key.length < MIN_KEY_BYTES || key.length > MAX_KEY_BYTES) {
    throw new RangeError(
      `a webhook secret is ${SECRET_PREFIX} and ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes in base64; this one has ${key.length}`,
    );
  }
  return key;
}

/** Headers for one attempt; during a rotation one signature for each key, the newest first. */
export function signedHeaders(message: WebhookMessage, keys: readonly Buffer[]): Readonly<Record<string, string>> {
  const signed = `${message.id}.${message.timestampSeconds}.${message.body}`;
  return {
    'content-type': 'application/json',
    'webhook-id': message.id,
    'webhook-timestamp': String(message.timestampSeconds),
    'webhook-signature': keys.map((key) => `v1,${createHmac('sha256', key).update(signed).digest('base64')}`).join(' '),
  };
}
