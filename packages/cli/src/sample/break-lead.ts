/** Breaks a lead in the ways vendors do: none of these is a lead at any door. */
import type { LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import { leadText } from './lead-text.ts';
import { pickWeighted, type SeededRandom, type Weighted } from './seeded-random.ts';

type BrokenRecord = { readonly kind: 'intake'; readonly intake: LeadIntake } | { readonly kind: 'bytes'; readonly bytes: Uint8Array };

/** One line of JSON, broken. */
const BROKEN_LINES: Weighted<(lead: LeadIntake, random: SeededRandom) => string> = [
  // The reference is missing: it stands under another name.
  [({ vendorReference, ...rest }) => leadText({ refId: vendorReference, ...rest }), 30],
  [(lead, random) => leadText({ ...lead, vendorReference: random.below(1_000_000) }), 15],
  [(lead) => leadText({ ...lead, company: lead.company.name ?? 'unknown' }), 15],
  [(lead) => leadText({ ...lead, qualification: { ...lead.qualification, budget: '25k', timeFrame: 'ASAP' } }), 15],
  [(lead, random) => leadText(lead).slice(0, 40 + random.below(200)), 20],
  [(lead) => `${lead.vendorReference};${lead.person?.lastName ?? ''};${lead.company.name ?? ''}`, 5],
];

/** The value of a record in an intake topic, broken. */
const BROKEN_RECORDS: Weighted<(lead: LeadIntake, random: SeededRandom) => BrokenRecord> = [
  [(lead) => ({ kind: 'intake', intake: { ...lead, vendorReference: ' ' } }), 25],
  // A producer without a serializer.
  [(lead) => ({ kind: 'bytes', bytes: Buffer.from(leadText(lead), 'utf8') }), 35],
  // The magic byte and a schema id that no registry gives out, then anything.
  [(_lead, random) => ({ kind: 'bytes', bytes: Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, ...noise(24, random)]) }), 20],
  [(_lead, random) => ({ kind: 'bytes', bytes: Buffer.from(noise(3, random)) }), 20],
];

export function breakLine(lead: LeadIntake, random: SeededRandom): string {
  return pickWeighted(random, BROKEN_LINES)(lead, random);
}

export function breakRecord(lead: LeadIntake, random: SeededRandom): BrokenRecord {
  return pickWeighted(random, BROKEN_RECORDS)(lead, random);
}

function noise(length: number, random: SeededRandom): readonly number[] {
  return Array.from({ length }, () => 1 + random.below(255));
}
