/**
 * Where a webhook may be sent: every address that its host has must be a public one, or lie in a network that a setting allows. Who
 * writes an address into a rule set must not reach what only this machine can reach: databases, metadata of clouds, the services' own ports.
 */
import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import ipaddr from 'ipaddr.js';

export type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

export type AddressCheck =
  /** Connect to one of these and to nothing else: asked again, the name might lead elsewhere. */
  | { readonly kind: 'ALLOWED'; readonly addresses: readonly LookupAddress[] }
  | { readonly kind: 'REFUSED' }
  | { readonly kind: 'UNRESOLVED' };

export interface AddressGuard {
  /** Networks that may be reached although they are not public. */
  readonly allowed: readonly Network[];
  /** All addresses of a host name; the system's resolver unless a test gives another. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>;
}

/** Global unicast is all that the internet routes; what is not assigned yet, embeds an IPv4 address or is local lies outside. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** `10.0.0.0/8`, `::1/128` or a bare address; null for anything else. */
export function parseNetwork(text: string): Network | null {
  const [bare = ''] = text.split('/');
  if (!bare.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(bare)) return null;
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

/** Never rejects. `host` as `URL.hostname` has it, so odd ways to write an IPv4 address have been made plain. */
export async function checkHost(host: string, guard: AddressGuard): Promise<AddressCheck> {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  const addresses = await addressesOf(bare, guard.resolve ?? resolveAll);
  if (addresses.length === 0) return { kind: 'UNRESOLVED' };
  return addresses.every(({ address }) => isAllowed(address, guard.allowed)) ? { kind: 'ALLOWED', addresses } : { kind: 'REFUSED' };
}

async function addressesOf(host: string, resolve: NonNullable<AddressGuard['resolve']>): Promise<readonly LookupAddress[]> {
  if (ipaddr.isValid(host)) return [{ address: host, family: ipaddr.parse(host).kind() === 'ipv4' ? 4 : 6 }];
  return resolve(host).catch(() => []);
}

const resolveAll = (host: string): Promise<readonly LookupAddress[]> => lookup(host, { all: true });

function isAllowed(text: string, allowed: readonly Network[]): boolean {
  if (!ipaddr.isValid(text)) return false;
  // An IPv4 address dressed up as IPv6 is judged as what it is.
  const address = ipaddr.process(text);
  const isListed = allowed.some(([network, bits]) => address.kind() === network.kind() && address.match(network, bits));
  return isListed || isPublic(address);
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() !== 'unicast') return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_IPV6[0], GLOBAL_IPV6[1]);
}
