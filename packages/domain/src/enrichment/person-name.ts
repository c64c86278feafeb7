/**
 * A person's name in its parts and usual case, however it came: "DR. JOHN Q. SMITH JR.", "smith, john", "Jean DUPONT". Nothing the lead said
 * is overwritten, and a name that came in order gives nothing. What cannot be read as a name (a mail address, one word alone) gives nothing, too.
 */
import type { Person, PersonName } from '../lead.ts';
import { bareWord, inUsualCase, isAllCapitals, isParticle, SUFFIXES, SUFFIXES_AFTER_COMMA, TITLES } from './name-words.ts';

type SaidName = Pick<Person, 'firstName' | 'lastName' | 'fullName'>;
type Parts = { -readonly [Part in 'title' | 'given' | 'middle' | 'family' | 'suffix']: string | null };
/** Words of a name with the titles before and the suffixes behind it taken off. */
interface Stripped {
  readonly titles: readonly string[];
  readonly words: readonly string[];
  readonly suffixes: readonly string[];
}

const IN_ORDER = /^\p{Lu}\p{Ll}+$/u;
/** Digits but in 2nd and 3rd, addresses, markup: no name. */
const NO_NAME = /[@/\\<>{}[\]|=+*_#]|\d(?!nd\b|rd\b)/iu;
const NICKNAME = /\s*(?:\([^)]*\)|"[^"]*"|\u201c[^\u201d]*\u201d)\s*/gu;
const INITIAL = /^\p{L}\.?$/u;
const MOST_WORDS = 8;
const MOST_CHARACTERS = 120;

/** null where there is nothing to add. */
export function readPersonName(said: SaidName): PersonName | null {
  const { firstName, lastName, fullName } = said;
  if (firstName === null && lastName === null) return fullName === null ? null : readWhole(fullName, 'full name');
  if (isInOrder(firstName) && isInOrder(lastName)) return null;
  if (firstName === null && lastName?.includes(',')) return readWhole(lastName, 'last name');
  const parts = readFields(firstName, lastName);
  if (parts === null || (parts.given === firstName && parts.family === lastName && parts.title === null && parts.suffix === null))
    return null;
  return { ...parts, source: 'first and last name', confidence: 0.95 };
}

function isInOrder(name: string | null): boolean {
  return name === null || (IN_ORDER.test(name) && !TITLES.has(bareWord(name)));
}

function readFields(firstName: string | null, lastName: string | null): Parts | null {
  const first = stripped(firstName ?? '', SUFFIXES);
  const [beforeComma = '', ...afterComma] = (lastName ?? '').split(',');
  const last = stripped(beforeComma, SUFFIXES);
  const behind = afterComma.flatMap((part) => suffixesIn(part) ?? [part]);
  if (first === null || last === null || behind.some((part) => !isSuffix(part))) return null;
  if (first.words.length === 0 && last.words.length === 0) return null;
  const isOneCase = isInOneCase([...first.words, ...last.words]);
  const given = first.words.map((word) => wellWritten(word, isOneCase));
  const family = last.words.map((word) => wellWritten(word, isOneCase)).join(' ');
  return {
    ...around([...first.titles, ...last.titles], [...first.suffixes, ...last.suffixes, ...behind]),
    ...givenParts(given),
    family: family === '' ? null : family,
  };
}

function readWhole(text: string, field: string): PersonName | null {
  const segments = text.split(',').map((segment) => segment.trim());
  const behind: string[] = [];
  while (segments.length > 1) {
    const suffixes = suffixesIn(segments.at(-1) ?? '');
    if (suffixes === null) break;
    behind.unshift(...suffixes);
    segments.pop();
  }
  const [before = '', after] = segments;
  if (segments.length > 2) return null;
  return after === undefined ? readOneRun(before, { field, behind }) : readFamilyFirst(before, after, { field, behind });
}

interface Whole {
  readonly field: string;
  /** Suffixes after a comma. */
  readonly behind: readonly string[];
}

function readFamilyFirst(before: string, after: string, { field, behind }: Whole): PersonName | null {
  const last = stripped(before, SUFFIXES);
  const first = stripped(after, SUFFIXES);
  if (last === null || first === null || last.words.length === 0 || first.words.length === 0) return null;
  const isOneCase = isInOneCase([...first.words, ...last.words]);
  return {
    ...around([...last.titles, ...first.titles], [...last.suffixes, ...first.suffixes, ...behind]),
    ...givenParts(first.words.map((word) => wellWritten(word, isOneCase))),
    family: last.words.map((word) => wellWritten(word, isOneCase)).join(' '),
    source: `${field}, family name first`,
    confidence: 0.9,
  };
}

function readOneRun(text: string, { field, behind }: Whole): PersonName | null {
  const name = stripped(text, SUFFIXES);
  if (name === null) return null;
  const { words } = name;
  const isOneCase = isInOneCase(words);
  const at = isOneCase ? familyAt(words) : (capitalsAt(words) ?? familyAt(words));
  // A title tells that the one word is a family name; without one it might be either.
  if (words.length < 2 && (name.titles.length === 0 || words.length === 0)) return null;
  const isFamilyFirst = at.from === 0 && at.to < words.length;
  const family = words.slice(at.from, at.to).map((word) => wellWritten(word, isOneCase || at.byCapitals));
  const given = (isFamilyFirst ? words.slice(at.to) : words.slice(0, at.from)).map((word) => wellWritten(word, isOneCase));
  const middles = given.filter((word) => !INITIAL.test(word)).length;
  return {
    ...around(name.titles, [...name.suffixes, ...behind]),
    ...givenParts(given),
    family: family.join(' '),
    source: at.byCapitals ? `${field}, family name in capitals` : field,
    confidence: at.byCapitals ? 0.85 : words.length === 1 ? 0.7 : family.length > 1 ? 0.8 : middles > 1 ? 0.7 : 0.85,
  };
}

interface FamilyPlace {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  readonly byCapitals: boolean;
}

/** From the first particle on, else the last word. */
function familyAt(words: readonly string[]): FamilyPlace {
  const particle = words.findIndex((word, index) => index > 0 && index < words.length - 1 && isParticle(word));
  return { from: particle > 0 ? particle : Math.max(0, words.length - 1), to: words.length, byCapitals: false };
}

/** Jean DUPONT, DUPONT Jean: words in capitals beside others that are not; null where there is no such run at either end. */
function capitalsAt(words: readonly string[]): FamilyPlace | null {
  const isShouted = words.map((word) => word.length > 2 && isAllCapitals(word));
  const from = isShouted.indexOf(true);
  const to = isShouted.lastIndexOf(true) + 1;
  if (from < 0 || (from > 0 && to < words.length) || !isShouted.slice(from, to).every(Boolean)) return null;
  return to - from === words.length ? null : { from, to, byCapitals: true };
}

/** null for what is no name. */
function stripped(text: string, known: ReadonlyMap<string, string>): Stripped | null {
  const plain = text.normalize('NFC').replace(NICKNAME, ' ').trim();
  if (plain.length > MOST_CHARACTERS || NO_NAME.test(plain)) return null;
  const words = plain.split(/\s+/u).filter((word) => /\p{L}|\d/u.test(word));
  if (words.length > MOST_WORDS) return null;
  const titles: string[] = [];
  const suffixes: string[] = [];
  while (words.length > 0) {
    const title = TITLES.get(bareWord(words[0] ?? ''));
    if (title === undefined) break;
    titles.push(title);
    words.shift();
  }
  while (words.length > 1 || (words.length === 1 && suffixes.length > 0)) {
    const suffix = known.get(bareWord(words.at(-1) ?? ''));
    if (suffix === undefined) break;
    suffixes.unshift(suffix);
    words.pop();
  }
  return { titles, words, suffixes };
}

/** All of the segment are suffixes, else null. */
function suffixesIn(segment: string): readonly string[] | null {
  const words = segment.trim().split(/\s+/u);
  const found = words.flatMap((word) => SUFFIXES_AFTER_COMMA.get(bareWord(word)) ?? []);
  return found.length === words.length ? found : null;
}

function isSuffix(text: string): boolean {
  return SUFFIXES_AFTER_COMMA.has(bareWord(text));
}

/** All capitals or all small: the case says nothing. */
function isInOneCase(words: readonly string[]): boolean {
  const text = words.filter((word) => !INITIAL.test(word)).join('');
  return text === text.toUpperCase() || text === text.toLowerCase();
}

/** A word in small letters among others is a slip, unless it is a particle. */
function wellWritten(word: string, isOneCase: boolean): string {
  return isOneCase || (word === word.toLowerCase() && !isParticle(word)) ? inUsualCase(word) : word;
}

function givenParts(words: readonly string[]): Pick<Parts, 'given' | 'middle'> {
  let end = words.length;
  while (end > 1 && INITIAL.test(words[end - 1] ?? '')) end--;
  const middle = words.slice(end).map((word) => (word.endsWith('.') ? word : `${word}.`));
  const given = words.slice(0, end).join(' ');
  return { given: given === '' ? null : given, middle: middle.length === 0 ? null : middle.join(' ') };
}

function around(titles: readonly string[], suffixes: readonly string[]): Pick<Parts, 'title' | 'suffix'> {
  return {
    title: titles.length === 0 ? null : titles.join(' '),
    suffix: suffixes.length === 0 ? null : suffixes.join(', '),
  };
}
