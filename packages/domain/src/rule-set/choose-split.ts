/** Chooses by which value the rules of an index node are parted: by the one that leaves the fewest of them to be looked at. */

import type { Branch } from '../cel/condition-branches.ts';
import type { IndexRange, IndexSource, IndexTest } from '../cel/index-test.ts';
import type { Scalar } from '../cel/read-ast.ts';
import { endsOf, lastPosition, positionsOf } from './range-positions.ts';

/** One way for a rule to match, on its way down the tree. */
export interface Entry {
  readonly place: number;
  readonly branch: Branch;
  /** One bit for each term that the path has decided. */
  readonly used: number;
  /** How many entries the branch has become: one for each value on its path. */
  readonly copies: number;
}

export type NamedTest = Exclude<IndexTest, { kind: 'ranges' }>;
export type RangesTest = Extract<IndexTest, { kind: 'ranges' }>;

export interface SplitMember<Test extends IndexTest = IndexTest> {
  readonly entry: Entry;
  readonly term: number;
  readonly test: Test;
}

interface SplitBy<Kind extends IndexTest['kind'], Test extends IndexTest> {
  readonly kind: Kind;
  readonly source: IndexSource;
  readonly members: SplitMember<Test>[];
}

export type NamedSplit = SplitBy<NamedTest['kind'], NamedTest>;
export type RangesSplit = SplitBy<'ranges', RangesTest>;
export type Split = NamedSplit | RangesSplit;

/** Bits of `used`. */
const MOST_TERMS = 30;
/** Bounds the memory of rules that name many values of several fields. */
const MOST_COPIES = 64;
/** A split must spare so many conditions: about what looking the value up costs. */
const LEAST_GAIN = { values: 3, prefixes: 4, suffixes: 4, ranges: 6 };
const LEAST_SHARE = 0.3;
/** Ranges are sampled beyond this, to estimate only. */
const SAMPLE = 1_000;

/** The path has decided this term of a branch. */
export function isUsed(used: number, term: number): boolean {
  return term < MOST_TERMS && (used & (1 << term)) !== 0;
}

/** null: none is worth it. Entries that have no such test stay for another split. */
export function chooseSplit(entries: readonly Entry[]): Split | null {
  let best: Split | null = null;
  let bestGain = 0;
  for (const split of possibleSplits(entries)) {
    const { kind, members } = split;
    if (members.length <= bestGain || members.length < LEAST_GAIN[kind]) continue;
    const left = split.kind === 'ranges' ? leftByRanges(split.members) : leftByValues(split.members);
    const gain = members.length - left;
    if (gain <= bestGain || gain < LEAST_GAIN[kind] || gain < members.length * LEAST_SHARE) continue;
    best = split;
    bestGain = gain;
  }
  return best;
}

function possibleSplits(entries: readonly Entry[]): Iterable<Split> {
  const splits = {
    values: new Map<string, NamedSplit>(),
    prefixes: new Map<string, NamedSplit>(),
    suffixes: new Map<string, NamedSplit>(),
    ranges: new Map<string, RangesSplit>(),
  };
  for (const entry of entries) {
    const { branch, used, copies } = entry;
    for (let term = 0; term < branch.length && term < MOST_TERMS; term++) {
      const test = branch[term]?.test ?? null;
      if (test === null || isUsed(used, term)) continue;
      if (test.kind === 'ranges') addMember(splits.ranges, { kind: test.kind, member: { entry, term, test } });
      else if (copies === 1 || copies * test.values.length <= MOST_COPIES)
        addMember(splits[test.kind], { kind: test.kind, member: { entry, term, test } });
    }
  }
  return Object.values(splits).flatMap((ofKind) => [...ofKind.values()]);
}

/** An entry is a member once, however many such tests it has. */
function addMember<Kind extends IndexTest['kind'], Test extends IndexTest>(
  splits: Map<string, SplitBy<Kind, Test>>,
  { kind, member }: { readonly kind: Kind; readonly member: SplitMember<Test> },
): void {
  const { source } = member.test;
  let split = splits.get(source.key);
  if (split === undefined) {
    split = { kind, source, members: [] };
    splits.set(source.key, split);
  }
  if (split.members.at(-1)?.entry !== member.entry) split.members.push(member);
}

/** Expected rules left for a lead: its value is one of those named, the more likely the more rules name it, or another one. */
function leftByValues(members: readonly SplitMember<NamedTest>[]): number {
  const counts = new Map<Scalar, number>();
  for (const { test } of members) for (const value of test.values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let sum = 0;
  let squares = 0;
  for (const count of counts.values()) {
    sum += count;
    squares += count * count;
  }
  return sum === 0 ? 0 : (squares / sum) * (counts.size / (counts.size + 1));
}

/** Expected rules left for a lead that may stand at any position. */
function leftByRanges(members: readonly SplitMember<RangesTest>[]): number {
  const step = Math.ceil(members.length / SAMPLE);
  const ranges: IndexRange[] = [];
  for (let index = 0; index < members.length; index += step) ranges.push(...(members[index]?.test.ranges ?? []));
  const ends = endsOf(ranges);
  let covered = 0;
  for (const range of ranges) {
    const [first, last] = positionsOf(ends, range);
    covered += Math.max(0, last - first + 1);
  }
  return (covered / (lastPosition(ends) + 1)) * step;
}
