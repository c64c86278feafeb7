import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityFrom, identityKey, identityName } from './identity-key.ts';

const HASH = '0123456789abcdef0123456789abcdef';
/** As Postgres writes a UUID. */
const dashed = (key: string): string => key.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

describe('identityKey', () => {
  it('is a keyed hash itself, without a name', () => {
    expect([identityKey(HASH), identityName(HASH)]).toEqual([HASH, null]);
  });

  it.each(['account:field/42', '', HASH.toUpperCase(), `${HASH}0`, HASH.slice(1), 'Österreich'])(
    'hashes the name %j, which is kept beside it',
    (name) => {
      expect(identityKey(name)).toMatch(/^[0-9a-f]{32}$/);
      expect(identityName(name)).toBe(name);
    },
  );

  it('comes back from its row as it was, and no two are one', () => {
    const identity = fc.oneof(
      fc.string(),
      fc.uuid().map((uuid) => uuid.replaceAll('-', '')),
    );
    fc.assert(
      fc.property(identity, identity, (one, other) => {
        expect(identityFrom({ identity: dashed(identityKey(one)), name: identityName(one) })).toBe(one);
        expect(identityKey(one) === identityKey(other)).toBe(one === other);
      }),
    );
  });
});
