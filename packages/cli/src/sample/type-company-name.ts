/** Writes a company's name as people type it into forms: abbreviated, in another legal form, in capitals, with a slip of the finger. */
import { pickWeighted, type SeededRandom, type Weighted } from './seeded-random.ts';

type Habit = (name: string, random: SeededRandom) => string;

const LEGAL_FORM = /,? (Inc\.?|Incorporated|Corp\.?|Corporation|Co\.?|Company|Companies|plc|PLC|LLC|L\.P\.|LP|N\.V\.|Ltd\.?|Limited)$/;
const LEGAL_FORMS = [
  ' Inc',
  ' Inc.',
  ', Inc.',
  ' Incorporated',
  ' Corp',
  ' Corp.',
  ' Corporation',
  ' Co.',
  ' Company',
  ' LLC',
  '',
] as const;

/** Both ways: some write out what the register shortens. */
const ABBREVIATIONS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\bInternational\b/, ['Intl', 'Intl.', "Int'l"]],
  [/\bTechnologies\b/, ['Tech', 'Technology', 'Techn.']],
  [/\bTechnology\b/, ['Tech', 'Technologies']],
  [/\bServices\b/, ['Svcs', 'Service', 'Svc.']],
  [/\bSystems\b/, ['Sys', 'System']],
  [/\bFinancial\b/, ['Fin', 'Fincl']],
  [/\bHoldings\b/, ['Hldgs', 'Holding']],
  [/\bGroup\b/, ['Grp', 'Grp.']],
  [/\bAmerican\b/, ['Amer.', 'American']],
  [/\bNational\b/, ["Nat'l", 'Natl']],
  [/\bLaboratories\b/, ['Labs', 'Lab']],
  [/\bIndustries\b/, ['Ind.', 'Industry']],
  [/\bCommunications\b/, ['Comm', 'Comms']],
  [/\bResources\b/, ['Res.', 'Resource']],
  [/\bProperties\b/, ['Props', 'Property']],
  [/\bPharmaceuticals\b/, ['Pharma', 'Pharm.']],
  [/\bGeneral\b/, ['Gen.', 'Gen']],
  [/\bUnited\b/, ['Utd', 'United']],
];

/** Names behind the short ones, as long-standing customers still write them. */
const FORMER_NAMES: Readonly<Record<string, string>> = {
  IBM: 'International Business Machines',
  '3M': 'Minnesota Mining & Manufacturing',
  'AT&T': 'American Telephone and Telegraph',
  'Procter & Gamble': 'P&G',
  'Johnson & Johnson': 'J&J',
  'JPMorgan Chase': 'J.P. Morgan Chase',
  'Meta Platforms': 'Facebook',
  'Alphabet Inc.': 'Google',
  'HP Inc.': 'Hewlett-Packard',
  'Hewlett Packard Enterprise': 'HPE',
  'Goldman Sachs': 'The Goldman Sachs Group',
  'United Parcel Service': 'UPS',
  'Lowe’s': 'Lowes',
};

const changeLegalForm: Habit = (name, random) => name.replace(LEGAL_FORM, '') + random.pick(LEGAL_FORMS);

const abbreviate: Habit = (name, random) => {
  const known = ABBREVIATIONS.filter(([pattern]) => pattern.test(name));
  if (known.length === 0) return changeLegalForm(name, random);
  const [pattern, shorter] = random.pick(known);
  return name.replace(pattern, random.pick(shorter));
};

const changeCase: Habit = (name, random) => (random.chance(0.5) ? name.toUpperCase() : name.toLowerCase());
const changeAnd: Habit = (name) => (name.includes('&') ? name.replaceAll(/ ?& ?/g, ' and ') : name.replace(' and ', ' & '));
const dropPunctuation: Habit = (name) => name.replaceAll(/[.,'’]/g, '').replaceAll(/[-–]/g, ' ');
const changeSpaces: Habit = (name) => ` ${name.replace(' ', '  ')} `;
const useFormerName: Habit = (name, random) => FORMER_NAMES[name] ?? abbreviate(name, random);

/** Two letters swapped, one lost or one twice; never the first, which people look at. */
const slip: Habit = (name, random) => {
  const at = 1 + random.below(Math.max(1, name.length - 2));
  const [before, here, after] = [name.slice(0, at), name.charAt(at), name.slice(at + 1)];
  if (name.length < 5 || !/[a-z]/i.test(here)) return changeLegalForm(name, random);
  return pickWeighted(random, [
    [`${before}${after.charAt(0)}${here}${after.slice(1)}`, 2],
    [`${before}${after}`, 2],
    [`${before}${here}${here}${after}`, 1],
  ]);
};

const HABITS: Weighted<Habit> = [
  [(name) => name, 30],
  [changeLegalForm, 24],
  [abbreviate, 14],
  [changeCase, 10],
  [slip, 8],
  [changeAnd, 5],
  [dropPunctuation, 4],
  [useFormerName, 3],
  [changeSpaces, 2],
];

const SECOND_HABIT_CHANCE = 0.2;

export function typeCompanyName(name: string, random: SeededRandom): string {
  const once = pickWeighted(random, HABITS)(name, random);
  return random.chance(SECOND_HABIT_CHANCE) ? pickWeighted(random, HABITS)(once, random) : once;
}
