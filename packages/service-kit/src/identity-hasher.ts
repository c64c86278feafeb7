/** Identities under a keyed hash: equal for the same person, and nothing to anybody without the key. */
import { hash } from 'node:crypto';
import type { IdentityHasher } from '@lead-router/domain/rule-set.ts';

/** 128 bits: enough never to meet by chance, half the bytes in every index. */
const HEX_DIGITS = 32;
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** More than any e-mail address or phone number has; longer ones get a buffer of their own. */
const USUAL_BYTES = 512;

/**
 * HMAC-SHA-256 (RFC 2104), of which the first half is kept. Every instance of every service needs the same key; another key makes known people
 * strangers. Put together from two one-shot hashes, because an Hmac object for each identity costs twice as much, and its collection.
 */
export function createIdentityHasher(key: string): IdentityHasher {
  const keyBytes = Buffer.from(key, 'utf8');
  const block = Buffer.alloc(BLOCK_BYTES);
  (keyBytes.length > BLOCK_BYTES ? hash('sha256', keyBytes, 'buffer') : keyBytes).copy(block);
  const inner = Buffer.concat([block.map((byte) => byte ^ 0x36), Buffer.alloc(USUAL_BYTES)]);
  const outer = Buffer.concat([block.map((byte) => byte ^ 0x5c), Buffer.alloc(DIGEST_BYTES)]);
  const innerDigest = (normalised: string): string => {
    const length = Buffer.byteLength(normalised, 'utf8');
    const whole = length <= USUAL_BYTES ? inner : Buffer.concat([inner.subarray(0, BLOCK_BYTES), Buffer.alloc(length)]);
    whole.write(normalised, BLOCK_BYTES, 'utf8');
    return hash('sha256', whole.subarray(0, BLOCK_BYTES + length), 'binary');
  };
  return (normalised) => {
    outer.write(innerDigest(normalised), BLOCK_BYTES, 'binary');
    return hash('sha256', outer, 'hex').slice(0, HEX_DIGITS);
  };
}
