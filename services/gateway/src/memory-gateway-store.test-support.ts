/** The gateway's store in memory: the semantics that requests rely on, held to `gateway-store.contract.test-support.ts` like the real one. */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { ClaimAnswer, IdempotencyClaim } from '@lead-router/store/idempotency-store.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import type { Submission } from '@lead-router/store/submission-store.ts';
import type { AuthenticatedVendor } from '@lead-router/store/vendor-store.ts';
import type { GatewayStore } from './gateway-store.ts';

export interface MemoryGatewayStore extends GatewayStore {
  putVendor(vendor: AuthenticatedVendor, apiKey: string): void;
  putLead(lead: LeadRecord): void;
  /** The router has dealt with it. */
  putApplied(eventId: EventId): void;
  putAway(agentId: string, until: number | null): void;
  readonly submissions: ReadonlyMap<LeadId, Submission>;
  /** Accepted today. */
  countOf(vendor: string): number;
  /** Calls of one function so far. */
  calls(name: keyof GatewayStore): number;
  /** Names of functions that reject as if Postgres were away. */
  readonly down: Set<keyof GatewayStore>;
}

interface KeyRow {
  readonly payloadDigest: string;
  readonly leadIds: readonly LeadId[];
  readonly createdAt: number;
  leasedUntil: number;
  answer: Buffer | null;
}

const DAY = '2026-06-01';
const REOPENS_AT = Date.UTC(2026, 5, 2, 4);

export function createMemoryGatewayStore(now: () => number = Date.now): MemoryGatewayStore {
  const vendors = new Map<string, AuthenticatedVendor>();
  const apiKeys = new Map<string, string>();
  const submissions = new Map<LeadId, Submission>();
  const leads = new Map<LeadId, LeadRecord>();
  const applied = new Set<EventId>();
  const away = new Map<string, number>();
  const counts = new Map<string, number>();
  const keys = new Map<string, KeyRow>();
  const called = new Map<keyof GatewayStore, number>();
  const down = new Set<keyof GatewayStore>();
  /** Answers come later, as from a server. */
  const call = async <T>(name: keyof GatewayStore, effect: () => T): Promise<T> => {
    called.set(name, (called.get(name) ?? 0) + 1);
    await new Promise((resolve) => setImmediate(resolve));
    if (down.has(name)) throw new StoreFault('unavailable', 'Postgres: away');
    return effect();
  };
  return {
    submissions,
    down,
    countOf: (vendor) => counts.get(vendor) ?? 0,
    calls: (name) => called.get(name) ?? 0,
    putVendor: (vendor, apiKey) => {
      vendors.set(vendor.vendor, vendor);
      apiKeys.set(apiKey, vendor.vendor);
    },
    putLead: (lead) => void leads.set(lead.leadId, lead),
    putApplied: (eventId) => void applied.add(eventId),
    putAway: (agentId, until) => void away.set(agentId, until ?? Number.POSITIVE_INFINITY),
    ping: () => call('ping', () => undefined),
    authenticate: (apiKey) => call('authenticate', () => vendors.get(apiKeys.get(apiKey) ?? '') ?? null),
    findSubmissions: (leadIds) =>
      call('findSubmissions', () => {
        const found = leadIds.flatMap((leadId) => submissions.get(leadId) ?? []);
        return new Map(found.map((submission) => [submission.leadId, submission]));
      }),
    recordSubmissions: (rows) =>
      call('recordSubmissions', () => {
        const fresh = rows.filter(({ leadId }) => !submissions.has(leadId));
        for (const row of fresh) submissions.set(row.leadId, row);
        return new Set(fresh.map(({ leadId }) => leadId));
      }),
    grantQuota: (vendor, count) =>
      call('grantQuota', () => {
        const known = vendors.get(vendor);
        if (known === undefined) throw new Error(`there is no vendor ${vendor}`);
        const before = counts.get(vendor) ?? 0;
        const granted = Math.max(0, Math.min(count, (known.dailyCap ?? Number.POSITIVE_INFINITY) - before));
        counts.set(vendor, before + granted);
        const remaining = known.dailyCap === null ? null : Math.max(0, known.dailyCap - before - granted);
        return { granted, acceptedToday: before + granted, remaining, day: DAY, reopensAt: REOPENS_AT };
      }),
    giveQuotaBack: ({ vendor, day, count }) =>
      call('giveQuotaBack', () => {
        if (day === DAY) counts.set(vendor, Math.max(0, (counts.get(vendor) ?? 0) - count));
      }),
    claimIdempotencyKey: (claim) => call('claimIdempotencyKey', () => claimKey(keys, claim, now())),
    completeIdempotencyKey: (claimed, answer) =>
      call('completeIdempotencyKey', () => {
        const row = keys.get(keyOf(claimed));
        if (row === undefined || row.payloadDigest !== claimed.payloadDigest) return answer;
        row.answer ??= answer;
        return row.answer;
      }),
    abandonIdempotencyKey: (claimed) =>
      call('abandonIdempotencyKey', () => {
        const row = keys.get(keyOf(claimed));
        if (row?.answer === null && row.payloadDigest === claimed.payloadDigest) keys.delete(keyOf(claimed));
      }),
    forgetIdempotencyKeys: (olderThanMs) =>
      call('forgetIdempotencyKeys', () => {
        for (const [key, row] of keys) if (row.createdAt < now() - olderThanMs) keys.delete(key);
      }),
    readLeadStatus: (leadId) =>
      call('readLeadStatus', () => ({ submission: submissions.get(leadId) ?? null, lead: leads.get(leadId) ?? null })),
    isEventApplied: (eventId) => call('isEventApplied', () => applied.has(eventId)),
    isAway: (agentId, at) => call('isAway', () => (away.get(agentId) ?? 0) > at),
  };
}

const keyOf = (claimed: { readonly vendor: string; readonly key: string }): string => `${claimed.vendor}\0${claimed.key}`;

function claimKey(keys: Map<string, KeyRow>, claim: IdempotencyClaim, now: number): ClaimAnswer {
  const { payloadDigest, leadIds, leaseMs } = claim;
  const row = keys.get(keyOf(claim));
  if (row === undefined) {
    keys.set(keyOf(claim), { payloadDigest, leadIds, leasedUntil: now + leaseMs, answer: null, createdAt: now });
    return { kind: 'CLAIMED' };
  }
  if (row.payloadDigest !== payloadDigest) return { kind: 'CONFLICT' };
  if (row.answer !== null) return { kind: 'DONE', answer: row.answer };
  if (row.leasedUntil > now) return { kind: 'IN_FLIGHT', leadIds: row.leadIds };
  row.leasedUntil = now + leaseMs;
  return { kind: 'CLAIMED' };
}
