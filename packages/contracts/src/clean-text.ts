/** Takes out of a text what no store or screen can hold, at the door and nowhere else. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROLS = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]+/g;
const LINE_BREAKS = /[\t\n\v\f\r\u2028\u2029]+/g;
const FOREIGN_LINE_ENDS = /\r\n?|[\v\f\u2028\u2029]/g;

/** One line: line breaks and tabs become a space, NUL and other control characters vanish, half surrogate pairs become U+FFFD. */
export function cleanLine(text: string): string {
  return text.toWellFormed().replaceAll(CONTROLS, '').replaceAll(LINE_BREAKS, ' ').trim();
}

/** As `cleanLine`, but lines (ended by a line feed) and tabs stay. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll(CONTROLS, '').replaceAll(FOREIGN_LINE_ENDS, '\n').trim();
}
