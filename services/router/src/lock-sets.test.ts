import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { LockSet } from '@lead-router/domain/routing-model.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noLocks, unionLocks } from './lock-sets.ts';

const names = fc.array(fc.constantFrom('a', 'B', 'b', 'a-1', 'z', '10', '9'), { maxLength: 8 });
const anyLocks: fc.Arbitrary<LockSet> = fc.record({
  identities: names,
  leads: names.map((ids) => ids.map(asLeadId)),
  destinations: names,
  pools: names,
});
const classes = ['identities', 'leads', 'destinations', 'pools'] as const;

describe('a union of locks', () => {
  test('holds each name of both once, in the one global order', () => {
    fc.assert(
      fc.property(anyLocks, anyLocks, (a, b) => {
        const union = unionLocks(a, b);
        for (const name of classes) expect(union[name]).toEqual([...new Set<string>([...a[name], ...b[name]])].sort());
      }),
    );
  });

  test('is the same from either side, and again', () => {
    fc.assert(
      fc.property(anyLocks, anyLocks, (a, b) => {
        const union = unionLocks(a, b);
        expect(unionLocks(b, a)).toEqual(union);
        expect(unionLocks(union, a)).toEqual(union);
        expect(unionLocks(union, noLocks)).toEqual(union);
      }),
    );
  });
});
