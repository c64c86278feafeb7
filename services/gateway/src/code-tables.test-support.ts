/** The tables of codes in docs/api.md, as they have to be. */
import { DEAD_LETTER_CODES, FIELD_CODES, LINE_CODES, REQUEST_CODES } from './error-codes.ts';

export function codeTables(): string {
  const requests = Object.entries(REQUEST_CODES).map(([code, { status, meaning }]) => `| ${status} | \`${code}\` | ${meaning} |`);
  const rows = (codes: Readonly<Record<string, string>>) => Object.entries(codes).map(([code, meaning]) => `| \`${code}\` | ${meaning} |`);
  return [
    'Of a request, always as `{"error": {"code", "message", "requestId"}}`; the message says what to do next:',
    '',
    ...['| status | code | meaning |', '|---|---|---|', ...requests],
    '',
    'Of a line, in its `faults` with the field:',
    '',
    ...['| code | meaning |', '|---|---|', ...rows(LINE_CODES), ...rows(FIELD_CODES)],
    '',
    "Of a dead letter: the fields' codes, those of the codec (`LR_CODEC_…`), `LR_STREAM_RECORD_TOO_LARGE`, and",
    '',
    ...['| code | meaning |', '|---|---|', ...rows(DEAD_LETTER_CODES)],
    '',
  ].join('\n');
}
