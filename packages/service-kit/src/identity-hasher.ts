/** Identities under a keyed hash: equal for the same person, and nothing to anybody without the key. */
import { createHmac } from 'node:crypto';
import type { IdentityHasher } from '@lead-router/domain/rule-set.ts';

/** 128 bits: enough never to meet by chance, half the bytes in every index. */
const HEX_DIGITS = 32;

/** Every instance of every service needs the same key; another key makes known people strangers. */
export const createIdentityHasher =
  (key: string): IdentityHasher =>
  (normalised) =>
    createHmac('sha256', key).update(normalised).digest('hex').slice(0, HEX_DIGITS);
