/** Reports a fault of an expression at its place inside the YAML. */
import type { SourceRange } from '@marcbachmann/cel-js';
import { type Place, type RuleSetDocument, rawTextOf, report } from '../rule-set/document.ts';

/** Finds the CEL offset in the YAML, whatever the scalar's style. */
export function reportInside(
  document: RuleSetDocument,
  place: Place,
  fault: { readonly source: string; readonly message: string; readonly range: SourceRange | undefined; readonly known?: readonly string[] },
): void {
  const raw = rawTextOf(document, place);
  const known = fault.known === undefined ? {} : { known: fault.known };
  if (raw === null || fault.range === undefined) {
    report(document, place, { message: fault.message, ...known });
    return;
  }
  const offset = offsetInYaml(document.text, raw, { source: fault.source, at: fault.range.start });
  report(document, place, { offset, message: fault.message, ...known });
}

/** The value is a subsequence of its writing but for escapes: walk both. Block scalars begin after their header line. */
function offsetInYaml(
  text: string,
  raw: { readonly from: number; readonly to: number },
  value: { readonly source: string; readonly at: number },
): number {
  let position = raw.from;
  if (text[position] === '|' || text[position] === '>') position = text.indexOf('\n', position) + 1;
  else if (text[position] === '"' || text[position] === "'") position += 1;
  let last = position;
  for (let index = 0; index <= value.at && index < value.source.length; index++) {
    const wanted = value.source[index];
    const isSpace = wanted === ' ' || wanted === '\n';
    let probe = position;
    while (probe < raw.to && !(text[probe] === wanted || (isSpace && /\s/.test(text[probe] ?? '')))) probe += 1;
    if (probe >= raw.to) break;
    last = probe;
    position = probe + 1;
  }
  return value.at >= value.source.length ? Math.min(last + 1, raw.to) : last;
}
