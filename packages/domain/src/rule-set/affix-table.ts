/**
 * Finds what belongs to the prefixes, or to the suffixes, that a text has: one table for each length, so that one pass over the text's
 * characters from that end, hashing as it goes, probes each table once. Nothing is allocated while asking.
 */

export interface AffixTable<T> {
  readonly isSuffix: boolean;
  /** Of each of its affixes, in UTF-16 code units. */
  readonly length: number;
  readonly affixes: readonly string[];
  /** What belongs to each. */
  readonly items: readonly T[];
  /**
   * By hash, open addressing, two words a slot: place of the affix plus one (0 is free), and its whole hash, so that another text's slot is
   * passed by without reading that text. A power of two long.
   */
  readonly slots: Int32Array;
}

/** FNV-1a over code units. */
export const AFFIX_HASH_START = 0x811c9dc5;
const HASH_PRIME = 0x01000193;
const SLOT_WORDS = 2;

/** One table a length, the shortest first. */
export function createAffixTables<T>(items: ReadonlyMap<string, T>, isSuffix: boolean): readonly AffixTable<T>[] {
  const lengths = [...new Set([...items.keys()].map((affix) => affix.length))].sort((a, b) => a - b);
  return lengths.map((length) => {
    const ofLength = [...items].filter(([affix]) => affix.length === length);
    const affixes = ofLength.map(([affix]) => affix);
    return { isSuffix, length, affixes, items: ofLength.map(([, item]) => item), slots: slotsOf(affixes, isSuffix) };
  });
}

function slotsOf(affixes: readonly string[], isSuffix: boolean): Int32Array {
  const slots = new Int32Array(SLOT_WORDS * 2 ** Math.ceil(Math.log2(affixes.length * 2 + 1)));
  affixes.forEach((affix, place) => {
    let hash = AFFIX_HASH_START;
    for (let at = 0; at < affix.length; at++) hash = extendAffixHash(hash, affix.charCodeAt(isSuffix ? affix.length - 1 - at : at));
    let slot = slotOf(hash, slots);
    while (slots[slot] !== 0) slot = nextSlot(slot, slots);
    slots.set([place + 1, hash], slot);
  });
  return slots;
}

export function extendAffixHash(hash: number, codeUnit: number): number {
  return Math.imul(hash ^ codeUnit, HASH_PRIME);
}

/** `hash` is that of the text's characters up to the table's length, from the end that the table is about. */
export function itemOfAffix<T>({ slots, affixes, items, isSuffix }: AffixTable<T>, text: string, hash: number): T | undefined {
  const whole = hash | 0;
  for (let slot = slotOf(hash, slots); ; slot = nextSlot(slot, slots)) {
    const place = (slots[slot] ?? 0) - 1;
    if (place < 0) return undefined;
    if (slots[slot + 1] !== whole) continue;
    const affix = affixes[place] ?? '';
    if (isSuffix ? text.endsWith(affix) : text.startsWith(affix)) return items[place];
  }
}

function slotOf(hash: number, slots: Int32Array): number {
  return Math.imul(hash ^ (hash >>> 15), SLOT_WORDS) & (slots.length - 1);
}

function nextSlot(slot: number, slots: Int32Array): number {
  return (slot + SLOT_WORDS) & (slots.length - 1);
}
