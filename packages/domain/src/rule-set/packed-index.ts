/**
 * The index in the form that it is walked in: numbers in a few arrays, so that a lead touches a handful of cache lines however many rules
 * there are. As objects, the same tree took ten times as long for 50,000 rules as for 50, waiting for memory.
 */
import { everyMet, type Met } from '../cel/compile-met.ts';
import type { IndexSource } from '../cel/index-test.ts';
import type { Scalar } from '../cel/read-ast.ts';
import { type AffixTable, createAffixTables } from './affix-table.ts';
import type { IndexLeaf, IndexNode, IndexPart } from './index-node.ts';

export interface PackedIndex {
  /** Where the root's record begins in `words`. */
  readonly root: number;
  /**
   * A record a node: `first`, number of parts, number of leaves; four words a part (kind, place in the array of its kind, `first`, the
   * number that its edges have), two a leaf (place of the rule, place in `rests`).
   */
  readonly words: Int32Array;
  /** Open addressing, four words a slot: number of a part (0: free), number of a value or affix, node, and one not used. */
  readonly edges: Int32Array;
  readonly sources: readonly PackedSource[];
  readonly affixes: readonly PackedAffixes[];
  readonly ranges: readonly PackedRanges[];
  /** null: nothing is left to ask. */
  readonly rests: readonly (Met | null)[];
}

export interface PackedSource {
  readonly read: IndexSource['read'];
  /** Values have numbers from 1. */
  readonly numbers: ReadonlyMap<Scalar, number>;
}

/** All affixes that any part asks of one source, with their numbers from 1. */
export interface PackedAffixes {
  readonly read: IndexSource['read'];
  readonly isSuffix: boolean;
  readonly tables: readonly AffixTable<number>[];
}

/** As in index-node.ts, with the places of the nodes; 0 for none. */
export interface PackedRanges {
  readonly read: IndexSource['read'];
  readonly ends: readonly (string | number)[];
  readonly size: number;
  readonly nodes: Int32Array;
}

/** No record begins there. */
export const NO_NODE = 0;
export const NODE_WORDS = 3;
export const PART_WORDS = 4;
export const LEAF_WORDS = 2;
export const EDGE_WORDS = 4;
export const BY_VALUE = 0;
export const BY_AFFIX = 1;
export const BY_RANGE = 2;

export function packIndex(root: IndexNode): PackedIndex {
  const packer = new IndexPacker();
  return packer.finish(packer.addNode(root));
}

/** Where an edge is looked for first; in words. */
export function edgeSlot(part: number, value: number, words: number): number {
  const hash = Math.imul(part, 0x9e3779b1) ^ Math.imul(value, 0x85ebca6b);
  return Math.imul(hash ^ (hash >>> 15), EDGE_WORDS) & (words - 1);
}

interface AffixSource {
  readonly place: number;
  readonly read: IndexSource['read'];
  readonly isSuffix: boolean;
  readonly numbers: Map<string, number>;
}

class IndexPacker {
  readonly #words: number[] = [0];
  readonly #edges: (readonly [part: number, value: number, node: number])[] = [];
  readonly #sources = new Map<
    string,
    { readonly place: number; readonly read: IndexSource['read']; readonly numbers: Map<Scalar, number> }
  >();
  readonly #affixes = new Map<string, AffixSource>();
  readonly #ranges: PackedRanges[] = [];
  readonly #rests: (Met | null)[] = [null];
  readonly #metNumbers = new Map<Met, number>();
  readonly #restPlaces = new Map<string, number>([['', 0]]);
  #parts = 0;

  /** Children come before their parent. */
  addNode(node: IndexNode): number {
    const parts = node.parts.flatMap((part) => this.#addPart(part));
    const leaves = node.leaves.flatMap(({ place, rest }) => [place, this.#restPlace(rest)]);
    const start = this.#words.length;
    this.#words.push(node.first, node.parts.length, node.leaves.length);
    for (const word of parts) this.#words.push(word);
    for (const word of leaves) this.#words.push(word);
    return start;
  }

  finish(root: number): PackedIndex {
    return {
      root,
      words: Int32Array.from(this.#words),
      edges: packEdges(this.#edges),
      sources: [...this.#sources.values()],
      affixes: [...this.#affixes.values()].map(({ read, isSuffix, numbers }) => ({
        read,
        isSuffix,
        tables: createAffixTables(numbers, isSuffix),
      })),
      ranges: this.#ranges,
      rests: this.#rests,
    };
  }

  #addPart(part: IndexPart): readonly number[] {
    this.#parts += 1;
    const number = this.#parts;
    switch (part.kind) {
      case 'values': {
        const source = this.#sourceOf(part.source);
        for (const [value, node] of part.nodes) this.#edges.push([number, numberOf(source.numbers, value), this.addNode(node)]);
        return [BY_VALUE, source.place, part.first, number];
      }
      case 'prefixes':
      case 'suffixes': {
        const affixes = this.#affixesOf(part.source, part.kind === 'suffixes');
        for (const [affix, node] of part.nodes) this.#edges.push([number, numberOf(affixes.numbers, affix), this.addNode(node)]);
        return [BY_AFFIX, affixes.place, part.first, number];
      }
      case 'ranges': {
        const nodes = Int32Array.from(part.nodes, (node) => (node === null ? 0 : this.addNode(node)));
        const place = this.#ranges.push({ read: part.source.read, ends: part.ends, size: part.size, nodes }) - 1;
        return [BY_RANGE, place, part.first, number];
      }
    }
  }

  #sourceOf({ key, read }: IndexSource): { readonly place: number; readonly numbers: Map<Scalar, number> } {
    const known = this.#sources.get(key) ?? { place: this.#sources.size, read, numbers: new Map() };
    this.#sources.set(key, known);
    return known;
  }

  #affixesOf({ key, read }: IndexSource, isSuffix: boolean): AffixSource {
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

function numberOf<T>(numbers: Map<T, number>, value: T): number {
  const number = numbers.get(value) ?? numbers.size + 1;
  numbers.set(value, number);
  return number;
}

function packEdges(edges: readonly (readonly number[])[]): Int32Array {
  const words = EDGE_WORDS * 2 ** Math.ceil(Math.log2(edges.length * 2 + 1));
  const packed = new Int32Array(words);
  for (const edge of edges) {
    const [part = 0, value = 0] = edge;
    let slot = edgeSlot(part, value, words);
    while (packed[slot] !== 0) slot = (slot + EDGE_WORDS) & (words - 1);
    packed.set(edge, slot);
  }
  return packed;
}
