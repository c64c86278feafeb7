/** One sample lead as its vendor would send it: about forty fields, in the shape of LeadIntake. */
import type { Fulfilment, LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import { makeEnquiry } from './make-enquiry.ts';
import type { Contact } from './make-person.ts';
import { pickWeighted, type SeededRandom, type Weighted } from './seeded-random.ts';
import type { SampleVendor } from './vendors.ts';

const DAY_MS = 86_400_000;

const CALLBACKS: Weighted<string> = [
  ['any time', 970],
  ['weekend', 20],
  ['now', 10],
];

const LANGUAGES: Weighted<string | null> = [
  ['en-US', 80],
  ['es-US', 8],
  ['en', 7],
  [null, 5],
];

const EMAIL_CONSENT: Weighted<boolean | null> = [
  [true, 62],
  [false, 20],
  [null, 18],
];

const PHONE_CONSENT: Weighted<boolean | null> = [
  [true, 55],
  [null, 33],
  [false, 12],
];

export interface LeadSource {
  readonly vendor: SampleVendor;
  readonly reference: string;
  readonly contact: Contact;
  /** When the person made contact, milliseconds since the epoch. */
  readonly createdAt: number;
}

export function makeLead(source: LeadSource, random: SeededRandom): LeadIntake {
  const { vendor, contact, createdAt } = source;
  const channel = pickWeighted(random, vendor.channels);
  const { campaign, initiative } = random.pick(vendor.campaigns);
  const { qualification, comments, notes } = makeEnquiry({ isByPhone: channel === 'phone' }, random);
  return {
    vendorReference: source.reference,
    channel,
    campaign,
    initiative,
    language: pickWeighted(random, LANGUAGES),
    createdAt,
    company: contact.employer.company,
    location: contact.location,
    qualification,
    fulfilments: makeFulfilments(source, random),
    consent: {
      email: pickWeighted(random, EMAIL_CONSENT),
      phone: pickWeighted(random, PHONE_CONSENT),
      proof: vendor.proof,
      givenAt: createdAt,
    },
    attributes: makeAttributes(vendor, random),
    person: { ...contact.person, comments, notes },
  };
}

function makeFulfilments({ vendor, createdAt }: LeadSource, random: SeededRandom): readonly Fulfilment[] {
  return Array.from({ length: random.below(3) }, (_, index) => ({
    item: random.pick(vendor.fulfilments),
    receivedAt: createdAt - (index + 1) * DAY_MS - random.below(DAY_MS),
  }));
}

function makeAttributes(vendor: SampleVendor, random: SeededRandom): Readonly<Record<string, string>> {
  return {
    callback: pickWeighted(random, CALLBACKS),
    formVersion: `7.${random.below(12)}`,
    currentProvider: random.pick(['none', 'in house', 'national carrier', 'local carrier', 'cloud']),
    sites: String(1 + random.below(40)),
    seats: String(5 * (1 + random.below(200))),
    ...(vendor.door === 'kafka'
      ? { booth: `${random.pick(['A', 'B', 'C'])}${100 + random.below(300)}` }
      : { utmMedium: random.pick(['cpc', 'email', 'social', 'organic']) }),
  };
}
