/** What requests rely on in the store, run against the real one and against its double. */
import { asEventId, asLeadId } from '@lead-router/contracts/ids.ts';
import type { EventId } from '@lead-router/domain/lead.ts';
import type { Submission } from '@lead-router/store/submission-store.ts';
import type { AuthenticatedVendor } from '@lead-router/store/vendor-store.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayStore } from './gateway-store.ts';

export interface StoreHarness {
  readonly store: GatewayStore;
  readonly putVendor: (vendor: AuthenticatedVendor, apiKey: string) => Promise<void>;
  /** As the router does with each input. */
  readonly putApplied: (eventId: EventId) => Promise<void>;
  /** null: until somebody says otherwise. */
  readonly putAway: (agentId: string, until: number | null) => Promise<void>;
  readonly close: () => Promise<void>;
}

const vendor = (name: string, dailyCap: number | null): AuthenticatedVendor => ({
  vendor: name,
  name,
  zone: 'UTC',
  dailyCap,
  isActive: true,
  scopes: ['leads:write'],
});
const leadId = (n: number) => asLeadId(`00000000-0000-5000-8000-${String(n).padStart(12, '0')}`);
const row = (n: number, contentDigest = 'c'): Submission => ({
  ...{ leadId: leadId(n), vendor: 'acme', referenceDigest: 'r', contentDigest, source: 'http', acceptedAt: 1_000 },
});
const claim = (key: string, changes: { readonly payloadDigest?: string; readonly leaseMs?: number } = {}) => ({
  ...{ vendor: 'acme', key, payloadDigest: 'p', leadIds: [leadId(1)], leaseMs: 30_000 },
  ...changes,
});

export function gatewayStoreContract(name: string, create: () => Promise<StoreHarness>): void {
  describe(`gateway store: ${name}`, () => {
    let harness: StoreHarness;
    let store: GatewayStore;
    beforeAll(async () => {
      harness = await create();
      store = harness.store;
      await harness.putVendor(vendor('acme', null), 'key-of-acme');
    });
    afterAll(() => harness.close());

    it('answers, and knows vendors by their keys', async () => {
      await store.ping();
      expect(await store.authenticate('key-of-acme')).toEqual(vendor('acme', null));
      expect(await store.authenticate('another')).toBeNull();
    });

    it('grants up to the cap, in turns, and takes back what was not used', async () => {
      await harness.putVendor(vendor('capped', 10), 'key-of-capped');
      const grants = await Promise.all(Array.from({ length: 4 }, () => store.grantQuota('capped', 4)));
      expect(grants.map(({ granted }) => granted).sort()).toEqual([0, 2, 4, 4]);
      await store.giveQuotaBack({ vendor: 'capped', day: grants[0]?.day ?? '', count: 3 });
      expect(await store.grantQuota('capped', 0)).toMatchObject({ granted: 0, acceptedToday: 7, remaining: 3 });
      expect(await store.grantQuota('acme', 5)).toMatchObject({ granted: 5, remaining: null });
      await expect(store.grantQuota('nobody', 1)).rejects.toThrow('no vendor');
    });

    it('keeps a submission as it came first, and says which ones are new', async () => {
      expect(await store.recordSubmissions([row(1), row(2)])).toEqual(new Set([leadId(1), leadId(2)]));
      expect(await store.recordSubmissions([row(2, 'other'), row(3)])).toEqual(new Set([leadId(3)]));
      expect(await store.recordSubmissions([])).toEqual(new Set());
      expect(await store.findSubmissions([leadId(2), leadId(9)])).toEqual(new Map([[leadId(2), row(2)]]));
      expect(await store.readLeadStatus(leadId(3))).toEqual({ submission: row(3), lead: null });
      expect(await store.readLeadStatus(leadId(9))).toEqual({ submission: null, lead: null });
    });

    it('knows what the router has dealt with, and who is away by word, for how long', async () => {
      const [heard, unheard] = [1, 2].map((n) => asEventId(`00000000-0000-5000-9000-${String(n).padStart(12, '0')}`));
      if (heard === undefined || unheard === undefined) throw new Error('two events');
      await harness.putApplied(heard);
      expect([await store.isEventApplied(heard), await store.isEventApplied(unheard)]).toEqual([true, false]);
      await harness.putAway('ann', null);
      await harness.putAway('bob', 5_000);
      expect(await Promise.all(['ann', 'bob', 'cid'].map((agentId) => store.isAway(agentId, 4_999)))).toEqual([true, true, false]);
      expect(await Promise.all(['ann', 'bob', 'cid'].map((agentId) => store.isAway(agentId, 5_000)))).toEqual([true, false, false]);
    });

    it('gives a key to one, and its answer to all', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => store.claimIdempotencyKey(claim('k'))));
      expect(answers.filter(({ kind }) => kind === 'CLAIMED')).toHaveLength(1);
      expect(await store.claimIdempotencyKey(claim('k'))).toEqual({ kind: 'IN_FLIGHT', leadIds: [leadId(1)] });
      expect(await store.claimIdempotencyKey(claim('k', { payloadDigest: 'q' }))).toEqual({ kind: 'CONFLICT' });
      expect((await store.completeIdempotencyKey(claim('k'), Buffer.from('one'))).toString()).toBe('one');
      expect((await store.completeIdempotencyKey(claim('k'), Buffer.from('two'))).toString()).toBe('one');
      await store.abandonIdempotencyKey(claim('k'));
      expect(await store.claimIdempotencyKey(claim('k'))).toEqual({ kind: 'DONE', answer: Buffer.from('one') });
    });

    it('lets a key be taken over after its lease, and at once when it was abandoned', async () => {
      expect(await store.claimIdempotencyKey(claim('lease', { leaseMs: 0 }))).toEqual({ kind: 'CLAIMED' });
      expect(await store.claimIdempotencyKey(claim('lease'))).toEqual({ kind: 'CLAIMED' });
      expect(await store.claimIdempotencyKey(claim('lease'))).toMatchObject({ kind: 'IN_FLIGHT' });
      await store.abandonIdempotencyKey(claim('lease', { payloadDigest: 'q' }));
      expect(await store.claimIdempotencyKey(claim('lease'))).toMatchObject({ kind: 'IN_FLIGHT' });
      await store.abandonIdempotencyKey(claim('lease'));
      expect(await store.claimIdempotencyKey(claim('lease'))).toEqual({ kind: 'CLAIMED' });
      await store.forgetIdempotencyKeys(60_000);
      expect(await store.claimIdempotencyKey(claim('lease'))).toMatchObject({ kind: 'IN_FLIGHT' });
      await store.forgetIdempotencyKeys(-1_000);
      expect(await store.claimIdempotencyKey(claim('lease'))).toEqual({ kind: 'CLAIMED' });
    });
  });
}
