/** Generated persons: common names put together by chance, mail at the employer or a free provider, telephones that are valid. Nobody real. */
import type { Location, Person } from '@lead-router/contracts/generated/wire-types.ts';
import { type Employer, makeEmployer } from './make-company.ts';
import { phoneIn, placeAbroad, placeIn, stateFor } from './make-place.ts';
import { pickWeighted, type SeededRandom, type Weighted } from './seeded-random.ts';

export interface Contact {
  readonly employer: Employer;
  readonly location: Location;
  readonly person: Person;
  /** There is a mail address or a telephone number. */
  readonly isReachable: boolean;
}

const FIRST_NAMES =
  'James,Mary,Robert,Patricia,John,Jennifer,Michael,Linda,David,Elizabeth,William,Barbara,Richard,Susan,Joseph,Jessica,Thomas,Karen,Carlos,Sofía,Wei,Mei,Priya,Arjun,Fatima,Omar,Björn,Zoë,Renée,José,Aisha,Dmitri,Olga,Kenji,Yuki,Amara,Kofi,Noah,Emma,Liam,Olivia,Lucas,Mia,Ethan,Chloe,Hannah,Isaac,Leah,Marcus,Tanya'.split(
    ',',
  );
const LAST_NAMES =
  "Smith,Johnson,Williams,Brown,Jones,García,Miller,Davis,Rodríguez,Martínez,Hernández,Lopez,Wilson,Anderson,Taylor,Moore,Jackson,Martin,Lee,Perez,Thompson,White,Harris,Clark,Lewis,Robinson,Walker,Young,Allen,King,Wright,Scott,Torres,Nguyen,Hill,Flores,Green,Adams,Nelson,Baker,O'Brien,Müller,Kowalski,Patel,Chen,Kim,Okafor,Ivanova,Haddad,Lindqvist".split(
    ',',
  );
const TITLES = [
  'IT Manager',
  'CIO',
  'Network Engineer',
  'Director of Operations',
  'VP Procurement',
  'Office Manager',
  'Owner',
  'Systems Administrator',
  'Telecom Analyst',
  'Head of Customer Care',
  'Student',
  'Purchasing Agent',
] as const;
const FREE_MAIL: Weighted<string> = [
  ['gmail.com', 55],
  ['yahoo.com', 18],
  ['outlook.com', 12],
  ['hotmail.com', 9],
  ['aol.com', 6],
];
const STREETS = 'Main St,Oak Ave,Park Blvd,2nd St,Maple Dr,Washington St,Lake Rd,Hill St,Industrial Pkwy,Market St'.split(',');

/** Telephone serials of one contact: one each for phone, mobile and fax. */
const NUMBERS_A_CONTACT = 3;

/** @param serial unlike that of every other contact; makes mail address and telephones unlike theirs */
export function makeContact(serial: number, random: SeededRandom): Contact {
  const employer = makeEmployer(random);
  const state = stateFor(employer.region, random);
  const firstName = random.pick(FIRST_NAMES);
  const lastName = random.pick(LAST_NAMES);
  const number = (which: number): string => phoneIn(state, serial * NUMBERS_A_CONTACT + which, random);
  const email = random.chance(0.93) ? makeEmail({ firstName, lastName, serial, employer }, random) : null;
  const phone = random.chance(0.8) ? number(0) : null;
  const mobile = random.chance(0.3) ? number(1) : null;
  return {
    employer,
    location: random.chance(0.03) ? placeAbroad(random) : placeIn(state, random),
    person: {
      firstName: random.chance(0.97) ? firstName : null,
      lastName,
      jobTitle: random.chance(0.85) ? random.pick(TITLES) : null,
      email,
      phone,
      mobile,
      fax: random.chance(0.06) ? number(2) : null,
      street: random.chance(0.6) ? `${1 + random.below(9_900)} ${random.pick(STREETS)}` : null,
      comments: null,
      notes: null,
      fullName: null,
      found: null,
    },
    isReachable: email !== null || phone !== null || mobile !== null,
  };
}

function makeEmail(
  who: { readonly firstName: string; readonly lastName: string; readonly serial: number; readonly employer: Employer },
  random: SeededRandom,
): string {
  const [first, last] = [plain(who.firstName), plain(who.lastName)];
  const local = pickWeighted(random, [
    [`${first}.${last}`, 5],
    [`${first.charAt(0)}${last}`, 3],
    [`${first}_${last}`, 1],
  ]);
  const isFree = !who.employer.hasOwnMailOnly && random.chance(0.25);
  const address = `${local}${who.serial}@${isFree ? pickWeighted(random, FREE_MAIL) : who.employer.mailDomain}`;
  return random.chance(0.05) ? address.toUpperCase() : address;
}

/** Letters of ASCII only, as most mail systems give them out. */
function plain(name: string): string {
  return name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase();
}
