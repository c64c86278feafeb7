/** The double keeps what the real store keeps. */
import { gatewayStoreContract } from './gateway-store.contract.test-support.ts';
import { createMemoryGatewayStore } from './memory-gateway-store.test-support.ts';

gatewayStoreContract('in memory', async () => {
  const store = createMemoryGatewayStore();
  return {
    store,
    putVendor: async (vendor, apiKey) => store.putVendor(vendor, apiKey),
    putApplied: async (eventId) => store.putApplied(eventId),
    putAway: async (agentId, until) => store.putAway(agentId, until),
    close: async () => undefined,
  };
});
