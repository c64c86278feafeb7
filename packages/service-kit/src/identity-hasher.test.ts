/** The keyed hash is the HMAC that everybody else computes: a CRM may match identities by itself. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIdentityHasher } from './identity-hasher.ts';

describe('identity hasher', () => {
  it('is the first half of HMAC-SHA-256, whatever key and text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.array(fc.string({ unit: 'binary', maxLength: 900 })), (key, texts) => {
        const hashIdentity = createIdentityHasher(key);
        for (const text of texts) expect(hashIdentity(text)).toBe(createHmac('sha256', key).update(text).digest('hex').slice(0, 32));
      }),
    );
  });
});
