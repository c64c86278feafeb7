/** Who sends a request: API keys looked up once in a few seconds, in a cache of bounded size. */
import type { AuthenticatedVendor } from '@lead-router/store/vendor-store.ts';
import { apiKeyDigest } from './digests.ts';
import { GatewayError } from './gateway-error.ts';
import type { GatewayStore } from './gateway-store.ts';

export interface AuthenticatorOptions {
  readonly store: Pick<GatewayStore, 'authenticate'>;
  readonly now: () => number;
  /** So long a revoked key may still open the door. */
  readonly ttlMs: number;
  readonly maxKeys: number;
}

export interface Authenticator {
  /** Errors: GatewayError API_KEY_UNKNOWN, VENDOR_INACTIVE; StoreFault. */
  authenticate(apiKey: string): Promise<AuthenticatedVendor>;
  /** Whose key it was found to be lately; null when that is not known. */
  peek(apiKey: string): string | null;
}

interface Lookup {
  readonly until: number;
  readonly vendor: Promise<AuthenticatedVendor | null>;
  found: string | null;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const lookups = new Map<string, Lookup>();

  const lookUp = (apiKey: string, digest: string): Lookup => {
    const vendor = options.store.authenticate(apiKey);
    const lookup: Lookup = { until: options.now() + options.ttlMs, vendor, found: null };
    vendor.then(
      (found) => {
        lookup.found = found?.vendor ?? null;
      },
      // Postgres did not answer: the next request asks again.
      () => lookups.delete(digest),
    );
    // The oldest goes first; one that is still in use is simply looked up again.
    const oldest = lookups.size >= options.maxKeys ? lookups.keys().next().value : undefined;
    if (oldest !== undefined) lookups.delete(oldest);
    lookups.delete(digest);
    lookups.set(digest, lookup);
    return lookup;
  };

  return {
    authenticate: async (apiKey) => {
      const digest = apiKeyDigest(apiKey);
      const cached = lookups.get(digest);
      const lookup = cached !== undefined && cached.until > options.now() ? cached : lookUp(apiKey, digest);
      const vendor = await lookup.vendor;
      if (vendor === null) {
        throw new GatewayError('LR_GATEWAY_API_KEY_UNKNOWN', 'this API key opens nothing: it is unknown, has run out or was revoked');
      }
      if (!vendor.isActive)
        throw new GatewayError('LR_GATEWAY_VENDOR_INACTIVE', 'this vendor is switched off: ask whoever runs the router');
      return vendor;
    },
    peek: (apiKey) => lookups.get(apiKeyDigest(apiKey))?.found ?? null,
  };
}

const BEARER = /^bearer +(\S+)$/i;

/** `Authorization: Bearer KEY`, else `x-api-key: KEY`; null when there is neither. */
export function apiKeyOf(headers: Readonly<Record<string, string | readonly string[] | undefined>>): string | null {
  const { authorization, 'x-api-key': plain } = headers;
  const bearer = typeof authorization === 'string' ? BEARER.exec(authorization)?.[1] : undefined;
  if (bearer !== undefined) return bearer;
  return typeof plain === 'string' && plain !== '' ? plain : null;
}

/** A GatewayError unless the key has one of the scopes. */
export function requireScope(vendor: AuthenticatedVendor, scopes: readonly Scope[]): void {
  if (scopes.some((scope) => vendor.scopes.includes(scope))) return;
  throw new GatewayError('LR_GATEWAY_SCOPE_MISSING', `this needs an API key with the scope ${scopes.join(' or ')}`);
}

export type Scope = 'leads:write' | 'leads:read' | 'activities:write';
