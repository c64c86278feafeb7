/**
 * The index in the form that it is walked in: numbers in a few arrays, so that a lead touches a handful of cache lines however many rules
 * there are. As objects, the same tree took ten times as long for 50,000 rules as for 50, waiting for memory.
 */
import { everyMet, type Met } from '../cel/compile-met.ts';
import type { IndexSource } from '../cel/index-test.ts';
import type { Scalar } from '../cel/read-ast.ts';
import { type AffixSet, createAffixSet } from './affix-table.ts';
import type { IndexLeaf, IndexNode, IndexPart } from './index-node.ts';
import { EdgesPacker, NO_NODE, type PackedEdges } from './packed-edges.ts';
import { createTextNumbers, type TextNumbers } from './text-numbers.ts';

/** A node is a number: above 0 the place of its record in `words`, below 0 minus the place of its leaves in `leaves`; or NO_NODE. */
export interface PackedIndex extends PackedEdges {
  readonly root: number;
  /**
   * A record a node that has parts: `first`, number of parts, place of its leaves or 0; six words a part (kind, place in the array of its
   * kind, `first`, and where its edges are).
   */
  readonly words: Int32Array;
  /** Two words a leaf: place of the rule, place in `rests`; of a node's last leaf the complement of that. */
  readonly leaves: Int32Array;
  readonly sources: readonly PackedSource[];
  readonly affixes: readonly PackedAffixes[];
  readonly ranges: readonly PackedRanges[];
  /** null: nothing is left to ask. */
  readonly rests: readonly (Met | null)[];
}

export interface PackedSource {
  readonly read: IndexSource['read'];
  /** Values have numbers from 1. */
  readonly texts: TextNumbers;
  readonly others: ReadonlyMap<number | boolean, number>;
}

/** All affixes that any part asks of one source, with their numbers from 1. */
export interface PackedAffixes {
  readonly read: IndexSource['read'];
  readonly set: AffixSet;
}

/** As in index-node.ts, with nodes as everywhere here. */
export interface PackedRanges {
  readonly read: IndexSource['read'];
  readonly ends: readonly (string | number)[];
  readonly size: number;
  readonly nodes: Int32Array;
}

export const NODE_WORDS = 3;
export const PART_WORDS = 6;
/** Words of a part before those of its edges. */
export const EDGES_AT = 3;
export const LEAF_WORDS = 2;
export const BY_VALUE = 0;
export const BY_AFFIX = 1;
export const BY_RANGE = 2;

export function packIndex(root: IndexNode): PackedIndex {
  const packer = new IndexPacker();
  return packer.finish(packer.addNode(root));
}

interface Numbered<T> {
  readonly place: number;
  readonly read: IndexSource['read'];
  readonly numbers: Map<T, number>;
}

interface NumberedAffixes extends Numbered<string> {
  readonly isSuffix: boolean;
}

class IndexPacker {
  /** Places begin at 1, so that no node is NO_NODE. */
  readonly #words: number[] = [0];
  readonly #leaves: number[] = [0];
  readonly #edges = new EdgesPacker();
  readonly #sources = new Map<string, Numbered<Scalar>>();
  readonly #affixes = new Map<string, NumberedAffixes>();
  readonly #ranges: PackedRanges[] = [];
  readonly #rests: (Met | null)[] = [null];
  readonly #metNumbers = new Map<Met, number>();
  readonly #restPlaces = new Map<string, number>([['', 0]]);

  /** Children come before their parent. */
  addNode(node: IndexNode): number {
    if (node.parts.length === 0) return -this.#addLeaves(node.leaves);
    const parts = node.parts.flatMap((part) => this.#addPart(part));
    const leaves = this.#addLeaves(node.leaves);
    const start = this.#words.length;
    this.#words.push(node.first, node.parts.length, leaves);
    for (const word of parts) this.#words.push(word);
    return start;
  }

  finish(root: number): PackedIndex {
    return {
      root,
      ...this.#edges.finish(),
      words: Int32Array.from(this.#words),
      leaves: Int32Array.from(this.#leaves),
      sources: [...this.#sources.values()].map(packSource),
      affixes: [...this.#affixes.values()].map(({ read, isSuffix, numbers }) => ({ read, set: createAffixSet(numbers, isSuffix) })),
      ranges: this.#ranges,
      rests: this.#rests,
    };
  }

  /** 0 when there are none. */
  #addLeaves(leaves: readonly IndexLeaf[]): number {
    if (leaves.length === 0) return 0;
    const start = this.#leaves.length;
    for (const [index, { place, rest }] of leaves.entries()) {
      const restPlace = this.#restPlace(rest);
      this.#leaves.push(place, index === leaves.length - 1 ? ~restPlace : restPlace);
    }
    return start;
  }

  #addPart(part: IndexPart): readonly number[] {
    switch (part.kind) {
      case 'values': {
        const { numbers, place } = this.#sourceOf(part.source);
        return [BY_VALUE, place, part.first, ...this.#addEdges(part.nodes, numbers)];
      }
      case 'prefixes':
      case 'suffixes': {
        const { numbers, place } = this.#affixesOf(part.source, part.kind === 'suffixes');
        return [BY_AFFIX, place, part.first, ...this.#addEdges(part.nodes, numbers)];
      }
      case 'ranges': {
        const nodes = Int32Array.from(part.nodes, (node) => (node === null ? NO_NODE : this.addNode(node)));
        const place = this.#ranges.push({ read: part.source.read, ends: part.ends, size: part.size, nodes }) - 1;
        return [BY_RANGE, place, part.first, 0, 0, 0];
      }
    }
  }

  /** Values of one part are numbered one after the other, before those of the nodes below: so they make a short row. */
  #addEdges<T>(nodes: ReadonlyMap<T, IndexNode>, numbers: Map<T, number>): readonly number[] {
    const numbered = [...nodes].map(([value, node]): readonly [number, IndexNode] => [numberOf(numbers, value), node]);
    return this.#edges.add(numbered.map(([number, node]) => [number, this.addNode(node)]));
  }

  #sourceOf({ key, read }: IndexSource): Numbered<Scalar> {
    const known = this.#sources.get(key) ?? { place: this.#sources.size, read, numbers: new Map() };
    this.#sources.set(key, known);
    return known;
  }

  #affixesOf({ key, read }: IndexSource, isSuffix: boolean): NumberedAffixes {
    const name = `${isSuffix ? 'suffix' : 'prefix'} ${key}`;
    const known = this.#affixes.get(name) ?? { place: this.#affixes.size, read, isSuffix, numbers: new Map() };
    this.#affixes.set(name, known);
    return known;
  }

  /** The same terms left to ask are one closure, which stays in the processor's cache. */
  #restPlace(rest: IndexLeaf['rest']): number {
    const numbers = rest.map((met) => {
      const number = this.#metNumbers.get(met) ?? this.#metNumbers.size;
      this.#metNumbers.set(met, number);
      return number;
    });
    const key = numbers.join();
    const place = this.#restPlaces.get(key) ?? this.#rests.push(everyMet(rest)) - 1;
    this.#restPlaces.set(key, place);
    return place;
  }
}

function packSource({ read, numbers }: Numbered<Scalar>): PackedSource {
  const texts = new Map<string, number>();
  const others = new Map<number | boolean, number>();
  for (const [value, number] of numbers) {
    if (typeof value === 'string') texts.set(value, number);
    else others.set(value, number);
  }
  return { read, texts: createTextNumbers(texts), others };
}

function numberOf<T>(numbers: Map<T, number>, value: T): number {
  const number = numbers.get(value) ?? numbers.size + 1;
  numbers.set(value, number);
  return number;
}
