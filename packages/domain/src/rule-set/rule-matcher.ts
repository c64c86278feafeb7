/**
 * Finds the first rule that matches. Rules are found through an index by what they demand of a lead, so the cost does not grow with the
 * rules that cannot match (docs/adr/0024-rules-in-a-tree-of-values.md).
 */
import type { Condition } from '../cel/condition.ts';
import type { Facts } from '../facts.ts';
import { buildIndex } from './build-index.ts';
import type { IndexNode, RangesPart, ValuesPart } from './index-node.ts';
import { positionOf } from './range-positions.ts';

/** Place of the first condition that is met, from 0; the number of conditions when none is. */
export function createRuleMatcher(conditions: readonly Condition[]): (facts: Facts) => number {
  const root = buildIndex(conditions);
  const none = conditions.length;
  return (facts) => search(root, facts, none);
}

/** The least place below the node that is met, if less than `best`; else `best`. */
function search(node: IndexNode, facts: Facts, best: number): number {
  let least = best;
  for (const part of node.parts) {
    if (part.first >= least) break;
    least = part.kind === 'values' ? searchValues(part, facts, least) : searchRanges(part, facts, least);
  }
  const { places, rests } = node;
  for (let index = 0; index < places.length; index++) {
    const place = places[index] ?? least;
    if (place >= least) break;
    const rest = rests[index];
    if (rest === null || rest?.(facts) === true) return place;
  }
  return least;
}

function searchValues(part: ValuesPart, facts: Facts, best: number): number {
  const value = part.read(facts);
  if (typeof value !== 'object') {
    const node = value === undefined ? undefined : part.nodes.get(value);
    return node === undefined || node.first >= best ? best : search(node, facts, best);
  }
  let least = best;
  for (const one of value) {
    const node = part.nodes.get(one);
    if (node !== undefined && node.first < least) least = search(node, facts, least);
  }
  return least;
}

function searchRanges(part: RangesPart, facts: Facts, best: number): number {
  const value = part.read(facts);
  if ((typeof value !== 'string' && typeof value !== 'number') || Number.isNaN(value)) return best;
  let least = best;
  for (let place = part.size + positionOf(part.ends, value); place > 0; place >>>= 1) {
    const node = part.nodes[place];
    if (node !== null && node !== undefined && node.first < least) least = search(node, facts, least);
  }
  return least;
}
