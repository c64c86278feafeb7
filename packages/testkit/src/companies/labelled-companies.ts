/**
 * A labelled set for matching companies: real names with errors that people make, and names that must not match. Each fourth of the real
 * companies is left out of the table and asked for all the same; so are the other halves of families of names that differ in one word.
 */
import { normaliseCompanyName } from '@lead-router/domain/enrichment/normalise-company-name.ts';
import { createRandom, type Random } from '../random.ts';
import { mistype } from './mistyped-names.ts';

export interface KnownCompany {
  readonly accountId: string;
  readonly name: string;
  readonly aliases: readonly string[];
}

export type QuestionKind = 'MISTYPED' | 'ALIAS' | 'FAMILY' | 'LEFT_OUT' | 'OTHER_OF_FAMILY' | 'BARE_FAMILY' | 'OTHER_TRADE';

export interface LabelledQuestion {
  readonly kind: QuestionKind;
  readonly company: string;
  /** null: it is none of the table's. */
  readonly accountId: string | null;
}

export interface LabelledCompanies {
  /** The table to ask. */
  readonly known: readonly KnownCompany[];
  readonly questions: readonly LabelledQuestion[];
}

/** Names that many firms share but for the place. */
const FAMILIES = [
  'First National Bank of',
  'Citizens State Bank of',
  'Farmers & Merchants Bank of',
  'United Way of',
  'Goodwill Industries of',
  'Community Hospital of',
];
const PLACES =
  'Alabama|Alaska|Arizona|Arkansas|Colorado|Dayton|Delaware|Florida|Georgia|Houston|Idaho|Illinois|Indiana|Iowa|Kansas|Louisiana|Maine|Michigan|Montana|Nebraska|Nevada|Ohio|Oklahoma|Omaha|Oregon|Pennsylvania|Tennessee|Texas|Tulsa|Vermont|Virginia|Wyoming'.split(
    '|',
  );
/** What other firms of the same first word do. */
const TRADES =
  'Dental Clinic|Plumbing|Bakery|Valley Farms|Roofing & Siding|Law Offices|Museum|Auto Repair|Childcare|Veterinary Hospital|Landscaping|Elementary School|Brewery|Chess Club|Archery Range'.split(
    '|',
  );
const KINDS: readonly QuestionKind[] = [
  ...Array.from({ length: 10 }, () => 'MISTYPED' as const),
  ...([
    'ALIAS',
    'FAMILY',
    'FAMILY',
    'LEFT_OUT',
    'LEFT_OUT',
    'LEFT_OUT',
    'OTHER_OF_FAMILY',
    'OTHER_OF_FAMILY',
    'BARE_FAMILY',
    'OTHER_TRADE',
  ] as const),
];

/** Deterministic: the same companies, count and seed give the same set. */
export function labelCompanies(
  companies: readonly KnownCompany[],
  options: { readonly count: number; readonly seed: number },
): LabelledCompanies {
  const random = createRandom(options.seed);
  const isLeftOut = (index: number): boolean => index % 4 === 3;
  const real = companies.filter((_, index) => !isLeftOut(index));
  const leftOut = companies.filter((_, index) => isLeftOut(index));
  const family = FAMILIES.flatMap((name, index) =>
    PLACES.map((place, at) => ({ name: `${name} ${place}`, isKnown: (index + at) % 2 === 0 })),
  );
  const ofFamily = family
    .filter(({ isKnown }) => isKnown)
    .map(({ name }, index): KnownCompany => ({ accountId: `F${index}`, name, aliases: [] }));
  const others = family.filter(({ isKnown }) => !isKnown);
  const withAlias = real.filter(({ aliases }) => aliases.length > 0);
  const known = [...real, ...ofFamily];
  const ask = (kind: QuestionKind): LabelledQuestion => {
    switch (kind) {
      case 'MISTYPED':
        return meant(kind, random.pick(real), random);
      case 'FAMILY':
        return meant(kind, random.pick(ofFamily), random);
      case 'ALIAS': {
        const company = random.pick(withAlias);
        return { kind, accountId: company.accountId, company: mistype(random.pick(company.aliases), random) };
      }
      case 'LEFT_OUT':
        return { kind, accountId: null, company: mistype(random.pick(leftOut).name, random) };
      case 'OTHER_OF_FAMILY':
        return { kind, accountId: null, company: mistype(random.pick(others).name, random) };
      case 'BARE_FAMILY':
        return { kind, accountId: null, company: mistype(random.pick(FAMILIES).replace(/ of$/, ''), random) };
      case 'OTHER_TRADE':
        return { kind, accountId: null, company: `${firstWord(random.pick(real).name)} ${random.pick(TRADES)}` };
    }
  };
  const questions = Array.from({ length: options.count }, () => ask(random.pick(KINDS)));
  const owners = ownersByKey(known);
  // An error can make another company's name of one: whoever has that name is meant.
  return {
    known,
    questions: questions.filter(({ company, accountId }) => (owners.get(normaliseCompanyName(company)) ?? accountId) === accountId),
  };
}

function meant(kind: QuestionKind, { accountId, name }: KnownCompany, random: Random): LabelledQuestion {
  return { kind, accountId, company: mistype(name, random) };
}

function firstWord(name: string): string {
  return name.split(' ')[0] ?? name;
}

function ownersByKey(known: readonly KnownCompany[]): ReadonlyMap<string, string> {
  return new Map(
    known.flatMap(({ accountId, name, aliases }) => [name, ...aliases].map((one) => [normaliseCompanyName(one), accountId] as const)),
  );
}
