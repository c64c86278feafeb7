/** The body of a request to its lines: one JSON value, a JSON list, or a JSON value a line. A line that cannot be read spoils no other. */
import { isUtf8 } from 'node:buffer';
import type { LineFault } from './error-codes.ts';
import { GatewayError } from './gateway-error.ts';

export type BodyFormat = 'JSON' | 'NDJSON';

export interface BodyLine {
  /** From 1: the line of the body, empty ones counted, or the place in the list. */
  readonly line: number;
  readonly content: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly fault: LineFault };
}

export interface Body {
  readonly lines: readonly BodyLine[];
  /** False for one JSON value that is no list. */
  readonly isBatch: boolean;
}

export const BODY_LIMITS = {
  bytes: 5 * 1024 * 1024,
  lines: 1_000,
  /** Objects and lists within each other; a lead needs three. */
  depth: 16,
} as const;

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = '\ufeff';

/** A GatewayError for a body that is unreadable as a whole, empty, or has too many lines. */
export function readBody(bytes: Buffer, format: BodyFormat): Body {
  const body = format === 'JSON' ? readJson(bytes) : readLines(bytes);
  if (body.lines.length === 0) throw new GatewayError('LR_GATEWAY_BODY_EMPTY', 'send at least one JSON object');
  return body;
}

function readJson(bytes: Buffer): Body {
  if (bytes.length === 0) return { lines: [], isBatch: false };
  if (!isUtf8(bytes)) throw new GatewayError('LR_GATEWAY_BODY_UNREADABLE', 'encode the body in UTF-8');
  const parsed = parseJson(bytes.toString('utf8'));
  if (!parsed.ok) throw new GatewayError('LR_GATEWAY_BODY_UNREADABLE', `send JSON${parsed.place}`);
  if (!Array.isArray(parsed.value)) return { lines: [bounded(1, parsed.value)], isBatch: false };
  requireLineCount(parsed.value.length);
  return { lines: parsed.value.map((value: unknown, index) => bounded(index + 1, value)), isBatch: true };
}

function readLines(bytes: Buffer): Body {
  const lines: BodyLine[] = [];
  let line = 0;
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found === -1 ? bytes.length : found;
    line += 1;
    const read = readLine(bytes.subarray(start, end), line);
    if (read !== null) requireLineCount(lines.push(read));
    start = end + 1;
  }
  return { lines, isBatch: true };
}

/** null for a line with nothing on it. */
function readLine(bytes: Buffer, line: number): BodyLine | null {
  if (!isUtf8(bytes)) return refused(line, { code: 'LR_GATEWAY_LINE_UNREADABLE', field: '', message: 'encode the line in UTF-8' });
  const text = bytes.toString('utf8').trim();
  if (text === '') return null;
  const parsed = parseJson(text);
  if (parsed.ok) return bounded(line, parsed.value);
  return refused(line, { code: 'LR_GATEWAY_LINE_UNREADABLE', field: '', message: `write one JSON object on the line${parsed.place}` });
}

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly place: string };

function parseJson(text: string): Parsed {
  try {
    return { ok: true, value: JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text) };
  } catch (error) {
    // The parser's message repeats a piece of the text, which may be personal: only the place is told.
    const place = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    return { ok: false, place: place === undefined ? '; it ends too early' : `; what is there ends to be JSON after ${place} characters` };
  }
}

function bounded(line: number, value: unknown): BodyLine {
  if (isWithin(value, BODY_LIMITS.depth)) return { line, content: { ok: true, value } };
  const message = `nest objects and lists at most ${BODY_LIMITS.depth} deep`;
  return refused(line, { code: 'LR_GATEWAY_LINE_TOO_DEEP', field: '', message });
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  for (const item of Object.values(value)) if (!isWithin(item, depth - 1)) return false;
  return true;
}

function refused(line: number, fault: LineFault): BodyLine {
  return { line, content: { ok: false, fault } };
}

function requireLineCount(count: number): void {
  if (count <= BODY_LIMITS.lines) return;
  throw new GatewayError('LR_GATEWAY_BATCH_TOO_LARGE', `send at most ${BODY_LIMITS.lines} at once`);
}
