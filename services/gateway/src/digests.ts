/** Keyed digests of what vendors send: equal for the same content, and nothing to anybody who reads the table without the key. */
import { createHmac, hash } from 'node:crypto';
import type { Submission } from '@lead-router/contracts/parse-submission.ts';
import { createIdentityHasher } from '@lead-router/service-kit/identity-hasher.ts';

export interface Digests {
  /** A vendor's reference may be a mail address. */
  ofReference(submission: Submission): string;
  /** Of all that the lead says, the same through every door. */
  ofContent(submission: Submission): string;
  /** Of a request as it was sent, byte by byte. */
  ofPayload(contentType: string, body: Buffer): string;
}

export function createDigests(key: string): Digests {
  const keyed = createIdentityHasher(key);
  return {
    ofReference: ({ lead }) => keyed(`reference\0${lead.vendor}\0${lead.vendorReference}`),
    ofContent: ({ lead, person }) => keyed(`content\0${JSON.stringify([{ ...lead, attributes: sortedEntries(lead.attributes) }, person])}`),
    ofPayload: (contentType, body) => createHmac('sha256', key).update(`payload\0${contentType}\0`).update(body).digest('hex'),
  };
}

/** For caches: the key itself need not stay in memory. */
export function apiKeyDigest(apiKey: string): string {
  return hash('sha256', apiKey);
}

/** A parsed lead has its fields in one order; only its attributes are in the vendor's. */
function sortedEntries(attributes: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
}
