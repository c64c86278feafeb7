/**
 * From the number of a value to the node behind it, for all parts of a packed index: where the numbers of a part lie close together, as they
 * mostly do, its nodes stand in a row and finding one is one read; else they stand in a hash table that all such parts share.
 */

export interface PackedEdges {
  /** Nodes in rows; NO_NODE where there is no edge. */
  readonly rows: Int32Array;
  /** Open addressing, four words a slot: number of the part (0: free), number of the value, node, and one not used. */
  readonly slots: Int32Array;
}

/** Of a row: its place, its least number, its length. Of a part in the hash table: the part's number, 0, 0. */
export type EdgesPlace = readonly [at: number, low: number, length: number];

export const NO_NODE = 0;
/** A row may have so many places an edge: about what the hash table takes for one. */
const MOST_PLACES = 8;
const SLOT_WORDS = 4;

/** `place`: where the three words of the part's EdgesPlace begin in `words`. */
export function nodeBehind(edges: PackedEdges & { readonly words: Int32Array }, place: number, number: number): number {
  const { words } = edges;
  const at = words[place] ?? 0;
  const length = words[place + 2] ?? 0;
  if (length === 0) return hashedNode(edges.slots, at, number);
  const inRow = number - (words[place + 1] ?? 0);
  return inRow >= 0 && inRow < length ? (edges.rows[at + inRow] ?? NO_NODE) : NO_NODE;
}

function hashedNode(slots: Int32Array, part: number, number: number): number {
  for (let slot = firstSlot(part, number, slots.length); ; slot = (slot + SLOT_WORDS) & (slots.length - 1)) {
    const owner = slots[slot];
    if (owner === part && slots[slot + 1] === number) return slots[slot + 2] ?? NO_NODE;
    if (owner === 0) return NO_NODE;
  }
}

function firstSlot(part: number, number: number, words: number): number {
  const hash = Math.imul(part, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b);
  return Math.imul(hash ^ (hash >>> 15), SLOT_WORDS) & (words - 1);
}

export class EdgesPacker {
  readonly #rows: number[] = [];
  readonly #hashed: (readonly [part: number, number: number, node: number])[] = [];
  #parts = 0;

  /** Of one part, which has at least one. */
  add(edges: readonly (readonly [number: number, node: number])[]): EdgesPlace {
    const [low, high] = edges.reduce(
      ([least, most], [number]) => [Math.min(least, number), Math.max(most, number)],
      [Number.POSITIVE_INFINITY, 0],
    );
    const length = high - low + 1;
    if (length > edges.length * MOST_PLACES) {
      this.#parts += 1;
      for (const [number, node] of edges) this.#hashed.push([this.#parts, number, node]);
      return [this.#parts, 0, 0];
    }
    const at = this.#rows.length;
    for (let place = 0; place < length; place++) this.#rows.push(NO_NODE);
    for (const [number, node] of edges) this.#rows[at + number - low] = node;
    return [at, low, length];
  }

  finish(): PackedEdges {
    const words = SLOT_WORDS * 2 ** Math.ceil(Math.log2(this.#hashed.length * 2 + 1));
    const slots = new Int32Array(words);
    for (const edge of this.#hashed) {
      let slot = firstSlot(edge[0], edge[1], words);
      while (slots[slot] !== 0) slot = (slot + SLOT_WORDS) & (words - 1);
      slots.set(edge, slot);
    }
    return { rows: Int32Array.from(this.#rows), slots };
  }
}
