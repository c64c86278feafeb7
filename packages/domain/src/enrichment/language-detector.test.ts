/** Languages of what people write, and silence where a text is too short. */
import { describe, expect, it } from 'vitest';
import { openLanguageDetector } from './language-detector.ts';

describe('the language of', () => {
  const detect = openLanguageDetector();
  it.each([
    ['Our phone system is not working, what would a quote for 200 phones cost?', 'en'],
    ['Wir brauchen ein Angebot f\u00fcr 50 Telefone bis Ende des Monats.', 'de'],
    ['Nous cherchons un nouveau syst\u00e8me t\u00e9l\u00e9phonique pour notre bureau.', 'fr'],
    ['Necesitamos una cotizaci\u00f3n para veinte tel\u00e9fonos nuevos', 'es'],
    ['hello', null],
    ['', null],
    ['12345 67890 12345 67890', null],
  ])('"%s" is %s', (text, language) => {
    expect(detect(text)).toBe(language);
  });

  it('is asked for without loading anything twice', () => {
    expect(openLanguageDetector()).toBe(detect);
  });
});
