/**
 * Idempotency keys of vendors: whoever claims a key first works, everybody else gets that answer, now or later.
 * Lead ids follow from the request, so a claim that is taken over after its lease makes the same leads again, not others.
 */
import type { LeadId } from '@lead-router/domain/lead.ts';
import { textArray } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

export interface IdempotencyClaim {
  readonly vendor: string;
  readonly key: string;
  /** Of the request as the vendor sent it: the same key with another one is a fault of the vendor. */
  readonly payloadDigest: string;
  readonly leadIds: readonly LeadId[];
  /** How long the claimant has the key for itself; by the clock of Postgres. */
  readonly leaseMs: number;
}

export type ClaimAnswer =
  /** Ours: do the work, then complete it (or abandon it). */
  | { readonly kind: 'CLAIMED' }
  /** Somebody is at it, with these leads. */
  | { readonly kind: 'IN_FLIGHT'; readonly leadIds: readonly LeadId[] }
  | { readonly kind: 'DONE'; readonly answer: Buffer }
  /** The key was used for another payload. */
  | { readonly kind: 'CONFLICT' };

export type ClaimedKey = Pick<IdempotencyClaim, 'vendor' | 'key' | 'payloadDigest'>;

const CLAIM = statement(
  'idempotency-keys-claim',
  `INSERT INTO idempotency_keys AS k (vendor, idempotency_key, payload_digest, lead_ids, leased_until)
   VALUES ($1, $2, $3, $4::uuid[], clock_timestamp() + $5::float8 * interval '1 millisecond')
   ON CONFLICT (vendor, idempotency_key) DO UPDATE SET leased_until = excluded.leased_until
   WHERE k.answer IS NULL AND k.payload_digest = excluded.payload_digest AND k.leased_until <= clock_timestamp()
   RETURNING vendor`,
);

const READ = statement(
  'idempotency-keys-read',
  'SELECT payload_digest, lead_ids, answer FROM idempotency_keys WHERE vendor = $1 AND idempotency_key = $2',
);

const COMPLETE = statement(
  'idempotency-keys-complete',
  `UPDATE idempotency_keys SET answer = coalesce(answer, $4)
    WHERE vendor = $1 AND idempotency_key = $2 AND payload_digest = $3
    RETURNING answer`,
);

const ABANDON = statement(
  'idempotency-keys-abandon',
  'DELETE FROM idempotency_keys WHERE vendor = $1 AND idempotency_key = $2 AND payload_digest = $3 AND answer IS NULL',
);

const FORGET = statement(
  'idempotency-keys-forget',
  `DELETE FROM idempotency_keys WHERE created_at < now() - $1::float8 * interval '1 millisecond'`,
);

/** Of any number of claims at once, one gets `CLAIMED`. */
export const claimIdempotencyKey = (pool: PostgresPool, claim: IdempotencyClaim): Promise<ClaimAnswer> =>
  pool.session(async (run): Promise<ClaimAnswer> => {
    const { vendor, key, payloadDigest, leadIds, leaseMs } = claim;
    const [claimed, [row]] = await Promise.all([
      run(CLAIM, [vendor, key, payloadDigest, textArray(leadIds), leaseMs]),
      run<{ payload_digest: string; lead_ids: readonly LeadId[]; answer: Buffer | null }>(READ, [vendor, key]),
    ]);
    if (claimed.length > 0) return { kind: 'CLAIMED' };
    // Abandoned between the two statements: as good as in flight, the vendor tries again.
    if (row === undefined) return { kind: 'IN_FLIGHT', leadIds };
    if (row.payload_digest !== payloadDigest) return { kind: 'CONFLICT' };
    return row.answer === null ? { kind: 'IN_FLIGHT', leadIds: row.lead_ids } : { kind: 'DONE', answer: row.answer };
  });

/**
 * Keeps the answer and returns the one to give: the first that was kept, should the lease have run out and somebody else have been
 * quicker. Idempotent.
 */
export const completeIdempotencyKey = async (pool: PostgresPool, claimed: ClaimedKey, answer: Buffer): Promise<Buffer> => {
  const [row] = await pool.run<{ answer: Buffer }>(COMPLETE, [claimed.vendor, claimed.key, claimed.payloadDigest, answer]);
  return row?.answer ?? answer;
};

/** The work failed in a way that a retry may mend: lets the retry in at once. */
export const abandonIdempotencyKey = async (pool: PostgresPool, claimed: ClaimedKey): Promise<void> => {
  await pool.run(ABANDON, [claimed.vendor, claimed.key, claimed.payloadDigest]);
};

/** Keys older than that; a vendor that comes back with one makes the same lead again, which the router knows. */
export const forgetIdempotencyKeys = async (pool: PostgresPool, olderThanMs: number): Promise<void> => {
  await pool.run(FORGET, [olderThanMs]);
};
