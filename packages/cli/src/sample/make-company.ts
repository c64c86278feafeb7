/** Who a sample lead works for: a large company under a name somebody typed, a government body, a college, or one of many small firms. */
import type { Company } from '@lead-router/contracts/generated/wire-types.ts';
import { companies, governmentBodies } from './references.ts';
import { pickWeighted, type SeededRandom, type Weighted } from './seeded-random.ts';
import { typeCompanyName } from './type-company-name.ts';

export interface Employer {
  readonly company: Company;
  /** Where its people get their mail. */
  readonly mailDomain: string;
  /** Two letters, where it is known. */
  readonly region: string | null;
  /** People of a government body or a college never write from a free address here. */
  readonly hasOwnMailOnly: boolean;
}

const FIRST_WORDS =
  'Blue Ridge,Summit,Lakeside,Harbor,Pioneer,Evergreen,Redwood,Granite,Cascade,Liberty,Prairie,Keystone,Beacon,Ironwood,Silver Creek,Bright,Northern,Southgate,Westfield,Eastside,Cedar,Falcon,Maple,Sterling,Crescent,Delta,Vista,Anchor,Copper,Juniper'.split(
    ',',
  );
const SECOND_WORDS =
  'Logistics,Dental,Foods,Machining,Insurance,Builders,Media,Labs,Plastics,Freight,Consulting,Clinics,Robotics,Hotels,Electric,Textiles,Analytics,Farms,Security,Printing,Motors,Energy,Staffing,Software,Realty'.split(
    ',',
  );
const LEGAL_FORMS = [' LLC', ' Inc', ' Inc.', ' Co', ' & Sons', ' Group', '', ' Ltd', ' Partners'] as const;
const INDUSTRIES = [
  'software',
  'manufacturing',
  'retail',
  'healthcare',
  'banking',
  'insurance',
  'media',
  'Telecom',
  'Real Estate',
  'Energy',
  null,
] as const;

const KINDS: Weighted<(random: SeededRandom) => Employer> = [
  [makeSmallFirm, 62],
  [makeKeyAccount, 25],
  [makeGovernmentBody, 8],
  [makeCollege, 5],
];

const LEVELS: Weighted<keyof typeof governmentBodies> = [
  ['FEDERAL', 30],
  ['STATE', 30],
  ['LOCAL', 40],
];

export function makeEmployer(random: SeededRandom): Employer {
  return pickWeighted(random, KINDS)(random);
}

function makeKeyAccount(random: SeededRandom): Employer {
  const { name, industry, region } = random.pick(companies);
  const mailDomain = `${slug(name)}.example`;
  return {
    company: {
      name: typeCompanyName(name, random),
      website: random.chance(0.5) ? `https://www.${mailDomain}` : null,
      industry: random.chance(0.6) ? industry : null,
      employeeCount: random.chance(0.6) ? 1_000 * (2 + random.below(150)) : null,
      annualRevenue: random.chance(0.4) ? 1e8 * (5 + random.below(400)) : null,
    },
    mailDomain,
    // A good part of a large company's people works at its headquarters.
    region: random.chance(0.5) ? region : null,
    hasOwnMailOnly: false,
  };
}

function makeGovernmentBody(random: SeededRandom): Employer {
  const { domain, organization, region } = random.pick(governmentBodies[pickWeighted(random, LEVELS)]);
  return {
    company: {
      name: organization,
      website: random.chance(0.5) ? `www.${domain}` : null,
      industry: random.chance(0.5) ? 'Government' : null,
      employeeCount: random.chance(0.4) ? 10 * (1 + random.below(500)) : null,
      annualRevenue: null,
    },
    mailDomain: domain,
    region,
    hasOwnMailOnly: true,
  };
}

function makeCollege(random: SeededRandom): Employer {
  const name = `${random.pick(FIRST_WORDS)} ${random.pick(['College', 'State College', 'University', 'Community College', 'Institute of Technology'])}`;
  const mailDomain = `${slug(name)}.example`;
  return {
    company: {
      name,
      website: `https://${mailDomain}`,
      industry: 'Education',
      employeeCount: 50 * (1 + random.below(60)),
      annualRevenue: null,
    },
    mailDomain,
    region: null,
    hasOwnMailOnly: true,
  };
}

function makeSmallFirm(random: SeededRandom): Employer {
  const name = `${random.pick(FIRST_WORDS)} ${random.pick(SECOND_WORDS)}`;
  const mailDomain = `${slug(name)}.example`;
  return {
    company: {
      name: random.chance(0.95) ? name + random.pick(LEGAL_FORMS) : null,
      website: random.chance(0.55) ? `https://${mailDomain}/about` : null,
      industry: random.pick(INDUSTRIES),
      employeeCount: random.chance(0.8) ? 1 + Math.floor(1_500 * random.next() ** 3) : null,
      annualRevenue: random.chance(0.5) ? 50_000 * (1 + Math.floor(1_200 * random.next() ** 3)) : null,
    },
    mailDomain,
    region: null,
    hasOwnMailOnly: false,
  };
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll('&', 'and')
    .replaceAll(/[^a-z0-9]+/g, '');
}
