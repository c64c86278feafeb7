/** Vendors and their API keys. A key is kept as its hash only: nobody can read it back, and a copy of the table opens no door. */
import { hash } from 'node:crypto';
import { textArray } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

export interface Vendor {
  readonly vendor: string;
  readonly name: string;
  /** IANA zone of its daily cap. */
  readonly zone: string;
  /** Most leads accepted a calendar day; null for no cap. */
  readonly dailyCap: number | null;
  /** False refuses everything from it. */
  readonly isActive: boolean;
}

export interface AuthenticatedVendor extends Vendor {
  readonly scopes: readonly string[];
}

export interface NewApiKey {
  readonly vendor: string;
  /** The key itself, at least 32 random characters: its hash is not slowed down on purpose. */
  readonly apiKey: string;
  /** For people, to tell the vendor's keys apart. */
  readonly label: string;
  readonly scopes: readonly string[];
  /** null: until revoked. */
  readonly expiresAt: number | null;
}

interface VendorRow {
  readonly vendor: string;
  readonly name: string;
  readonly zone: string;
  readonly daily_cap: number | null;
  readonly is_active: boolean;
}

const PUT_VENDOR = statement(
  'vendors-upsert',
  `INSERT INTO vendors (vendor, name, zone, daily_cap, is_active) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (vendor) DO UPDATE SET
     name = excluded.name, zone = excluded.zone, daily_cap = excluded.daily_cap, is_active = excluded.is_active`,
);

const LIST_VENDORS = statement('vendors-list', 'SELECT vendor, name, zone, daily_cap, is_active FROM vendors ORDER BY vendor');

const PUT_API_KEY = statement(
  'api-keys-upsert',
  `INSERT INTO api_keys (key_hash, vendor, label, scopes, expires_at) VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000))
   ON CONFLICT (key_hash) DO UPDATE SET
     label = excluded.label, scopes = excluded.scopes, expires_at = excluded.expires_at
   WHERE api_keys.vendor = excluded.vendor`,
);

const REVOKE_API_KEY = statement('api-keys-revoke', 'UPDATE api_keys SET revoked_at = now() WHERE key_hash = $1 AND revoked_at IS NULL');

const AUTHENTICATE = statement(
  'api-keys-authenticate',
  `SELECT v.vendor, v.name, v.zone, v.daily_cap, v.is_active, k.scopes
     FROM api_keys k JOIN vendors v ON v.vendor = k.vendor
    WHERE k.key_hash = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())`,
);

/** Makes or changes it. Idempotent. */
export const putVendor = async (pool: PostgresPool, vendor: Vendor): Promise<void> => {
  await pool.run(PUT_VENDOR, [vendor.vendor, vendor.name, vendor.zone, vendor.dailyCap, vendor.isActive]);
};

export const listVendors = async (pool: PostgresPool): Promise<readonly Vendor[]> => {
  const rows = await pool.run<VendorRow>(LIST_VENDORS);
  return rows.map(vendorOf);
};

/** Idempotent; a revoked key stays revoked. StoreFault `refused-value`: there is no such vendor. */
export const putApiKey = async (pool: PostgresPool, key: NewApiKey): Promise<void> => {
  await pool.run(PUT_API_KEY, [hashOf(key.apiKey), key.vendor, key.label, textArray(key.scopes), key.expiresAt]);
};

export const revokeApiKey = async (pool: PostgresPool, apiKey: string): Promise<void> => {
  await pool.run(REVOKE_API_KEY, [hashOf(apiKey)]);
};

/** null for a key that is unknown, expired or revoked; a vendor that is not active comes back and says so. */
export const authenticateVendor = async (pool: PostgresPool, apiKey: string): Promise<AuthenticatedVendor | null> => {
  const [row] = await pool.run<VendorRow & { scopes: readonly string[] }>(AUTHENTICATE, [hashOf(apiKey)]);
  return row === undefined ? null : { ...vendorOf(row), scopes: row.scopes };
};

const hashOf = (apiKey: string): Buffer => hash('sha256', apiKey, 'buffer');

const vendorOf = (row: VendorRow): Vendor => ({
  vendor: row.vendor,
  name: row.name,
  zone: row.zone,
  dailyCap: row.daily_cap,
  isActive: row.is_active,
});
