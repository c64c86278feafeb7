/** What a sample lead asks for: qualifying answers, product interest, comments and phone notes, in shares that reach every department. */
import type { Authority, Qualification, TimeFrame } from '@lead-router/contracts/generated/wire-types.ts';
import { pickWeighted, type SeededRandom, type Weighted } from './seeded-random.ts';

export interface Enquiry {
  readonly qualification: Qualification;
  readonly comments: string | null;
  readonly notes: string | null;
}

const TIME_FRAMES: Weighted<TimeFrame> = [
  ['WITHIN_3_MONTHS', 24],
  ['MONTHS_4_TO_6', 20],
  ['MONTHS_7_TO_12', 19],
  ['LATER', 17],
  ['UNKNOWN', 12],
  ['NONE', 8],
];

const AUTHORITIES: Weighted<Authority> = [
  ['DECIDES', 30],
  ['RECOMMENDS', 30],
  ['RESEARCHES', 18],
  ['UNKNOWN', 15],
  ['NONE', 7],
];

const BUDGETS: Weighted<number | null> = [
  [null, 30],
  [5_000, 14],
  [15_000, 16],
  [40_000, 16],
  [120_000, 14],
  [300_000, 8],
  [750_000, 2],
];

const PRODUCTS = [
  'IP phones',
  'SIP trunking',
  'Edge router',
  'Fiber switches',
  'SD-WAN',
  'Contact center',
  'Video rooms',
  'Firewall',
  'Wireless bridge',
  'PBX upgrade',
] as const;
const NEEDS = [
  'Replace the phone system in two offices',
  'Connect branches over one network',
  'More bandwidth for the main site',
  'Phones for a new call center',
  'Compare offers before the contract ends',
  'Backup line for outages at the warehouse',
] as const;

/** Comments by what they are about; the topics are those of the sample rule set's table, one of them a product that is no longer supported. */
const COMMENTS: Weighted<readonly string[]> = [
  [
    [
      'Please call me in the morning.',
      'We met at your booth and liked what we saw.',
      'Looking around for next year.',
      'Our contract ends in spring, what can you offer?',
    ],
    52,
  ],
  [['Could you send pricing for forty seats?', 'We need a quote by Friday.', 'How much is it for three sites?'], 17],
  [['I would like to see a demo for our team.', 'Is there a trial we can run for a month?'], 11],
  [
    [
      'Do you offer SIP trunking with number porting?',
      'Which router do you suggest for a site with 80 people?',
      'We look for a firewall with VPN for home offices.',
    ],
    11,
  ],
  [['Our ClassicLine 200 will not start any more, where do I get parts?', 'Is the CL-200 still supported?'], 2.5],
  [
    [
      'Last month’s invoice is wrong, please correct it.',
      'The headset is broken, is it under warranty?',
      'A complaint: nobody called me back.',
    ],
    3,
  ],
  [['We would like to become a partner in our region.', 'Interested in being a reseller of your phones.'], 3.5],
  // What some devices send along: NUL, and half an emoji.
  [['Sent from my pad\u0000, sorry for typos', 'Call me \ud83d please'], 0.5],
];

const NOTES = [
  'Spoke to the assistant, call again on Tuesday.',
  'Confirmed budget and time frame on the phone.',
  'Asked for references from the same industry.',
] as const;

export function makeEnquiry(options: { readonly isByPhone: boolean }, random: SeededRandom): Enquiry {
  const product = random.pick(PRODUCTS);
  const second = random.pick(PRODUCTS);
  return {
    qualification: {
      budget: pickWeighted(random, BUDGETS),
      authority: pickWeighted(random, AUTHORITIES),
      need: random.chance(0.6) ? random.pick(NEEDS) : null,
      timeFrame: pickWeighted(random, TIME_FRAMES),
      productInterest: random.chance(0.2) ? [] : product === second || random.chance(0.6) ? [product] : [product, second],
    },
    comments: random.chance(0.7) ? random.pick(pickWeighted(random, COMMENTS)) : null,
    notes: options.isByPhone && random.chance(0.7) ? random.pick(NOTES) : null,
  };
}
