/**
 * Brings a company's name to the form in which "Intl. Business Machines Corp", "INTERNATIONAL BUSINESS MACHINES" and
 * "International Bus. Machines Corporation" are the same. Exact matching on this form; no guessing.
 */
import { foldText } from './fold-text.ts';

/** What the name says about the legal form or the group, not about who it is. */
const LEGAL_FORMS: ReadonlySet<string> = new Set(
  (
    'inc incorporated corp corporation ltd limited llc lp llp plc co company companies cos group grp holdings holding ' +
    'gmbh ag sa nv bv spa sarl srl ab oy oyj asa kg kgaa pty pte pvt sas se trust'
  ).split(' '),
);

const ABBREVIATIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    intl: 'international',
    internat: 'international',
    utd: 'united',
    gen: 'general',
    genl: 'general',
    bk: 'bank',
    '1st': 'first',
    '2nd': 'second',
    '3rd': 'third',
    int: 'international',
    natl: 'national',
    amer: 'american',
    bus: 'business',
    mach: 'machines',
    mfg: 'manufacturing',
    mfr: 'manufacturing',
    svc: 'services',
    svcs: 'services',
    serv: 'services',
    service: 'services',
    // To the word that more names have, which is also how they look where somebody leaves the space out.
    tech: 'technologies',
    techs: 'technologies',
    techn: 'technologies',
    technology: 'technologies',
    sys: 'systems',
    system: 'systems',
    comm: 'communications',
    comms: 'communications',
    communication: 'communications',
    fin: 'financial',
    finl: 'financial',
    fincl: 'financial',
    ins: 'insurance',
    pharma: 'pharmaceuticals',
    pharm: 'pharmaceuticals',
    pharmaceutical: 'pharmaceuticals',
    labs: 'laboratories',
    lab: 'laboratories',
    laboratory: 'laboratories',
    elec: 'electric',
    engr: 'engineering',
    eng: 'engineering',
    ind: 'industries',
    inds: 'industries',
    industry: 'industries',
    mgmt: 'management',
    mgt: 'management',
    mkt: 'markets',
    mkts: 'markets',
    assoc: 'associates',
    assn: 'association',
    bros: 'brothers',
    ctr: 'center',
    centre: 'center',
    dev: 'development',
    dist: 'distribution',
    ent: 'enterprises',
    hosp: 'hospital',
    prod: 'products',
    prods: 'products',
    product: 'products',
    prop: 'properties',
    props: 'properties',
    property: 'properties',
    res: 'resources',
    resource: 'resources',
    univ: 'university',
    util: 'utilities',
    transp: 'transportation',
    telecom: 'telecommunications',
    st: 'saint',
    mt: 'mount',
    ft: 'fort',
    wm: 'william',
    chas: 'charles',
    geo: 'george',
    semi: 'semiconductor',
    semis: 'semiconductor',
    solns: 'solutions',
    soln: 'solutions',
    solution: 'solutions',
    hldgs: 'holdings',
    hldg: 'holdings',
  }),
);

/** Where the asker sits, behind a name. */
const AT_HOME: ReadonlySet<string> = new Set('usa us america americas hq headquarters worldwide'.split(' '));

/** Words with a meaning here, which no company needs to have in its name to be recognised when they are misspelt. */
export const COMMON_WORDS: readonly string[] = [...LEGAL_FORMS, ...AT_HOME, ...ABBREVIATIONS.keys()].filter((word) => word.length >= 3);

/** At the end of a name without spaces. */
const JOINED_FORM = /(?<=...)(?:corporation|incorporated|company|limited|corp|inc|llc|ltd|plc|group|holdings)$/;

/** Letters with dots or spaces between them: `I.B.M.`, `A. O. Smith`. */
const DOTTED = /\b(\p{L})\.(?=\s?\p{L}\b)/gu;
const BRACKETED = /\([^()]*\)/g;
const MAX_LENGTH = 200;

/** Letters and digits without spaces (so that "JP Morgan" is "JPMorgan"); empty for a name without any. */
export function normaliseCompanyName(name: string): string {
  return companyWords(name).join('');
}

/** The words that are left of a name; none for a name without letters and digits. */
export function companyWords(name: string): readonly string[] {
  const text = name.length > MAX_LENGTH ? name.slice(0, MAX_LENGTH) : name;
  const bare = text.replace(BRACKETED, ' ').replace(DOTTED, '$1');
  const words = foldText(bare)
    .split(' ')
    .filter((word) => word !== '' && word !== 'the' && word !== 'and');
  const long = words.map(expandWord);
  const core = dropLegalForms(long);
  return core.length > 0 ? core : long;
}

function dropLegalForms(words: readonly string[]): readonly string[] {
  let end = words.length;
  while (end > 0 && LEGAL_FORMS.has(words[end - 1] ?? '')) end -= 1;
  return words.slice(0, end);
}

/** What a word is short for, or itself. */
export function expandWord(word: string): string {
  return ABBREVIATIONS.get(word) ?? word;
}

/** `oraclecorporation` is `oracle`. */
export function withoutJoinedForm(key: string): string {
  return key.replace(JOINED_FORM, '');
}

/** Without more and more of what stands behind the name, whatever the order: `apple inc hq`, `apple inc`, `apple`; the name itself first. */
export function coresOf(words: readonly string[]): readonly (readonly string[])[] {
  const cores = [words];
  for (let end = words.length - 1; end > 0; end--) {
    const word = words[end] ?? '';
    const isNorth = word === 'north' && words[end + 1] === 'america';
    if (!isNorth && !AT_HOME.has(word) && !LEGAL_FORMS.has(word)) break;
    cores.push(words.slice(0, end));
  }
  return cores;
}
