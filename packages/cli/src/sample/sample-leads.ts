/**
 * The sample: B2B leads of three vendors, the same from the same seed on every machine, with repeats and broken ones among them.
 * Each lead is made from the seed and its place alone, so repeats can be made again and any part of the stream can be had by itself.
 */
import type { LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import { breakLine, breakRecord } from './break-lead.ts';
import { leadText } from './lead-text.ts';
import { makeLead } from './make-lead.ts';
import { type Contact, makeContact } from './make-person.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';
import { pickVendor, type SampleVendor } from './vendors.ts';

/**
 * What must become of it. `accepted`: a new lead. `repeat`: the vendor's retry, the same lead id again and nothing new.
 * `linked`: a person seen before under another reference. `refused`: no lead; through Kafka that is a dead letter.
 */
export type Expectation = 'accepted' | 'repeat' | 'linked' | 'refused';

interface SampleBase {
  /** Place in the sample, from 0. */
  readonly index: number;
  readonly vendor: string;
  readonly expectation: Expectation;
  /** Place of the lead that this one repeats or whose person it is; null otherwise. */
  readonly repeats: number | null;
}

/** By HTTP one line of JSON (`text`); by Kafka a record to encode, or the bytes of one that is none. */
export type SampleLead = SampleBase &
  (
    | { readonly door: 'http'; readonly text: string }
    | { readonly door: 'kafka'; readonly kind: 'intake'; readonly intake: LeadIntake }
    | { readonly door: 'kafka'; readonly kind: 'bytes'; readonly bytes: Uint8Array }
  );

export interface SampleOptions {
  readonly count: number;
  /** Place of the first one. Default 0. */
  readonly from?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Creation time of place 0, milliseconds since the epoch; later ones follow at twenty a second. Default 2 March 2026, 14:00 UTC. */
  readonly startAt?: number;
  /** Share of repeats, half of them retries, half the same person again. Default 0.05. */
  readonly repeats?: number;
  /** Share of broken ones. Default 0.01. */
  readonly malformed?: number;
}

type Settings = Required<Omit<SampleOptions, 'count' | 'from'>>;
type Kind = 'fresh' | 'retry' | 'same-person' | 'malformed';

/** The sample of `npm start`. */
export const SAMPLE_COUNT = 20_000;

const DEFAULTS: Settings = { seed: 1, startAt: Date.UTC(2026, 2, 2, 14), repeats: 0.05, malformed: 0.01 };
const INTERVAL_MS = 50;
/** A retry comes soon, a person's next enquiry later; both in places. */
const RETRY_WITHIN = 300;
const RETURN_WITHIN = 4_000;
/** Purposes of chance: each has its own stream, so that a change to one leaves the others as they are. */
const STREAM = { kind: 1, repeat: 2, vendor: 3, contact: 4, lead: 5, breakage: 6 } as const;

/** Lazy; about 50,000 a second on one core. */
export function* sampleLeads(options: SampleOptions): Generator<SampleLead, void, undefined> {
  const { count, from = 0, ...given } = options;
  const settings: Settings = { ...DEFAULTS, ...given };
  for (let index = from; index < from + count; index++) yield sampleLeadAt(settings, index);
}

function sampleLeadAt(settings: Settings, index: number): SampleLead {
  const kind = kindAt(settings, index);
  switch (kind) {
    case 'fresh':
      return sent(freshAt(settings, index), { index, expectation: 'accepted', repeats: null });
    case 'malformed':
      return broken(freshAt(settings, index), { index, random: streamAt(settings, index, STREAM.breakage) });
    case 'retry': {
      const original = originalOf(settings, index, { within: RETRY_WITHIN, reachable: false });
      return sent(freshAt(settings, original), { index, expectation: 'repeat', repeats: original });
    }
    case 'same-person': {
      const original = originalOf(settings, index, { within: RETURN_WITHIN, reachable: true });
      return sent(freshAt(settings, index, contactAt(settings, original)), { index, expectation: 'linked', repeats: original });
    }
  }
}

function kindAt(settings: Settings, index: number): Kind {
  const drawn = streamAt(settings, index, STREAM.kind).next();
  if (drawn < settings.malformed) return 'malformed';
  if (drawn >= settings.malformed + settings.repeats || index < RETRY_WITHIN) return 'fresh';
  return drawn < settings.malformed + settings.repeats / 2 ? 'retry' : 'same-person';
}

/** The nearest fresh lead at or before a place drawn by chance. Place 0 and its neighbours are fresh or malformed, so there is one. */
function originalOf(settings: Settings, index: number, wanted: { readonly within: number; readonly reachable: boolean }): number {
  const back = 1 + streamAt(settings, index, STREAM.repeat).below(Math.min(wanted.within, index - 1));
  for (let place = index - back; place >= 0; place--) {
    if (kindAt(settings, place) !== 'fresh') continue;
    if (!wanted.reachable || contactAt(settings, place).isReachable) return place;
  }
  throw new RangeError(`no lead before place ${index} to repeat`);
}

interface Fresh {
  readonly vendor: SampleVendor;
  readonly intake: LeadIntake;
}

function freshAt(settings: Settings, index: number, contact: Contact = contactAt(settings, index)): Fresh {
  const vendor = pickVendor(streamAt(settings, index, STREAM.vendor));
  const reference = `${vendor.referencePrefix}-${String(settings.seed)}-${String(index).padStart(7, '0')}`;
  const createdAt = settings.startAt + index * INTERVAL_MS;
  return { vendor, intake: makeLead({ vendor, reference, contact, createdAt }, streamAt(settings, index, STREAM.lead)) };
}

function sent({ vendor, intake }: Fresh, about: Pick<SampleBase, 'index' | 'expectation' | 'repeats'>): SampleLead {
  if (vendor.door === 'kafka') return { ...about, vendor: vendor.name, door: 'kafka', kind: 'intake', intake };
  return { ...about, vendor: vendor.name, door: 'http', text: leadText(intake) };
}

function broken({ vendor, intake }: Fresh, { index, random }: { readonly index: number; readonly random: SeededRandom }): SampleLead {
  const about = { index, vendor: vendor.name, expectation: 'refused', repeats: null } as const;
  if (vendor.door === 'kafka') return { ...about, door: 'kafka', ...breakRecord(intake, random) };
  return { ...about, door: 'http', text: breakLine(intake, random) };
}

function contactAt(settings: Settings, index: number): Contact {
  return makeContact(index, streamAt(settings, index, STREAM.contact));
}

function streamAt(settings: Settings, index: number, stream: number): SeededRandom {
  return seededRandom(settings.seed, stream, index);
}
