/** The same on Postgres. */
import { putApiKey, putVendor } from '@lead-router/store/vendor-store.ts';
import { openTestPool } from '@lead-router/testkit/test-postgres.ts';
import { gatewayStoreContract } from './gateway-store.contract.test-support.ts';
import { createPostgresGatewayStore } from './gateway-store.ts';

gatewayStoreContract('on Postgres', async () => {
  const { pool, close } = await openTestPool();
  return {
    store: createPostgresGatewayStore(pool),
    putVendor: async (vendor, apiKey) => {
      await putVendor(pool, vendor);
      await putApiKey(pool, { vendor: vendor.vendor, apiKey, label: 'test', scopes: vendor.scopes, expiresAt: null });
    },
    close,
  };
});
