/**
 * The index of a rule set's conditions: a tree that is walked along the values of one lead. Each node parts its rules by what they demand of
 * one value or of several, each rule by one of them; what a rule demands beyond its path is asked at the end.
 */
import type { Met } from '../cel/compile-met.ts';
import type { IndexSource } from '../cel/index-test.ts';
import type { Scalar } from '../cel/read-ast.ts';

export interface IndexNode {
  /** The least place of a rule below; so a walk can leave out what comes too late. */
  readonly first: number;
  /** By `first`. */
  readonly parts: readonly IndexPart[];
  /** Rules that are parted no further, in their order, and what is still to ask of each; null: it is met by whoever comes here. */
  readonly places: readonly number[];
  readonly rests: readonly (Met | null)[];
}

export type IndexPart = ValuesPart | RangesPart;

export interface ValuesPart {
  readonly kind: 'values';
  readonly first: number;
  readonly read: IndexSource['read'];
  readonly nodes: ReadonlyMap<Scalar, IndexNode>;
}

/** A segment tree over positions (range-positions.ts): the leaf of position p is node `size + p`, the parent of node n is n / 2. */
export interface RangesPart {
  readonly kind: 'ranges';
  readonly first: number;
  readonly read: IndexSource['read'];
  readonly ends: readonly (string | number)[];
  readonly size: number;
  readonly nodes: readonly (IndexNode | null)[];
}
