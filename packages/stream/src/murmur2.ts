/**
 * Which partition a key belongs to, as Kafka's Java client computes it (murmur2, positive, modulo), in plain 32-bit
 * integers: every client in any language then agrees on where a lead lives.
 * Source: org.apache.kafka.common.utils.Utils.murmur2.
 */

const seed = 0x9747b28c;
const mix = 0x5bd1e995;

/** Signed 32-bit hash. A string counts as its UTF-8 bytes. */
export const murmur2 = (key: string | Buffer): number => {
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
  const length = bytes.length;
  let hash = seed ^ length;
  const blocks = length >> 2;
  for (let block = 0; block < blocks; block += 1) {
    let part = Math.imul(bytes.readInt32LE(block * 4), mix);
    part = Math.imul(part ^ (part >>> 24), mix);
    hash = Math.imul(hash, mix) ^ part;
  }
  hash = mixTail(hash, bytes);
  hash = Math.imul(hash ^ (hash >>> 13), mix);
  return (hash ^ (hash >>> 15)) | 0;
};

const mixTail = (hash: number, bytes: Buffer): number => {
  const rest = bytes.length & 3;
  if (rest === 0) return hash;
  const at = bytes.length - rest;
  let mixed = hash;
  if (rest === 3) mixed ^= (bytes[at + 2] ?? 0) << 16;
  if (rest >= 2) mixed ^= (bytes[at + 1] ?? 0) << 8;
  mixed ^= bytes[at] ?? 0;
  return Math.imul(mixed, mix);
};

/** Partition of a key among `partitions`, which has to be at least 1. */
export const partitionOf = (key: string | Buffer, partitions: number): number => (murmur2(key) & 0x7fffffff) % partitions;
