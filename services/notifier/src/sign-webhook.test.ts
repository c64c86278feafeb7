import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signedHeaders, webhookKey } from './sign-webhook.ts';

const messages = fc.record({ id: fc.stringMatching(/^[a-z0-9._-]{1,80}$/), timestampSeconds: fc.nat(4_000_000_000), body: fc.json() });

describe('webhook signatures', () => {
  // The example of the Standard Webhooks specification and of its reference libraries.
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampSeconds: 1614265330, body: '{"test": 2432232314}' };

  it('gives the signature of the published vector', () => {
    const headers = signedHeaders(message, [webhookKey(secret)]);
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    expect(headers['webhook-id']).toBe(message.id);
    expect(headers['webhook-timestamp']).toBe('1614265330');
  });

  it('signs with every key during a rotation', () => {
    const other = webhookKey(`whsec_${Buffer.alloc(32, 7).toString('base64')}`);
    const signature = signedHeaders(message, [other, webhookKey(secret)])['webhook-signature'];
    expect(signature?.split(' ')).toHaveLength(2);
    expect(signature?.endsWith('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')).toBe(true);
  });

  it('signs whatever the reference library signs, alike', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 24, maxLength: 64 }), messages, (key, given) => {
        const text = `whsec_${Buffer.from(key).toString('base64')}`;
        const { id, timestampSeconds, body } = given;
        const ours = signedHeaders(given, [webhookKey(text)]);
        expect(ours['webhook-signature']).toBe(new Webhook(text).sign(id, new Date(timestampSeconds * 1_000), body));
      }),
    );
  });

  it('refuses a key that is too short without showing it', () => {
    expect(() => webhookKey('whsec_c2hvcnQ=')).toThrow(/this one has 5/);
  });
});
