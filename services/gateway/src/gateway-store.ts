/** All that the gateway asks of Postgres, as one port: the real one here, the fake in `memory-gateway-store.test-support.ts`. */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import {
  abandonIdempotencyKey,
  type ClaimAnswer,
  type ClaimedKey,
  claimIdempotencyKey,
  completeIdempotencyKey,
  forgetIdempotencyKeys,
  type IdempotencyClaim,
} from '@lead-router/store/idempotency-store.ts';
import { isEventApplied } from '@lead-router/store/lead-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { isSaidAway } from '@lead-router/store/presence-store.ts';
import { statement } from '@lead-router/store/statement.ts';
import {
  findSubmissions,
  type LeadStatus,
  readLeadStatus,
  recordSubmissions,
  type Submission,
} from '@lead-router/store/submission-store.ts';
import { giveQuotaBack, grantQuota, type QuotaGrant } from '@lead-router/store/vendor-quota.ts';
import { type AuthenticatedVendor, authenticateVendor } from '@lead-router/store/vendor-store.ts';

/** Each function means what the one of that name in the store package means. Errors: StoreFault. */
export interface GatewayStore {
  authenticate(apiKey: string): Promise<AuthenticatedVendor | null>;
  findSubmissions(leadIds: readonly LeadId[]): Promise<ReadonlyMap<LeadId, Submission>>;
  /** Gives the leads that were not known before. */
  recordSubmissions(submissions: readonly Submission[]): Promise<ReadonlySet<LeadId>>;
  grantQuota(vendor: string, count: number): Promise<QuotaGrant>;
  giveQuotaBack(unused: { readonly vendor: string; readonly day: string; readonly count: number }): Promise<void>;
  claimIdempotencyKey(claim: IdempotencyClaim): Promise<ClaimAnswer>;
  completeIdempotencyKey(claimed: ClaimedKey, answer: Buffer): Promise<Buffer>;
  abandonIdempotencyKey(claimed: ClaimedKey): Promise<void>;
  forgetIdempotencyKeys(olderThanMs: number): Promise<void>;
  readLeadStatus(leadId: LeadId): Promise<LeadStatus>;
  isEventApplied(eventId: EventId): Promise<boolean>;
  /** By word, at this instant. */
  isAway(agentId: string, now: number): Promise<boolean>;
  /** Resolves when Postgres answers. */
  ping(): Promise<void>;
}

const PING = statement('gateway-ping', 'SELECT 1');

export function createPostgresGatewayStore(pool: PostgresPool): GatewayStore {
  return {
    authenticate: (apiKey) => authenticateVendor(pool, apiKey),
    findSubmissions: (leadIds) => findSubmissions(pool, leadIds),
    recordSubmissions: (submissions) => recordSubmissions(pool, submissions),
    grantQuota: (vendor, count) => grantQuota(pool, vendor, count),
    giveQuotaBack: (unused) => giveQuotaBack(pool, unused),
    claimIdempotencyKey: (claim) => claimIdempotencyKey(pool, claim),
    completeIdempotencyKey: (claimed, answer) => completeIdempotencyKey(pool, claimed, answer),
    abandonIdempotencyKey: (claimed) => abandonIdempotencyKey(pool, claimed),
    forgetIdempotencyKeys: (olderThanMs) => forgetIdempotencyKeys(pool, olderThanMs),
    readLeadStatus: (leadId) => readLeadStatus(pool, leadId),
    isEventApplied: (eventId) => isEventApplied(pool, eventId),
    isAway: (agentId, now) => isSaidAway(pool, { agentId, now }),
    ping: async () => {
      await pool.run(PING);
    },
  };
}
