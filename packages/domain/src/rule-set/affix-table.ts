/**
 * Finds the prefixes, or the suffixes, that a text has among thousands: one table for each length, so that one pass over the text's characters
 * from that end, hashing as it goes, probes each table once. Most texts have none of them, which the first probe tells: of a filter of how
 * all affixes begin. Nothing is allocated while asking.
 */

export interface AffixSet {
  /** One a length, the shortest first. */
  readonly tables: readonly AffixTable[];
  /** A bit for the hash of the first characters of each affix, as many as the shortest has; null where there is one table alone. */
  readonly beginnings: Int32Array | null;
}

interface AffixTable {
  readonly isSuffix: boolean;
  /** Of each of its affixes, in UTF-16 code units. */
  readonly length: number;
  readonly affixes: readonly string[];
  /**
   * By hash, open addressing, four words a slot: number of the affix (0: free), its whole hash, so that another text's slot is passed by
   * without reading that text, its place in `affixes`, and one not used. A power of two long.
   */
  readonly slots: Int32Array;
}

/** FNV-1a over code units. */
const HASH_START = 0x811c9dc5;
const HASH_PRIME = 0x01000193;
const SLOT_WORDS = 4;
/** For each affix: one text of so many passes the filter by accident. */
const FILTER_BITS = 16;

/** Numbers are above 0. */
export function createAffixSet(numbers: ReadonlyMap<string, number>, isSuffix: boolean): AffixSet {
  const lengths = [...new Set([...numbers.keys()].map((affix) => affix.length))].sort((a, b) => a - b);
  const tables = lengths.map((length): AffixTable => {
    const ofLength = [...numbers].filter(([affix]) => affix.length === length);
    return { isSuffix, length, affixes: ofLength.map(([affix]) => affix), slots: slotsOf(ofLength, isSuffix) };
  });
  return { tables, beginnings: tables.length < 2 ? null : filterOf([...numbers.keys()], { length: lengths[0] ?? 0, isSuffix }) };
}

/** Writes the numbers of the affixes that the text has into `found`, which is as long as there are tables; returns how many they are. */
export function findAffixes({ tables, beginnings }: AffixSet, text: string, found: Int32Array): number {
  let count = 0;
  let hash = HASH_START;
  let hashed = 0;
  for (const table of tables) {
    if (table.length > text.length) break;
    for (; hashed < table.length; hashed++) hash = extended(hash, text.charCodeAt(table.isSuffix ? text.length - 1 - hashed : hashed));
    if (table === tables[0] && beginnings !== null && !hasBit(beginnings, hash)) break;
    const number = numberOfAffix(table, text, hash);
    if (number !== 0) found[count++] = number;
  }
  return count;
}

/** 0 when none of the table's is one of the text. `hash` is that of the text's characters up to the table's length. */
function numberOfAffix({ slots, affixes, isSuffix }: AffixTable, text: string, hash: number): number {
  const whole = hash | 0;
  for (let slot = slotOf(hash, slots); ; slot = nextSlot(slot, slots)) {
    const number = slots[slot] ?? 0;
    if (number === 0) return 0;
    if (slots[slot + 1] !== whole) continue;
    const affix = affixes[slots[slot + 2] ?? 0] ?? '';
    if (isSuffix ? text.endsWith(affix) : text.startsWith(affix)) return number;
  }
}

function slotsOf(numbered: readonly (readonly [affix: string, number: number])[], isSuffix: boolean): Int32Array {
  const slots = new Int32Array(SLOT_WORDS * 2 ** Math.ceil(Math.log2(numbered.length * 2 + 1)));
  numbered.forEach(([affix, number], place) => {
    const hash = hashOf(affix, { length: affix.length, isSuffix });
    let slot = slotOf(hash, slots);
    while (slots[slot] !== 0) slot = nextSlot(slot, slots);
    slots.set([number, hash, place], slot);
  });
  return slots;
}

interface Beginning {
  readonly length: number;
  readonly isSuffix: boolean;
}

function filterOf(affixes: readonly string[], beginning: Beginning): Int32Array {
  const filter = new Int32Array(2 ** Math.ceil(Math.log2((affixes.length * FILTER_BITS) / 32 + 1)));
  for (const affix of affixes) {
    const hash = hashOf(affix, beginning);
    filter[wordOf(filter, hash)] = (filter[wordOf(filter, hash)] ?? 0) | (1 << hash);
  }
  return filter;
}

function hasBit(filter: Int32Array, hash: number): boolean {
  return ((filter[wordOf(filter, hash)] ?? 0) & (1 << hash)) !== 0;
}

/** The bit within the word is told by the lowest five bits of the hash. */
function wordOf(filter: Int32Array, hash: number): number {
  return ((hash ^ (hash >>> 15)) >>> 5) & (filter.length - 1);
}

/** Of the first characters from the end that matters. */
function hashOf(affix: string, { length, isSuffix }: Beginning): number {
  let hash = HASH_START;
  for (let at = 0; at < length; at++) hash = extended(hash, affix.charCodeAt(isSuffix ? affix.length - 1 - at : at));
  return hash;
}

function extended(hash: number, codeUnit: number): number {
  return Math.imul(hash ^ codeUnit, HASH_PRIME);
}

function slotOf(hash: number, slots: Int32Array): number {
  return Math.imul(hash ^ (hash >>> 15), SLOT_WORDS) & (slots.length - 1);
}

function nextSlot(slot: number, slots: Int32Array): number {
  return (slot + SLOT_WORDS) & (slots.length - 1);
}
