/**
 * Finds the first rule that matches. Rules are found through an index by what they demand of a lead, so the cost does not grow with the
 * rules that cannot match (docs/adr/0024-rules-in-a-tree-of-values.md).
 */
import type { Condition } from '../cel/condition.ts';
import type { Facts } from '../facts.ts';
import { findAffixes } from './affix-table.ts';
import { buildIndex } from './build-index.ts';
import { NO_NODE, nodeBehind } from './packed-edges.ts';
import { BY_AFFIX, BY_VALUE, EDGES_AT, LEAF_WORDS, NODE_WORDS, PART_WORDS, type PackedIndex, packIndex } from './packed-index.ts';
import { positionOf } from './range-positions.ts';
import { numberOfText } from './text-numbers.ts';

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
  /** By source of affixes: those that this lead's text has, and how many. */
  readonly #affixes: readonly Int32Array[];
  readonly #affixCounts: Int32Array;

  constructor(index: PackedIndex) {
    this.#index = index;
    this.#numbers = new Int32Array(index.sources.length);
    this.#affixes = index.affixes.map(({ set }) => new Int32Array(set.tables.length));
    this.#affixCounts = new Int32Array(index.affixes.length);
  }

  firstMet(facts: Facts, none: number): number {
    this.#numbers.fill(NOT_READ);
    this.#affixCounts.fill(NOT_READ);
    return this.#search(this.#index.root, facts, none);
  }

  #search(node: number, facts: Facts, best: number): number {
    if (node < 0) return this.#searchLeaves(-node, facts, best);
    const { words } = this.#index;
    if (node === NO_NODE || (words[node] ?? 0) >= best) return best;
    let least = best;
    const partsEnd = node + NODE_WORDS + (words[node + 1] ?? 0) * PART_WORDS;
    for (let part = node + NODE_WORDS; part < partsEnd; part += PART_WORDS) {
      if ((words[part + 2] ?? 0) >= least) break;
      least = this.#searchPart(part, facts, least);
    }
    const leaves = words[node + 2] ?? 0;
    return leaves === 0 ? least : this.#searchLeaves(leaves, facts, least);
  }

  #searchLeaves(first: number, facts: Facts, best: number): number {
    const { leaves, rests } = this.#index;
    for (let leaf = first; ; leaf += LEAF_WORDS) {
      const place = leaves[leaf] ?? 0;
      if (place >= best) return best;
      const word = leaves[leaf + 1] ?? 0;
      const rest = rests[word < 0 ? ~word : word];
      if (rest === null || rest?.(facts) === true) return place;
      if (word < 0) return best;
    }
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
    const index = this.#index;
    const place = index.words[part + 1] ?? 0;
    let number = this.#numbers[place] ?? NO_NUMBER;
    if (number === NOT_READ) {
      const source = index.sources[place];
      if (source === undefined) return best;
      const value = source.read(facts);
      if (typeof value === 'object') {
        let least = best;
        for (const one of value) least = this.#search(nodeBehind(index, part + EDGES_AT, numberOfText(source.texts, one)), facts, least);
        return least;
      }
      if (typeof value === 'string') number = numberOfText(source.texts, value);
      else number = value === undefined ? NO_NUMBER : (source.others.get(value) ?? NO_NUMBER);
      this.#numbers[place] = number;
    }
    return number === NO_NUMBER ? best : this.#search(nodeBehind(index, part + EDGES_AT, number), facts, best);
  }

  #searchAffixes(part: number, facts: Facts, best: number): number {
    const index = this.#index;
    const place = index.words[part + 1] ?? 0;
    const found = this.#affixes[place];
    if (found === undefined) return best;
    let count = this.#affixCounts[place] ?? 0;
    if (count === NOT_READ) {
      const affixes = index.affixes[place];
      const text = affixes?.read(facts);
      count = affixes === undefined || typeof text !== 'string' ? 0 : findAffixes(affixes.set, text, found);
      this.#affixCounts[place] = count;
    }
    let least = best;
    for (let at = 0; at < count; at++) least = this.#search(nodeBehind(index, part + EDGES_AT, found[at] ?? NO_NUMBER), facts, least);
    return least;
  }

  #searchRanges(part: number, facts: Facts, best: number): number {
    const ranges = this.#index.ranges[this.#index.words[part + 1] ?? 0];
    const value = ranges?.read(facts);
    if (ranges === undefined || (typeof value !== 'string' && typeof value !== 'number') || Number.isNaN(value)) return best;
    let least = best;
    for (let place = ranges.size + positionOf(ranges.ends, value); place > 0; place >>>= 1)
      least = this.#search(ranges.nodes[place] ?? NO_NODE, facts, least);
    return least;
  }
}
