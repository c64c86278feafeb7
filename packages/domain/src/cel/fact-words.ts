/** The facts that are one of a few words, so that a condition that asks for another one is told instead of never being met. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { KNOWN_SEGMENTS, SIZE_BANDS } from '../enrichment/company-size.ts';
import { closestWord } from '../rule-set/did-you-mean.ts';
import { GRADE_RANK } from '../rule-set.ts';
import type { CelFault } from './check-condition.ts';
import type { FactName } from './fact-fields.ts';
import { factNameOf, literalOf } from './read-ast.ts';

/** All values that a fact can have, or the items of a list; facts that are not here can be anything. */
export type FactWords = Readonly<Partial<Record<FactName, readonly string[]>>>;

/** Whatever the rule set. */
export const FIXED_WORDS: FactWords = {
  grade: Object.keys(GRADE_RANK),
  authority: ['DECIDES', 'RECOMMENDS', 'RESEARCHES', 'NONE', 'UNKNOWN'],
  timeFrame: ['WITHIN_3_MONTHS', 'MONTHS_4_TO_6', 'MONTHS_7_TO_12', 'LATER', 'NONE', 'UNKNOWN'],
  government: ['FEDERAL', 'STATE', 'LOCAL'],
  sizeBand: SIZE_BANDS,
  segment: KNOWN_SEGMENTS,
};

/** Longer lists are not told in full. */
const MOST_TOLD = 12;

/** Of this node alone, without its children. */
export function findWordFaults(node: ASTNode, words: FactWords): readonly CelFault[] {
  if (node.op === '==' || node.op === '!=') {
    const [left, right] = node.args;
    return [...wrongWord(left, right, words), ...wrongWord(right, left, words)];
  }
  if (node.op !== 'in') return [];
  const [element, list] = node.args;
  if (list.op === 'list') return list.args.flatMap((item) => wrongWord(element, item, words));
  return wrongWord(list, element, words);
}

function wrongWord(fact: ASTNode, value: ASTNode, words: FactWords): readonly CelFault[] {
  const name = factNameOf(fact);
  const known = name === null ? undefined : words[name];
  const word = literalOf(value);
  if (name === null || known === undefined || typeof word !== 'string' || known.includes(word)) return [];
  const meant = closestWord(word, known);
  const verb = name === 'topics' || name === 'products' ? 'never has' : 'is never';
  return [
    { message: `lead.${name} ${verb} "${word}"${meant === null ? tell(known) : `: did you mean "${meant}"?`}`, range: value.range, known },
  ];
}

function tell(known: readonly string[]): string {
  if (known.length === 0) return ': none is declared';
  const some = known.slice(0, MOST_TOLD).join(', ');
  return `; it is one of ${some}${known.length > MOST_TOLD ? ', …' : ''}`;
}
