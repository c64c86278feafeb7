/** What the gateway keeps: vendors and keys, daily caps, idempotency keys, submissions. */
import { asLeadId } from '@lead-router/contracts/ids.ts';
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { abandonIdempotencyKey, claimIdempotencyKey, completeIdempotencyKey, forgetIdempotencyKeys } from './idempotency-store.ts';
import { findSubmissions, readLeadStatus, recordSubmissions, type Submission } from './submission-store.ts';
import { giveQuotaBack, grantQuota } from './vendor-quota.ts';
import { authenticateVendor, listVendors, putApiKey, putVendor, revokeApiKey } from './vendor-store.ts';

const vendor = (name: string, dailyCap: number | null = null) => ({
  vendor: name,
  name,
  zone: 'America/New_York',
  dailyCap,
  isActive: true,
});
const leadId = (n: number) => asLeadId(`00000000-0000-5000-8000-${String(n).padStart(12, '0')}`);

describe('gateway stores', () => {
  let test: TestPool;
  beforeAll(async () => {
    test = await openTestPool();
  });
  afterAll(() => test.close());

  describe('vendors', () => {
    it('are known by their keys until those are revoked or run out', async () => {
      const { pool } = test;
      await putVendor(pool, vendor('acme', 10));
      await putApiKey(pool, { vendor: 'acme', apiKey: 'key-1', label: 'first', scopes: ['leads:write'], expiresAt: null });
      await putApiKey(pool, { vendor: 'acme', apiKey: 'key-2', label: 'second', scopes: [], expiresAt: Date.now() + 60_000 });
      await putApiKey(pool, { vendor: 'acme', apiKey: 'key-3', label: 'old', scopes: [], expiresAt: Date.now() - 1 });
      expect(await authenticateVendor(pool, 'key-1')).toEqual({ ...vendor('acme', 10), scopes: ['leads:write'] });
      expect(await authenticateVendor(pool, 'key-2')).toMatchObject({ vendor: 'acme', scopes: [] });
      expect(await authenticateVendor(pool, 'key-3')).toBeNull();
      expect(await authenticateVendor(pool, 'nobody')).toBeNull();
      await revokeApiKey(pool, 'key-1');
      await putApiKey(pool, { vendor: 'acme', apiKey: 'key-1', label: 'first', scopes: ['leads:write'], expiresAt: null });
      expect(await authenticateVendor(pool, 'key-1')).toBeNull();
    });

    it('change in place', async () => {
      const { pool } = test;
      await putVendor(pool, vendor('changing', 1));
      await putVendor(pool, { ...vendor('changing', 2), isActive: false });
      expect((await listVendors(pool)).find(({ vendor: name }) => name === 'changing')).toEqual({
        ...vendor('changing', 2),
        isActive: false,
      });
    });

    it('have to exist to get a key', async () => {
      const key = { vendor: 'missing', apiKey: 'k', label: '', scopes: [], expiresAt: null };
      await expect(putApiKey(test.pool, key)).rejects.toMatchObject({ kind: 'refused-value' });
    });
  });

  describe('daily cap', () => {
    it('grants up to the cap, says when it reopens, and takes back what was not used', async () => {
      const { pool } = test;
      await putVendor(pool, vendor('capped', 10));
      expect(await grantQuota(pool, 'capped', 4)).toMatchObject({ granted: 4, acceptedToday: 4, remaining: 6 });
      const full = await grantQuota(pool, 'capped', 20);
      expect(full).toMatchObject({ granted: 6, acceptedToday: 10, remaining: 0 });
      expect((await grantQuota(pool, 'capped', 1)).granted).toBe(0);
      await giveQuotaBack(pool, { vendor: 'capped', day: full.day, count: 3 });
      expect(await grantQuota(pool, 'capped', 0)).toMatchObject({ granted: 0, acceptedToday: 7, remaining: 3 });

      const format = new Intl.DateTimeFormat('en-CA', {
        timeZone: 'America/New_York',
        dateStyle: 'short',
        timeStyle: 'medium',
        hourCycle: 'h23',
      });
      expect(format.format(full.reopensAt - 1)).toBe(`${full.day}, 23:59:59`);
    });

    it('grants everything without one, and nothing above one that was lowered', async () => {
      const { pool } = test;
      await putVendor(pool, vendor('open'));
      expect(await grantQuota(pool, 'open', 1_000)).toMatchObject({ granted: 1_000, remaining: null });
      await putVendor(pool, vendor('open', 500));
      expect(await grantQuota(pool, 'open', 1)).toMatchObject({ granted: 0, acceptedToday: 1_000, remaining: 0 });
    });

    it('holds against many requests at once', async () => {
      const { pool } = test;
      await putVendor(pool, vendor('rushed', 100));
      const grants = await Promise.all(Array.from({ length: 30 }, () => grantQuota(pool, 'rushed', 7)));
      expect(grants.reduce((sum, { granted }) => sum + granted, 0)).toBe(100);
      await expect(grantQuota(pool, 'missing', 1)).rejects.toThrow('no vendor');
    });
  });

  describe('idempotency keys', () => {
    const claim = (key: string, changes: { payloadDigest?: string; leaseMs?: number } = {}) =>
      claimIdempotencyKey(test.pool, { vendor: 'acme', key, payloadDigest: 'p', leadIds: [leadId(1)], leaseMs: 30_000, ...changes });

    it('let one of a hundred work, and give all the others its answer', async () => {
      const answers = await Promise.all(Array.from({ length: 100 }, () => claim('hundred')));
      expect(answers.filter(({ kind }) => kind === 'CLAIMED')).toHaveLength(1);
      expect(answers.filter(({ kind }) => kind === 'IN_FLIGHT')).toHaveLength(99);
      expect(await claim('hundred')).toEqual({ kind: 'IN_FLIGHT', leadIds: [leadId(1)] });
      const answer = Buffer.from('{"leadId":"…"}');
      expect(await completeIdempotencyKey(test.pool, { vendor: 'acme', key: 'hundred', payloadDigest: 'p' }, answer)).toEqual(answer);
      expect(await claim('hundred')).toEqual({ kind: 'DONE', answer });
    });

    it('refuse another payload, in flight and done', async () => {
      await claim('other');
      expect(await claim('other', { payloadDigest: 'q' })).toEqual({ kind: 'CONFLICT' });
      await completeIdempotencyKey(test.pool, { vendor: 'acme', key: 'other', payloadDigest: 'p' }, Buffer.from('x'));
      expect(await claim('other', { payloadDigest: 'q' })).toEqual({ kind: 'CONFLICT' });
    });

    it('belong to one vendor each', async () => {
      await claim('shared');
      const theirs = await claimIdempotencyKey(test.pool, { vendor: 'other', key: 'shared', payloadDigest: 'p', leadIds: [], leaseMs: 1 });
      expect(theirs).toEqual({ kind: 'CLAIMED' });
    });

    it('are taken over when the lease has run out; the first answer stays', async () => {
      const claimed = { vendor: 'acme', key: 'lease', payloadDigest: 'p' };
      expect(await claim('lease', { leaseMs: 0 })).toEqual({ kind: 'CLAIMED' });
      expect(await claim('lease')).toEqual({ kind: 'CLAIMED' });
      expect(await claim('lease')).toMatchObject({ kind: 'IN_FLIGHT' });
      expect((await completeIdempotencyKey(test.pool, claimed, Buffer.from('one'))).toString()).toBe('one');
      expect((await completeIdempotencyKey(test.pool, claimed, Buffer.from('two'))).toString()).toBe('one');
    });

    it('let a retry in at once when the work was given up, but never forget an answer that way', async () => {
      const claimed = { vendor: 'acme', key: 'given-up', payloadDigest: 'p' };
      await claim('given-up');
      await abandonIdempotencyKey(test.pool, claimed);
      expect(await claim('given-up')).toEqual({ kind: 'CLAIMED' });
      await completeIdempotencyKey(test.pool, claimed, Buffer.from('done'));
      await abandonIdempotencyKey(test.pool, claimed);
      expect(await claim('given-up')).toMatchObject({ kind: 'DONE' });
      await forgetIdempotencyKeys(test.pool, -1_000);
      expect(await claim('given-up')).toEqual({ kind: 'CLAIMED' });
    });
  });

  describe('submissions', () => {
    const submission = (n: number, changes: Partial<Submission> = {}): Submission => ({
      leadId: leadId(n),
      vendor: 'acme',
      referenceDigest: 'r',
      contentDigest: 'c',
      source: 'http',
      acceptedAt: 1_000 + n,
      ...changes,
    });

    it('are kept as they came first', async () => {
      const { pool } = test;
      await recordSubmissions(pool, []);
      await recordSubmissions(pool, [submission(2), submission(1)]);
      await recordSubmissions(pool, [submission(2, { acceptedAt: 9 }), submission(3)]);
      expect(await findSubmissions(pool, [leadId(1), leadId(2), leadId(9)])).toEqual(
        new Map([
          [leadId(1), submission(1)],
          [leadId(2), submission(2)],
        ]),
      );
      expect((await findSubmissions(pool, [])).size).toBe(0);
    });

    it('say where a lead is before it is decided', async () => {
      await recordSubmissions(test.pool, [submission(5)]);
      expect(await readLeadStatus(test.pool, leadId(5))).toEqual({ submission: submission(5), lead: null });
      expect(await readLeadStatus(test.pool, leadId(6))).toEqual({ submission: null, lead: null });
    });
  });
});
