import { describe, expect, it } from 'vitest';
import { apiKeyOf, createAuthenticator } from './authenticate.ts';
import { createMemoryGatewayStore } from './memory-gateway-store.test-support.ts';
import { VENDOR } from './test-gateway.test-support.ts';

function createWorld(maxKeys = 100) {
  const store = createMemoryGatewayStore();
  store.putVendor(VENDOR, 'key');
  const clock = { now: 0 };
  return { store, clock, authenticator: createAuthenticator({ store, now: () => clock.now, ttlMs: 1_000, maxKeys }) };
}

describe('an API key', () => {
  it('is looked up once for all who come at the same time, and again after a while', async () => {
    const { store, clock, authenticator } = createWorld();
    await Promise.all([authenticator.authenticate('key'), authenticator.authenticate('key')]);
    clock.now = 999;
    await authenticator.authenticate('key');
    expect(store.calls('authenticate')).toBe(1);
    store.putVendor({ ...VENDOR, isActive: false }, 'key');
    clock.now = 1_000;
    await expect(authenticator.authenticate('key')).rejects.toMatchObject({ code: 'LR_GATEWAY_VENDOR_INACTIVE' });
    expect(store.calls('authenticate')).toBe(2);
  });

  it('that is unknown is remembered as such, in bounded space', async () => {
    const { store, authenticator } = createWorld(2);
    for (const key of ['a', 'a', 'b', 'c', 'a'])
      await expect(authenticator.authenticate(key)).rejects.toMatchObject({ code: 'LR_GATEWAY_API_KEY_UNKNOWN' });
    expect(store.calls('authenticate')).toBe(4);
    expect([authenticator.peek('a'), authenticator.peek('key')]).toEqual([null, null]);
    await authenticator.authenticate('key');
    expect(authenticator.peek('key')).toBe('acme');
  });

  it('is asked for again after Postgres did not answer', async () => {
    const { store, authenticator } = createWorld();
    store.down.add('authenticate');
    await expect(authenticator.authenticate('key')).rejects.toThrow('away');
    store.down.clear();
    expect(await authenticator.authenticate('key')).toEqual(VENDOR);
  });

  it('stands in either header', () => {
    expect(apiKeyOf({ authorization: 'bearer  k1', 'x-api-key': 'k2' })).toBe('k1');
    expect(apiKeyOf({ authorization: 'Basic k1', 'x-api-key': 'k2' })).toBe('k2');
    expect(apiKeyOf({ authorization: 'Bearer', 'x-api-key': '' })).toBeNull();
    expect(apiKeyOf({})).toBeNull();
  });
});
