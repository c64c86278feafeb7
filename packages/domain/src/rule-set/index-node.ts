/**
 * The index of a rule set's conditions as a tree, as it is built: each node parts its rules by what they demand of one value or of several,
 * each rule by one of them; what a rule demands beyond its path is asked at the end. It is walked in its packed form (packed-index.ts).
 */
import type { Met } from '../cel/compile-met.ts';
import type { IndexSource } from '../cel/index-test.ts';
import type { Scalar } from '../cel/read-ast.ts';

export interface IndexNode {
  /** The least place of a rule below; so a walk can leave out what comes too late. */
  readonly first: number;
  /** By `first`. */
  readonly parts: readonly IndexPart[];
  /** Rules that are parted no further, in their order. */
  readonly leaves: readonly IndexLeaf[];
}

export interface IndexLeaf {
  readonly place: number;
  /** What is still to ask; nothing: the rule is met by whoever comes here. */
  readonly rest: readonly Met[];
}

export type IndexPart = { readonly first: number; readonly source: IndexSource } & (
  | { readonly kind: 'values'; readonly nodes: ReadonlyMap<Scalar, IndexNode> }
  | { readonly kind: 'prefixes' | 'suffixes'; readonly nodes: ReadonlyMap<string, IndexNode> }
  | RangeNodes
);

/** A segment tree over positions (range-positions.ts): the leaf of position p is node `size + p`, the parent of node n is n / 2. */
interface RangeNodes {
  readonly kind: 'ranges';
  readonly ends: readonly (string | number)[];
  readonly size: number;
  readonly nodes: readonly (IndexNode | null)[];
}
