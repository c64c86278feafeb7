/** Words of a name that are neither given nor family name, in their usual writing, and how words written in capitals are written. */

/** By the word in lower case without dots. Where a language leaves it open (M., Sr., Fr.), the word is a name. */
export const TITLES: ReadonlyMap<string, string> = new Map([
  ...words('Mr. Mrs. Ms. Mx. Dr. Prof. Rev. Hon. Capt. Col. Gen. Lt. Maj. Sgt. Ing. Mag. Dipl.-Ing.'),
  ...words('Miss Sir Dame Lord Lady Herr Frau Mme Mlle Monsieur Madame'),
  ...([
    ['mister', 'Mr.'],
    ['missus', 'Mrs.'],
    ['doctor', 'Dr.'],
    ['professor', 'Prof.'],
    ['reverend', 'Rev.'],
    ['captain', 'Capt.'],
  ] as const),
]);

/** Taken from the end of any name. */
export const SUFFIXES: ReadonlyMap<string, string> = new Map([
  ...words('Jr. Sr. Esq. II III IV 2nd 3rd PhD MD DDS DVM MBA CPA'),
  ...([
    ['junior', 'Jr.'],
    ['senior', 'Sr.'],
    ['esquire', 'Esq.'],
  ] as const),
]);

/** Names as well (Yo-Yo Ma): only what follows a comma. */
export const SUFFIXES_AFTER_COMMA: ReadonlyMap<string, string> = new Map([
  ...SUFFIXES,
  ...words('V JD BA BS BSc MA MS MSc DO PE RN CFA PMP LLM Ret.'),
]);

/** Begin a family name: van der Berg, de la Cruz. */
const PARTICLES: ReadonlySet<string> = new Set(
  'van von vom zu zur zum der den ten ter de del della delle dei di da do dos das du des la las le los bin binti ibn af av'.split(' '),
);

export function bareWord(word: string): string {
  return word.replaceAll('.', '').toLowerCase();
}

export function isParticle(word: string): boolean {
  return PARTICLES.has(word.toLowerCase());
}

export function isAllCapitals(text: string): boolean {
  return text !== text.toLowerCase() && text === text.toUpperCase();
}

/** A word of a name that was written in one case: O'BRIEN-SMITH, mcdonald, j. */
export function inUsualCase(word: string): string {
  if (isParticle(word)) return word.toLowerCase();
  return word
    .toLowerCase()
    .replace(/(^|[-'\u2019.])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase())
    .replace(/^Mc(\p{L})/u, (_, letter: string) => `Mc${letter.toUpperCase()}`);
}

function words(text: string): readonly (readonly [string, string])[] {
  return text.split(' ').map((word) => [bareWord(word), word] as const);
}
