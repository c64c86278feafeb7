/** Company names as people get them wrong: fingers, legal forms, abbreviations, spaces, signs. Made to be matched, and by lists of its own. */
import type { Random } from '../random.ts';

type Error = (name: string, random: Random) => string;

/** What is next to each letter on an American keyboard. */
const NEIGHBOURS: Readonly<Record<string, string>> = {
  ...{ q: 'wa', w: 'qes', e: 'wrd', r: 'etf', t: 'ryg', y: 'tuh', u: 'yij', i: 'uok', o: 'ipl', p: 'ol', a: 'qsz', s: 'adwx', d: 'sfec' },
  ...{ f: 'dgrv', g: 'fhtb', h: 'gjyn', j: 'hkum', k: 'jli', l: 'kop', z: 'xa', x: 'zcs', c: 'xvd', v: 'cbf', b: 'vng', n: 'bmh', m: 'nj' },
};
const FORM = /,? (\(The\)|\(Class A\)|Inc\.?|Corporation|Corp\.?|Company|Co\.?|plc|PLC|Ltd\.?|N\.V\.)$/;
const FORMS = [
  ' Inc',
  ' Inc.',
  ', Inc.',
  ' Corp.',
  ' Corporation',
  ' Co',
  ' Company',
  ' LLC',
  ' Ltd.',
  ' PLC',
  ' Incorporated',
  ' Limited',
  '',
];
const SHORT: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\bInternational\b/, ['Intl', 'Intl.', "Int'l", 'Internat.']],
  [/\bNational\b/, ['Natl', 'Natl.', "Nat'l"]],
  [/\bAmerican\b/, ['Amer', 'Amer.']],
  [/\bTechnolog(y|ies)\b/, ['Tech', 'Tech.', 'Technology', 'Technologies']],
  [/\bServices?\b/, ['Svcs', 'Svc.', 'Service', 'Services']],
  [/\bSystems?\b/, ['Sys', 'Sys.', 'System']],
  [/\bFinancial\b/, ['Fin', 'Finl', 'Fin.']],
  [/\bIndustries\b/, ['Ind', 'Inds.', 'Industry']],
  [/\bCommunications\b/, ['Comm', 'Comms', 'Comm.']],
  [/\bResources\b/, ['Res', 'Res.', 'Resource']],
  [/\bPropert(y|ies)\b/, ['Props', 'Prop.', 'Property']],
  [/\bPharmaceuticals?\b/, ['Pharma', 'Pharm.', 'Pharmaceutical']],
  [/\bLaborator(y|ies)\b/, ['Labs', 'Lab', 'Laboratory']],
  [/\bHoldings?\b/, ['Hldgs', 'Hldg.', 'Holding', 'Holdings']],
  [/\bGroup\b/, ['Grp', 'Grp.', '']],
  [/\bManagement\b/, ['Mgmt', 'Mgt', 'Mgmt.']],
  [/\bBrothers\b/, ['Bros', 'Bros.']],
  [/\bGeneral\b/, ['Gen', 'Gen.', "Gen'l"]],
  [/\bUnited\b/, ['Utd', 'Utd.']],
  [/\bInsurance\b/, ['Ins', 'Ins.']],
  [/\bBank\b/, ['Bk', 'Bk.']],
  [/\bFirst\b/, ['1st']],
];
const AT_HOME = [' USA', ' US', ' America', ' North America', ', HQ', ' Headquarters', ' (US)', ' Worldwide'];

const changeForm: Error = (name, random) => name.replace(FORM, '') + random.pick(FORMS);
const shorten: Error = (name, random) => {
  const fitting = SHORT.filter(([long]) => long.test(name));
  if (fitting.length === 0) return changeForm(name, random);
  const [long, short] = random.pick(fitting);
  return name.replace(long, random.pick(short)).trim();
};
const changeCase: Error = (name, random) => random.pick([name.toUpperCase(), name.toLowerCase()]);
const changeAnd: Error = (name) => (name.includes('&') ? name.replace(/ ?& ?/, ' and ') : name.replace(/ and /i, ' & '));
const dropSigns: Error = (name) => name.replaceAll(/[.,'’]/g, '').replaceAll('-', ' ');
const changeSpaces: Error = (name, random) => {
  const at = name.indexOf(' ');
  return at < 0
    ? `  ${name} `
    : random.pick([`${name.slice(0, at)}${name.slice(at + 1)}`, name.replace(' ', '   '), name.replace(' ', '-')]);
};
const addHome: Error = (name, random) => name + random.pick(AT_HOME);

/** A neighbouring key, two letters swapped, one lost, one twice; a tenth of them in the first letter, which people look at. */
export const slip: Error = (name, random) => {
  const letters = [...name].flatMap((letter, at) => (/[a-z]/i.test(letter) ? [at] : []));
  const later = letters.slice(1);
  const at = random.pick(random.next() < 0.1 || later.length === 0 ? letters : later);
  const [before, here, after] = [name.slice(0, at), name.charAt(at), name.slice(at + 1)];
  const swapped = after === '' ? `${before}${here}${here}` : `${before}${after.charAt(0)}${here}${after.slice(1)}`;
  const beside = random.pick([...(NEIGHBOURS[here.toLowerCase()] ?? here)]);
  return random.pick([swapped, `${before}${after}`, `${before}${here}${here}${after}`, `${before}${beside}${after}`]);
};

/** In tenths and twentieths, a quarter with a second one. */
const ERRORS: readonly Error[] = [
  ...Array.from({ length: 5 }, () => changeForm),
  ...Array.from({ length: 5 }, () => slip),
  ...Array.from({ length: 4 }, () => shorten),
  ...[changeCase, changeCase, changeAnd, dropSigns, changeSpaces, changeSpaces, addHome],
];

export function mistype(name: string, random: Random): string {
  const once = random.pick(ERRORS)(name, random);
  return random.next() < 0.25 ? random.pick(ERRORS)(once, random) : once;
}
