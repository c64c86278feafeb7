import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asEventId,
  asLeadId,
  contentDigest,
  eventIdFor,
  isUuid,
  leadIdFor,
  namespaceBytes,
  routeEventId,
  timerEventId,
  uuidV5,
} from './ids.ts';

describe('UUIDv5', () => {
  test('is the one of the standard (RFC 9562, A.4)', () => {
    expect(uuidV5(namespaceBytes('6ba7b810-9dad-11d1-80b4-00c04fd430c8'), 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  test('of any name is a UUID of version 5, and the same each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (name) => {
        const id = eventIdFor(name);
        expect(isUuid(id)).toBe(true);
        expect(id.charAt(14)).toBe('5');
        expect(eventIdFor(name)).toBe(id);
      }),
    );
  });
});

describe('ids', () => {
  test('never change: everything stored is named by them', () => {
    expect(leadIdFor('acme', { kind: 'REFERENCE', reference: 'A-1' })).toBe('46c98119-0273-5dfe-88cf-06fbbc285b9e');
    expect(eventIdFor('decided', 'A-1', 1)).toBe('4ce2a89a-3b2d-5e9c-8068-b9c076d61e8f');
  });

  test('of leads named in different ways never meet', () => {
    const names = [
      leadIdFor('acme', { kind: 'REFERENCE', reference: 'x' }),
      leadIdFor('acme', { kind: 'IDEMPOTENCY_KEY', key: 'x' }),
      leadIdFor('acme', { kind: 'CONTENT', digest: 'x' }),
      leadIdFor('acme-2', { kind: 'REFERENCE', reference: 'x' }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  test('of parts are not those of the parts run together', () => {
    expect(eventIdFor('a', 'bc')).not.toBe(eventIdFor('ab', 'c'));
  });

  test('of wake-ups tell batches, pools and causes apart, and repeats not', () => {
    const wake = { partition: 1, from: 10, leadId: asLeadId('l'), poolId: 'p', cause: 'CAPACITY_FREED' };
    const others = [
      { ...wake, partition: 2 },
      { ...wake, from: 11 },
      { ...wake, poolId: 'q' },
      { ...wake, cause: 'POOL_OPENED' },
    ];
    expect(new Set([wake, ...others].map(routeEventId)).size).toBe(5);
    expect(routeEventId({ ...wake })).toBe(routeEventId(wake));
    expect(timerEventId('l', 1)).not.toBe(timerEventId('l', 2));
    expect(asEventId(routeEventId(wake))).toBe(routeEventId(wake));
  });
});

describe('a content digest', () => {
  test('does not depend on the order of properties', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        expect(contentDigest(turned)).toBe(contentDigest(object));
      }),
    );
  });

  test('depends on every value and on the order of lists', () => {
    expect(contentDigest({ a: [1, 2] })).not.toBe(contentDigest({ a: [2, 1] }));
    expect(contentDigest(undefined)).toBe(contentDigest(null));
  });
});
