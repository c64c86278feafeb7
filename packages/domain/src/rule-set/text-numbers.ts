/**
 * Numbers of texts, found by a hash of their own. A text that was just read from a topic has not been hashed by the engine yet, and having a
 * Map do so costs several times as much as these few characters do here.
 */

export interface TextNumbers {
  /** By number; 0 is nobody's. */
  readonly texts: readonly string[];
  /** Longer ones are not among them, and are not hashed. */
  readonly longest: number;
  /** Open addressing, two words a slot: number (0: free), and the whole hash, so that another text's slot is passed by without reading that text. */
  readonly slots: Int32Array;
}

/** FNV-1a over code units. */
const HASH_START = 0x811c9dc5;
const HASH_PRIME = 0x01000193;
const SLOT_WORDS = 2;

/** Numbers are above 0, each one text's. */
export function createTextNumbers(numbers: ReadonlyMap<string, number>): TextNumbers {
  const texts: string[] = [''];
  const slots = new Int32Array(SLOT_WORDS * 2 ** Math.ceil(Math.log2(numbers.size * 2 + 1)));
  let longest = 0;
  for (const [text, number] of numbers) {
    while (texts.length <= number) texts.push('');
    texts[number] = text;
    longest = Math.max(longest, text.length);
    const hash = hashOf(text);
    let slot = slotOf(hash, slots);
    while (slots[slot] !== 0) slot = (slot + SLOT_WORDS) & (slots.length - 1);
    slots.set([number, hash], slot);
  }
  return { texts, longest, slots };
}

/** 0: it has none. */
export function numberOfText({ texts, longest, slots }: TextNumbers, text: string): number {
  if (text.length > longest) return 0;
  const hash = hashOf(text);
  for (let slot = slotOf(hash, slots); ; slot = (slot + SLOT_WORDS) & (slots.length - 1)) {
    const number = slots[slot] ?? 0;
    if (number === 0 || (slots[slot + 1] === hash && texts[number] === text)) return number;
  }
}

function hashOf(text: string): number {
  let hash = HASH_START;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), HASH_PRIME);
  return hash | 0;
}

function slotOf(hash: number, slots: Int32Array): number {
  return Math.imul(hash ^ (hash >>> 15), SLOT_WORDS) & (slots.length - 1);
}
