/** A vendor's daily cap, counted once a request, in the vendor's zone and by the clock of Postgres. */
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

export interface QuotaGrant {
  /** How many of those asked for may be accepted: the first ones. */
  readonly granted: number;
  /** Accepted on that day, these included. */
  readonly acceptedToday: number;
  /** null: no cap. */
  readonly remaining: number | null;
  /** yyyy-mm-dd in the vendor's zone: to give back what was not used after all. */
  readonly day: string;
  /** When the next day begins there. */
  readonly reopensAt: number;
}

interface QuotaRow {
  readonly accepted: number;
  readonly last_granted: number;
  readonly daily_cap: number | null;
  readonly day: string;
  readonly reopens_at: number;
}

/**
 * Requests of one vendor take turns at its row, so nobody is over the cap. A cap that is lowered below what was accepted grants
 * nothing. `clock` is evaluated once, so day and reopening belong together.
 */
const GRANT = statement(
  'vendor-daily-counts-grant',
  `WITH today AS MATERIALIZED (
     SELECT vendor, daily_cap, (now() AT TIME ZONE zone)::date AS day,
            (((now() AT TIME ZONE zone)::date + 1)::timestamp AT TIME ZONE zone) AS reopens_at
       FROM vendors WHERE vendor = $1),
   counted AS (
     INSERT INTO vendor_daily_counts AS c (vendor, day, accepted, last_granted)
     SELECT vendor, day, least($2::integer, coalesce(daily_cap, $2::integer)), least($2::integer, coalesce(daily_cap, $2::integer)) FROM today
     ON CONFLICT (vendor, day) DO UPDATE SET
       accepted = c.accepted + greatest(0, least($2::integer, coalesce((SELECT daily_cap FROM today) - c.accepted, $2::integer))),
       last_granted = greatest(0, least($2::integer, coalesce((SELECT daily_cap FROM today) - c.accepted, $2::integer)))
     RETURNING accepted, last_granted)
   SELECT counted.accepted, counted.last_granted, today.daily_cap, today.day, today.reopens_at FROM counted CROSS JOIN today`,
);

const GIVE_BACK = statement(
  'vendor-daily-counts-give-back',
  'UPDATE vendor_daily_counts SET accepted = greatest(0, accepted - $3::integer) WHERE vendor = $1 AND day = $2::date',
);

/** Counts up to `count` leads as accepted. `count` 0 only reads. Errors: one for a vendor that does not exist. */
export const grantQuota = async (pool: PostgresPool, vendor: string, count: number): Promise<QuotaGrant> => {
  const [row] = await pool.run<QuotaRow>(GRANT, [vendor, count]);
  if (row === undefined) throw new Error(`there is no vendor ${vendor}`);
  return {
    granted: row.last_granted,
    acceptedToday: row.accepted,
    remaining: row.daily_cap === null ? null : Math.max(0, row.daily_cap - row.accepted),
    day: row.day,
    reopensAt: row.reopens_at,
  };
};

/** What was granted on that day and not accepted after all: refused for another reason, or Kafka did not take it. */
export const giveQuotaBack = async (
  pool: PostgresPool,
  unused: { readonly vendor: string; readonly day: string; readonly count: number },
): Promise<void> => {
  if (unused.count === 0) return;
  await pool.run(GIVE_BACK, [unused.vendor, unused.day, unused.count]);
};
