/** The vendors of a local installation: those of the sample, the bank whose contacts are imported, and one for whoever wants to try a lead by hand. */

import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { putApiKey, putVendor } from '@lead-router/store/vendor-store.ts';
import { sampleVendors } from '../sample/vendors.ts';
import type { LocalSecrets } from './local-secrets.ts';

export const DEMO_VENDOR = 'demo';

/** Its leads come from a file: deploy/imports. */
export const FILE_VENDOR = 'bank-contacts';

export const LOCAL_VENDORS: readonly string[] = [...sampleVendors.map(({ name }) => name), FILE_VENDOR, DEMO_VENDOR];

/** Vendors that publish on Kafka, each with its intake topic; the demo vendor has both doors. */
export const KAFKA_VENDORS: readonly string[] = [
  ...sampleVendors.filter(({ door }) => door === 'kafka').map(({ name }) => name),
  FILE_VENDOR,
  DEMO_VENDOR,
];

/** Systems that report activities on Kafka, each with its intake topic. */
export const LOCAL_SYSTEMS: readonly string[] = ['crm'];

const SCOPES = ['leads:write', 'leads:read', 'activities:write'];

/** Idempotent. */
export async function prepareVendors(pool: PostgresPool, secrets: LocalSecrets): Promise<void> {
  for (const vendor of LOCAL_VENDORS) {
    await putVendor(pool, { vendor, name: vendor, zone: 'America/New_York', dailyCap: null, isActive: true });
    const apiKey = secrets.apiKeys[vendor];
    if (apiKey !== undefined) await putApiKey(pool, { vendor, apiKey, label: 'local', scopes: SCOPES, expiresAt: null });
  }
}
