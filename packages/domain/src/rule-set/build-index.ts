/** Builds the index of the conditions of a rule set, once per version. */
import type { Condition } from '../cel/condition.ts';
import type { Scalar } from '../cel/read-ast.ts';
import { chooseSplit, type Entry, isUsed, type NamedSplit, type RangesSplit, type Split } from './choose-split.ts';
import type { IndexNode, IndexPart } from './index-node.ts';
import { endsOf, lastPosition, positionsOf } from './range-positions.ts';

export function buildIndex(conditions: readonly Condition[]): IndexNode {
  const entries = conditions.flatMap((condition, place) =>
    condition.branches().map((branch): Entry => ({ place, branch, used: 0, copies: 1 })),
  );
  return buildNode(entries);
}

/** Entries are in the order of their places; so are all lists made of them. */
function buildNode(reaching: readonly Entry[]): IndexNode {
  const entries = upToCertain(reaching);
  const parts: IndexPart[] = [];
  let open = entries;
  for (let split = chooseSplit(open); split !== null; split = chooseSplit(open)) {
    parts.push(split.kind === 'ranges' ? partByRanges(split) : partByNames(split));
    const taken = new Set<Entry>(split.members.map(({ entry }) => entry));
    open = open.filter((entry) => !taken.has(entry));
  }
  parts.sort((a, b) => a.first - b.first);
  return {
    first: entries[0]?.place ?? Number.POSITIVE_INFINITY,
    parts,
    leaves: open.map(({ place, branch, used }) => ({
      place,
      rest: branch.filter((_, term) => !isUsed(used, term)).map((term) => term.isMet),
    })),
  };
}

/** Nobody gets past a rule that is met by all who come here. */
function upToCertain(entries: readonly Entry[]): readonly Entry[] {
  const certain = entries.findIndex(({ branch, used }) => branch.every((_, term) => isUsed(used, term)));
  return certain < 0 ? entries : entries.slice(0, certain + 1);
}

function partByNames({ kind, source, members }: NamedSplit): IndexPart {
  const entries = new Map<Scalar, Entry[]>();
  for (const { entry, term, test } of members) {
    const child: Entry = { ...entry, used: entry.used | (1 << term), copies: entry.copies * test.values.length };
    for (const value of test.values) {
      const ofValue = entries.get(value);
      if (ofValue === undefined) entries.set(value, [child]);
      else ofValue.push(child);
    }
  }
  const nodes = new Map([...entries].map(([value, ofValue]): [Scalar, IndexNode] => [value, buildNode(ofValue)]));
  const first = firstOf(members);
  if (kind === 'values') return { kind, first, source, nodes };
  return { kind, first, source, nodes: new Map([...nodes].map(([affix, node]) => [String(affix), node])) };
}

function partByRanges({ source, members }: RangesSplit): IndexPart {
  const ends = endsOf(members.flatMap(({ test }) => test.ranges));
  const size = lastPosition(ends) + 1;
  const entries: Entry[][] = Array.from({ length: size * 2 }, () => []);
  for (const { entry, term, test } of members) {
    const covered = test.ranges.flatMap((range) => nodesCovering(positionsOf(ends, range), size));
    const child: Entry = { ...entry, used: entry.used | (1 << term), copies: entry.copies * covered.length };
    for (const node of covered) entries[node]?.push(child);
  }
  const nodes = entries.map((ofNode) => (ofNode.length === 0 ? null : buildNode(ofNode)));
  return { kind: 'ranges', first: firstOf(members), source, ends, size, nodes };
}

/** The fewest nodes of a segment tree that cover the positions. */
function nodesCovering([first, last]: readonly [number, number], size: number): readonly number[] {
  const nodes: number[] = [];
  let left = first + size;
  let right = last + 1 + size;
  while (left < right) {
    if (left % 2 === 1) nodes.push(left++);
    if (right % 2 === 1) nodes.push(--right);
    left = Math.floor(left / 2);
    right = Math.floor(right / 2);
  }
  return nodes;
}

function firstOf(members: Split['members']): number {
  return members[0]?.entry.place ?? Number.POSITIVE_INFINITY;
}
