/**
 * Keys of the table of identities. A person's identity is a keyed hash of 128 bits, and is its own key; what is kept under a name has
 * a hash of the name as key, and the name beside it.
 */
import { hash } from 'node:crypto';

const KEYED_HASH = /^[0-9a-f]{32}$/;
const KEY_DIGITS = 32;

/** As Postgres takes a UUID. Migration 0017 computes the same. */
export const identityKey = (identity: string): string =>
  KEYED_HASH.test(identity) ? identity : hash('sha256', identity).slice(0, KEY_DIGITS);

/** Null: the key says it all. */
export const identityName = (identity: string): string | null => (KEYED_HASH.test(identity) ? null : identity);

/** Back from the row. Postgres writes a UUID with dashes. */
export const identityFrom = (row: { readonly identity: string; readonly name: string | null }): string =>
  row.name ?? row.identity.replaceAll('-', '');
