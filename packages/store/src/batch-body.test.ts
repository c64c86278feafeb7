/** What a batch was decided from comes back as it was, and batches recorded by earlier versions stay readable. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { BatchSnapshot } from '@lead-router/domain/routing-model.ts';
import { describe, expect, it } from 'vitest';
import { aDestination, aLead, anEventId, anIdentityRecord, aPool, locksOf } from '../../../test/contract/router-store-fixture.ts';
import { type BatchBody, decodeBatchBody, encodeBatchBody } from './batch-body.ts';

const [lead, pool, identity, destination] = [aLead(), aPool({ waiting: 1 }), anIdentityRecord(), aDestination()];
const waiter = { poolId: pool.poolId, leadId: lead.leadId, turnAt: 5, waitingSince: 5, seenGeneration: -1 };
const snapshot: BatchSnapshot = {
  identities: new Map([[identity.identity, identity]]),
  leads: new Map([[lead.leadId, lead]]),
  destinations: new Map([[destination.destinationId, destination]]),
  pools: new Map([[pool.poolId, pool]]),
  waiters: new Map([[pool.poolId, [waiter]]]),
  away: new Map([
    ['ann', null],
    ['bob', 1_795_348_800_123],
  ]),
  locked: locksOf({ pools: [pool.poolId], leads: [lead.leadId] }),
};
const body: BatchBody = {
  inputs: [
    {
      kind: 'ROUTE',
      eventId: anEventId(),
      leadId: lead.leadId,
      offset: 7,
      occurredAt: 9,
      poolId: 'field',
      cause: 'POOL_OPENED',
      facts: null,
    },
  ],
  snapshot,
  context: { now: 1_795_348_800_000, seed: 4_294_967_295 },
};

describe('the body of a batch', () => {
  it('comes back as it was', () => {
    expect(decodeBatchBody(encodeBatchBody(body))).toEqual(body);
  });

  it('keeps the counts that a choice by margin looked at, and has none where there was no such choice', () => {
    const conversions = new Map([['web', { outcomes: 3, conversions: 1 }]]);
    const weighed = { ...body, snapshot: { ...snapshot, conversions, locked: locksOf({ conversions: ['web', 'web/HOT'] }) } };
    expect(decodeBatchBody(encodeBatchBody(weighed))).toEqual(weighed);
    expect('conversions' in decodeBatchBody(encodeBatchBody(body)).snapshot).toBe(false);
  });

  it('of an earlier version knows nobody to be away', () => {
    const plain = JSON.parse(zstdDecompressSync(encodeBatchBody(body)).toString('utf8'));
    delete plain.snapshot.away;
    expect(decodeBatchBody(zstdCompressSync(JSON.stringify(plain)))).toEqual({ ...body, snapshot: { ...snapshot, away: new Map() } });
  });
});
