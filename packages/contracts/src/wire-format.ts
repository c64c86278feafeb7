/** The Confluent wire format: a zero byte, the schema's id in four bytes (big-endian), then the Avro body. */

export const HEADER_BYTES = 5;
const MAGIC = 0;

/** null for bytes that are not in the format. */
export function schemaIdOf(value: Buffer): number | null {
  return value.length > HEADER_BYTES && value[0] === MAGIC ? value.readUInt32BE(1) : null;
}

/** Writes the header into the first bytes of `value`. */
export function stampSchemaId(value: Buffer, id: number): Buffer {
  value[0] = MAGIC;
  value.writeUInt32BE(id, 1);
  return value;
}
