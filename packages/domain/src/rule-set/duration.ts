/** Durations as people write them in a rule set: `30s`, `5m`, `4h`, `2d`, `1h30m`. */
import { type Place, type RuleSetDocument, report, textOf } from './document.ts';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const WHOLE = /^(?:\d{1,7}[smhd])+$/;
const PART = /(\d{1,7})([smhd])/g;
const MAX_MS = 366 * 86_400_000;

/** Milliseconds, above 0 and at most 366 days; null for anything else. A day is 24 hours. */
export function parseDurationMs(text: string): number | null {
  if (!WHOLE.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  return total > 0 && total <= MAX_MS ? total : null;
}

export function durationOf(document: RuleSetDocument, place: Place | null): number | null {
  const text = textOf(document, place);
  if (text === null || place === null) return null;
  const value = parseDurationMs(text.trim());
  if (value === null) report(document, place, { message: `"${text}" is not a duration: write 30s, 5m, 4h, 2d or 1h30m, at most 366d` });
  return value;
}
