/** Why a look-up is never what a condition compares it with: no row of the table says so, which is a slip of the pen most of the time. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { literalOf } from '../../cel/read-ast.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { ReferenceTables } from '../reference-table.ts';
import { cellsOf } from './keys-to-try.ts';

/** Of an equality or a membership; null where a row has one of the words, and for everything else. */
export function missingCellIn(node: ASTNode, tables: ReferenceTables): string | null {
  if (node.op !== '==' && node.op !== 'in') return null;
  const [left, right] = node.args;
  const sides = node.op === '==' && right.op === 'call' ? { call: right, other: left } : { call: left, other: right };
  const words = (sides.other.op === 'list' ? sides.other.args : [sides.other]).map(literalOf).filter((word) => typeof word === 'string');
  const { call } = sides;
  if (call.op !== 'call' || call.args[0] !== 'lookup' || words.length === 0) return null;
  const [table, , column] = call.args[1].map(literalOf);
  if (typeof table !== 'string' || typeof column !== 'string') return null;
  const cells = cellsOf(tables, { table, column });
  if (cells === null || words.some((word) => cells.includes(word))) return null;
  const [word = ''] = words;
  const said = words.map((each) => JSON.stringify(each)).join(' or ');
  return `no row of table "${table}" has ${said} as its "${column}"${didYouMean(word, cells)}`;
}
