/** The three vendors of the sample, each with its door, its habits and its campaigns. */
import { pickWeighted, type SeededRandom, type Weighted } from './seeded-random.ts';

export type Door = 'http' | 'kafka';

export interface SampleVendor {
  readonly name: string;
  readonly door: Door;
  /** References look like this one's own: `am-00004711`. */
  readonly referencePrefix: string;
  readonly channels: Weighted<string>;
  readonly campaigns: readonly { readonly campaign: string; readonly initiative: string }[];
  readonly fulfilments: readonly string[];
  /** How consent is proved: a form's address and version, a recording, a card. */
  readonly proof: string;
}

export const acmeMedia: SampleVendor = {
  name: 'acme-media',
  door: 'http',
  referencePrefix: 'am',
  channels: [
    ['web', 90],
    ['chat', 10],
  ],
  campaigns: [
    { campaign: 'spring-voice-upgrade', initiative: 'Cloud voice' },
    { campaign: 'search-sd-wan', initiative: 'Connected branches' },
    { campaign: 'whitepaper-zero-trust', initiative: 'Secure network' },
  ],
  fulfilments: ['whitepaper: moving to cloud voice', 'webinar recording', 'product brochure'],
  proof: 'https://forms.acme-media.example/contact v7',
};

export const leadwave: SampleVendor = {
  name: 'leadwave',
  door: 'http',
  referencePrefix: 'LW',
  channels: [
    ['phone', 70],
    ['web', 20],
    ['partner', 10],
  ],
  campaigns: [
    { campaign: 'outbound-midmarket', initiative: 'Cloud voice' },
    { campaign: 'contract-renewals', initiative: 'Win back' },
  ],
  fulfilments: ['price list by mail', 'call with a specialist'],
  proof: 'call recording of the qualification',
};

export const tradeshowDirect: SampleVendor = {
  name: 'tradeshow-direct',
  door: 'kafka',
  referencePrefix: 'TS-2026',
  channels: [['event', 1]],
  campaigns: [
    { campaign: 'enterprise-connect', initiative: 'Events' },
    { campaign: 'telecom-expo-west', initiative: 'Events' },
    { campaign: 'public-sector-day', initiative: 'Events' },
  ],
  fulfilments: ['booth demonstration', 'sample phone', 'printed catalogue'],
  proof: 'signed card at the booth',
};

const BY_SHARE: Weighted<SampleVendor> = [
  [acmeMedia, 45],
  [leadwave, 30],
  [tradeshowDirect, 25],
];

export const sampleVendors: readonly SampleVendor[] = BY_SHARE.map(([vendor]) => vendor);

export const pickVendor = (random: SeededRandom): SampleVendor => pickWeighted(random, BY_SHARE);
