/**
 * Finds what a misspelt word was meant to be among many. Each word is cut into three pieces: two edits leave one of them whole, at a
 * place that its length tells within two (Pass-Join: Li, Deng, Wang, Feng, PVLDB 5(3), 2011). So a question takes 19 look-ups at most,
 * whatever the number of words, and compares only the few that share a piece.
 */
import { boundedEditDistance, MAX_COMPARED } from './edit-distance.ts';

export interface MeantWord {
  readonly word: string;
  /** 1 or 2. */
  readonly edits: number;
}

/** All words within the limit for its length, in no order; the word itself is not among them. */
export type MisspeltWords = (word: string) => readonly MeantWord[];

const PIECES = 3;
const MOST_EDITS = 2;
/** In shorter words an edit makes another word: Ford and Cord. */
const LEAST_LENGTH = 5;
/** From here on two edits are believed, if both words are as long. */
const LENGTH_FOR_TWO = 9;
const NONE: readonly MeantWord[] = [];

/** `mostAlike`: pieces that more words share are not looked up; of a word one edit off another piece is whole, too. */
export function createMisspeltWords(words: readonly string[], { mostAlike = Number.POSITIVE_INFINITY } = {}): MisspeltWords {
  const buckets = fillBuckets(words);
  return (asked) => {
    const { length } = asked;
    if (length < LEAST_LENGTH || length > MAX_COMPARED) return NONE;
    const reach = mostEdits(length, length);
    const letters = lettersOf(asked);
    const found: MeantWord[] = [];
    for (let other = Math.max(LEAST_LENGTH, length - reach); other <= Math.min(MAX_COMPARED, length + reach); other++) {
      const most = mostEdits(length, other);
      for (const bucket of bucketsFor(asked, other, buckets.mask)) {
        const [start, end] = [buckets.starts[bucket] ?? 0, buckets.starts[bucket + 1] ?? 0];
        if (end - start > mostAlike) continue;
        for (let index = start; index < end; index++) {
          const place = buckets.places[index] ?? 0;
          // An edit takes one letter away and adds one, at most.
          if (countBits(letters ^ (buckets.letters[place] ?? 0)) > 2 * most) continue;
          const word = words[place] ?? '';
          if (word.length !== other || found.some((known) => known.word === word)) continue;
          const edits = boundedEditDistance(asked, word, most);
          if (edits > 0 && edits <= most) found.push({ word, edits });
        }
      }
    }
    return found;
  };
}

function mostEdits(length: number, other: number): number {
  return Math.min(length, other) < LENGTH_FOR_TWO ? 1 : MOST_EDITS;
}

/** Where words of the length `other` stand that share a piece with this one. */
function bucketsFor(asked: string, other: number, mask: number): readonly number[] {
  const found: number[] = [];
  const longer = asked.length - other;
  for (let piece = 0; piece < PIECES; piece++) {
    const start = startOf(piece, other);
    const size = startOf(piece + 1, other) - start;
    // What stands before the piece can have moved it by `piece` letters, what stands behind it by the rest.
    const from = Math.max(0, start + Math.max(-piece, longer - (MOST_EDITS - piece)));
    const to = Math.min(asked.length - size, start + Math.min(piece, longer + (MOST_EDITS - piece)));
    for (let at = from; at <= to; at++) found.push(bucketOf(asked, { at, size, piece, length: other }) & mask);
  }
  return found;
}

interface Buckets {
  readonly mask: number;
  /** Where each bucket begins in `places`. */
  readonly starts: Int32Array;
  readonly places: Int32Array;
  /** Which letters each word has, by place. */
  readonly letters: Int32Array;
}

/** Flat arrays instead of a map of lists: a hundred thousand words take 30 ms and 5 MB. */
function fillBuckets(words: readonly string[]): Buckets {
  const size = 2 ** Math.ceil(Math.log2(Math.max(16, words.length * PIECES)));
  const counts = new Int32Array(size + 1);
  const own = new Int32Array(words.length * PIECES).fill(-1);
  words.forEach((word, place) => {
    const { length } = word;
    if (length < LEAST_LENGTH || length > MAX_COMPARED) return;
    for (let piece = 0; piece < PIECES; piece++) {
      const at = startOf(piece, length);
      const bucket = bucketOf(word, { at, size: startOf(piece + 1, length) - at, piece, length }) & (size - 1);
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
  return { mask: size - 1, starts: counts, places, letters: Int32Array.from(words, lettersOf) };
}

function startOf(piece: number, length: number): number {
  return Math.floor((piece * length) / PIECES);
}

/** FNV-1a over the piece's letters, its number and the length of the whole word. */
function bucketOf(
  word: string,
  of: { readonly at: number; readonly size: number; readonly piece: number; readonly length: number },
): number {
  let hash = Math.imul(0x811c9dc5 ^ (of.length * PIECES + of.piece), 0x01000193);
  for (let index = of.at; index < of.at + of.size; index++) hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** One bit a letter; other scripts share bits, which costs comparisons and nothing else. */
function lettersOf(word: string): number {
  let letters = 0;
  for (let index = 0; index < word.length; index++) letters |= 1 << (word.charCodeAt(index) & 31);
  return letters;
}

function countBits(bits: number): number {
  let rest = bits - ((bits >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
