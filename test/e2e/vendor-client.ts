/** A vendor's own view of the gateway: what it sends, and the answer as it came, whatever it was. */
import type { System } from '@lead-router/cli/up/system.ts';
import { putApiKey, putVendor } from '@lead-router/store/vendor-store.ts';

export interface GatewayAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** As it came, to compare byte for byte. */
  readonly text: string;
  readonly json: unknown;
}

export interface VendorClient {
  readonly vendor: string;
  readonly apiKey: string;
  /** Text goes as NDJSON, anything else as JSON. */
  submit(body: unknown, headers?: Readonly<Record<string, string>>): Promise<GatewayAnswer>;
  /** Where a lead of its own stands. */
  status(leadId: string): Promise<GatewayAnswer>;
}

/** Known to the gateway from now on. */
export async function openVendor(
  system: System,
  {
    vendor,
    zone = 'America/New_York',
    dailyCap = null,
  }: { readonly vendor: string; readonly zone?: string; readonly dailyCap?: number | null },
): Promise<VendorClient> {
  const apiKey = `key-of-${vendor}`;
  await putVendor(system.pool, { vendor, name: vendor, zone, dailyCap, isActive: true });
  await putApiKey(system.pool, { vendor, apiKey, label: 'test', scopes: ['leads:write'], expiresAt: null });
  const call = async (path: string, init: RequestInit): Promise<GatewayAnswer> => {
    const response = await fetch(`${system.gatewayUrl()}${path}`, init);
    const text = await response.text();
    return { status: response.status, retryAfter: response.headers.get('retry-after'), text, json: JSON.parse(text) };
  };
  const authorization = `Bearer ${apiKey}`;
  return {
    vendor,
    apiKey,
    submit: (body, headers = {}) =>
      call('/v1/leads', {
        method: 'POST',
        headers: { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json', authorization, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    status: (leadId) => call(`/v1/leads/${leadId}`, { headers: { authorization } }),
  };
}
