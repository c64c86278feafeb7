/**
 * Which language a text is written in, by n-grams (eld). The data take 0.4 s and 50 MB to load, so they are loaded when the first rule set
 * that asks for languages is compiled, never before.
 */
import { createRequire } from 'node:module';

/** ISO 639-1; null when the text is too short to tell reliably. */
export type LanguageDetector = (text: string) => string | null;

/** Shorter texts are guesswork. Characters. */
const MIN_TEXT = 20;
/** The first part is enough, and bounds the cost. Characters. */
const MAX_TEXT = 300;

let loaded: LanguageDetector | null = null;

/** Throws when the library is not as expected: a fault of the installation. */
export function openLanguageDetector(): LanguageDetector {
  loaded ??= load();
  return loaded;
}

function load(): LanguageDetector {
  // The package lets itself be imported only; require takes the file that an import would.
  const file = decodeURIComponent(new URL(import.meta.resolve('eld/small')).pathname);
  const library: unknown = createRequire(import.meta.url)(file);
  const eld: unknown = isObject(library) ? library.eld : null;
  if (!isObject(eld) || typeof eld.detect !== 'function') throw new Error('eld/small has no detect function: install the pinned version');
  const { detect } = eld;
  return (text) => {
    if (text.length < MIN_TEXT) return null;
    const result: unknown = detect(text.slice(0, MAX_TEXT));
    if (!isObject(result) || typeof result.language !== 'string' || typeof result.isReliable !== 'function') return null;
    return result.language !== '' && result.isReliable() === true ? result.language : null;
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
