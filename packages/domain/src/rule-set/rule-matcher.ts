/**
 * Finds the first rule that matches. Rules are found through an index by what they demand of a lead, so the cost does not grow with the
 * rules that cannot match (docs/adr/0024-rules-in-a-tree-of-values.md).
 */
import type { Condition } from '../cel/condition.ts';
import type { Facts } from '../facts.ts';
import { AFFIX_HASH_START, extendAffixHash, itemOfAffix } from './affix-table.ts';
import { buildIndex } from './build-index.ts';
import {
  BY_AFFIX,
  BY_VALUE,
  EDGE_WORDS,
  edgeSlot,
  LEAF_WORDS,
  NO_NODE,
  NODE_WORDS,
  PART_WORDS,
  type PackedIndex,
  packIndex,
} from './packed-index.ts';
import { positionOf } from './range-positions.ts';

/** Place of the first condition that is met, from 0; the number of conditions when none is. */
export function createRuleMatcher(conditions: readonly Condition[]): (facts: Facts) => number {
  const walk = new IndexWalk(packIndex(buildIndex(conditions)));
  return (facts) => walk.firstMet(facts, conditions.length);
}

const NOT_READ = -1;
const NO_NUMBER = 0;

/** The matcher of one rule set with what it knows of the lead at hand. Searches return the least place that is met, if less than `best`; else `best`. */
class IndexWalk {
  readonly #index: PackedIndex;
  /** By source: the number of this lead's value, so that it is read once. */
  readonly #numbers: Int32Array;

  constructor(index: PackedIndex) {
    this.#index = index;
    this.#numbers = new Int32Array(index.sources.length);
  }

  firstMet(facts: Facts, none: number): number {
    this.#numbers.fill(NOT_READ);
    return this.#search(this.#index.root, facts, none);
  }

  #search(node: number, facts: Facts, best: number): number {
    const { words, rests } = this.#index;
    let least = best;
    const partsEnd = node + NODE_WORDS + (words[node + 1] ?? 0) * PART_WORDS;
    for (let part = node + NODE_WORDS; part < partsEnd; part += PART_WORDS) {
      if ((words[part + 2] ?? 0) >= least) break;
      least = this.#searchPart(part, facts, least);
    }
    const leavesEnd = partsEnd + (words[node + 2] ?? 0) * LEAF_WORDS;
    for (let leaf = partsEnd; leaf < leavesEnd; leaf += LEAF_WORDS) {
      const place = words[leaf] ?? 0;
      if (place >= least) break;
      const rest = rests[words[leaf + 1] ?? 0];
      if (rest === null || rest?.(facts) === true) return place;
    }
    return least;
  }

  #searchPart(part: number, facts: Facts, best: number): number {
    switch (this.#index.words[part]) {
      case BY_VALUE:
        return this.#searchValues(part, facts, best);
      case BY_AFFIX:
        return this.#searchAffixes(part, facts, best);
      default:
        return this.#searchRanges(part, facts, best);
    }
  }

  #searchValues(part: number, facts: Facts, best: number): number {
    const { words, edges, sources } = this.#index;
    const place = words[part + 1] ?? 0;
    const edgesOf = words[part + 3] ?? 0;
    let number = this.#numbers[place] ?? NO_NUMBER;
    if (number === NOT_READ) {
      const source = sources[place];
      const value = source?.read(facts);
      if (typeof value === 'object') {
        let least = best;
        for (const one of value) least = this.#searchNode(nodeOf(edges, edgesOf, source?.numbers.get(one) ?? NO_NUMBER), facts, least);
        return least;
      }
      number = value === undefined ? NO_NUMBER : (source?.numbers.get(value) ?? NO_NUMBER);
      this.#numbers[place] = number;
    }
    return number === NO_NUMBER ? best : this.#searchNode(nodeOf(edges, edgesOf, number), facts, best);
  }

  #searchAffixes(part: number, facts: Facts, best: number): number {
    const { words, edges } = this.#index;
    const affixes = this.#index.affixes[words[part + 1] ?? 0];
    const edgesOf = words[part + 3] ?? 0;
    const text = affixes?.read(facts);
    if (affixes === undefined || typeof text !== 'string') return best;
    let least = best;
    let hash = AFFIX_HASH_START;
    let hashed = 0;
    for (const table of affixes.tables) {
      if (table.length > text.length) break;
      for (; hashed < table.length; hashed++)
        hash = extendAffixHash(hash, text.charCodeAt(affixes.isSuffix ? text.length - 1 - hashed : hashed));
      const number = itemOfAffix(table, text, hash);
      if (number !== undefined) least = this.#searchNode(nodeOf(edges, edgesOf, number), facts, least);
    }
    return least;
  }

  #searchRanges(part: number, facts: Facts, best: number): number {
    const ranges = this.#index.ranges[this.#index.words[part + 1] ?? 0];
    const value = ranges?.read(facts);
    if (ranges === undefined || (typeof value !== 'string' && typeof value !== 'number') || Number.isNaN(value)) return best;
    let least = best;
    for (let place = ranges.size + positionOf(ranges.ends, value); place > 0; place >>>= 1)
      least = this.#searchNode(ranges.nodes[place] ?? NO_NODE, facts, least);
    return least;
  }

  #searchNode(node: number, facts: Facts, best: number): number {
    return node === NO_NODE || (this.#index.words[node] ?? 0) >= best ? best : this.#search(node, facts, best);
  }
}

function nodeOf(edges: Int32Array, part: number, value: number): number {
  for (let slot = edgeSlot(part, value, edges.length); ; slot = (slot + EDGE_WORDS) & (edges.length - 1)) {
    const owner = edges[slot];
    if (owner === part && edges[slot + 1] === value) return edges[slot + 2] ?? NO_NODE;
    if (owner === 0) return NO_NODE;
  }
}
