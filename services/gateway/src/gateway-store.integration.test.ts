/** The same on Postgres. */
import { putPresence } from '@lead-router/store/presence-store.ts';
import { statement } from '@lead-router/store/statement.ts';
import { putApiKey, putVendor } from '@lead-router/store/vendor-store.ts';
import { openTestPool } from '@lead-router/testkit/test-postgres.ts';
import { gatewayStoreContract } from './gateway-store.contract.test-support.ts';
import { createPostgresGatewayStore } from './gateway-store.ts';

const APPLY = statement('gateway-store-test-apply', 'INSERT INTO applied_events (event_id) VALUES ($1)');
const NO_TIMER = '00000000-0000-4000-8000-000000000000';

gatewayStoreContract('on Postgres', async () => {
  const { pool, close } = await openTestPool();
  return {
    store: createPostgresGatewayStore(pool),
    putVendor: async (vendor, apiKey) => {
      await putVendor(pool, vendor);
      await putApiKey(pool, { vendor: vendor.vendor, apiKey, label: 'test', scopes: vendor.scopes, expiresAt: null });
    },
    putApplied: async (eventId) => {
      await pool.run(APPLY, [eventId]);
    },
    putAway: (agentId, awayUntil) =>
      putPresence(pool, { agentId, isAway: true, awayUntil, reason: null, changedBy: 'test' }, () => NO_TIMER),
    close,
  };
});
