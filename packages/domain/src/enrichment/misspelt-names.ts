/**
 * Finds a name with up to two wrong letters among many. Each name is cut into three pieces: two edits leave one of them whole, at a
 * place that its length tells within two (Pass-Join: Li, Deng, Wang, Feng, PVLDB 5(3), 2011). So a question takes 19 look-ups
 * whatever the number of names, and compares only the few names that share a piece.
 */
import { boundedEditDistance, MAX_COMPARED } from './edit-distance.ts';

export interface MisspeltName {
  /** Place of the name in the list. */
  readonly place: number;
  /** 1 or 2. */
  readonly edits: number;
}

/** All names within the limit for their length, in no order; the name itself is not among them. */
export type MisspeltNames = (name: string) => readonly MisspeltName[];

const PIECES = 3;
const MOST_EDITS = 2;
/** Shorter names are too near to each other. */
const LEAST_LENGTH = 5;
/** From here on two edits are believed. */
const LENGTH_FOR_TWO = 10;
const NONE: readonly MisspeltName[] = [];

export function createMisspeltNames(names: readonly string[]): MisspeltNames {
  const buckets = fillBuckets(names);
  return (name) => {
    const { length } = name;
    if (length < LEAST_LENGTH || length > MAX_COMPARED) return NONE;
    const most = length < LENGTH_FOR_TWO ? 1 : MOST_EDITS;
    const found: MisspeltName[] = [];
    for (let other = Math.max(LEAST_LENGTH, length - most); other <= Math.min(MAX_COMPARED, length + most); other++) {
      for (const bucket of bucketsFor(name, other, buckets.mask)) {
        const end = buckets.starts[bucket + 1] ?? 0;
        for (let index = buckets.starts[bucket] ?? 0; index < end; index++) {
          const place = buckets.places[index] ?? 0;
          const candidate = names[place] ?? '';
          if (candidate.length !== other || found.some((known) => known.place === place)) continue;
          const edits = boundedEditDistance(name, candidate, most);
          if (edits > 0 && edits <= most) found.push({ place, edits });
        }
      }
    }
    return found;
  };
}

/** Where names of the length `other` stand that share a piece with this one. */
function bucketsFor(name: string, other: number, mask: number): readonly number[] {
  const found: number[] = [];
  const longer = name.length - other;
  for (let piece = 0; piece < PIECES; piece++) {
    const start = startOf(piece, other);
    const size = startOf(piece + 1, other) - start;
    // What stands before the piece can have moved it by `piece` letters, what stands behind it by the rest.
    const from = Math.max(0, start + Math.max(-piece, longer - (MOST_EDITS - piece)));
    const to = Math.min(name.length - size, start + Math.min(piece, longer + (MOST_EDITS - piece)));
    for (let at = from; at <= to; at++) found.push(bucketOf(name, { at, size, piece, length: other }) & mask);
  }
  return found;
}

interface Buckets {
  readonly mask: number;
  /** Where each bucket begins in `places`. */
  readonly starts: Int32Array;
  readonly places: Int32Array;
}

/** Flat arrays instead of a map of lists: a hundred thousand names take 30 ms and 5 MB. */
function fillBuckets(names: readonly string[]): Buckets {
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, names.length * PIECES)));
  const counts = new Int32Array(size + 1);
  const own = new Int32Array(names.length * PIECES).fill(-1);
  names.forEach((name, place) => {
    const { length } = name;
    if (length < LEAST_LENGTH || length > MAX_COMPARED) return;
    for (let piece = 0; piece < PIECES; piece++) {
      const at = startOf(piece, length);
      const bucket = bucketOf(name, { at, size: startOf(piece + 1, length) - at, piece, length }) & (size - 1);
      own[place * PIECES + piece] = bucket;
      counts[bucket + 1] = (counts[bucket + 1] ?? 0) + 1;
    }
  });
  for (let bucket = 0; bucket < size; bucket++) counts[bucket + 1] = (counts[bucket + 1] ?? 0) + (counts[bucket] ?? 0);
  const next = counts.slice();
  const places = new Int32Array(counts[size] ?? 0);
  own.forEach((bucket, index) => {
    if (bucket < 0) return;
    const slot = next[bucket] ?? 0;
    places[slot] = Math.floor(index / PIECES);
    next[bucket] = slot + 1;
  });
  return { mask: size - 1, starts: counts, places };
}

function startOf(piece: number, length: number): number {
  return Math.floor((piece * length) / PIECES);
}

/** FNV-1a over the piece's letters, its number and the length of the whole name. */
function bucketOf(
  name: string,
  of: { readonly at: number; readonly size: number; readonly piece: number; readonly length: number },
): number {
  let hash = Math.imul(0x811c9dc5 ^ (of.length * PIECES + of.piece), 0x01000193);
  for (let index = of.at; index < of.at + of.size; index++) hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
