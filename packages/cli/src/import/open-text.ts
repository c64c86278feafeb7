/** A file as UTF-8 bytes, whatever it is: packed or not, in any encoding. Nothing is held but the part that is being read. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { CliError, EXIT } from '../connect/cli-error.ts';

export interface TextOptions {
  readonly encoding: string;
  /** Called with how many bytes of the file itself were read more. */
  readonly onRead?: (bytes: number) => void;
}

const GZIP = Buffer.from([0x1f, 0x8b]);
const MARKS: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0xef, 0xbb, 0xbf]), 'utf-8'],
  [Buffer.from([0xff, 0xfe]), 'utf-16le'],
  [Buffer.from([0xfe, 0xff]), 'utf-16be'],
];
const HEAD_BYTES = 2;

/** The text without its byte order mark. Rejects with a CliError for a file that cannot be read or unpacked. */
export async function* openText(file: string, options: TextOptions): AsyncGenerator<Buffer> {
  const chunks = await openBytes(file, options.onRead);
  let decoder: ((bytes: Buffer, isLast: boolean) => Buffer) | null = null;
  try {
    for await (const chunk of chunks) {
      if (!Buffer.isBuffer(chunk)) throw new Error('a stream of bytes gives buffers');
      const isFirst = decoder === null;
      const mark = isFirst ? MARKS.find(([bytes]) => chunk.subarray(0, bytes.length).equals(bytes)) : undefined;
      decoder ??= toUtf8(mark?.[1] ?? options.encoding);
      const text = decoder(mark === undefined ? chunk : chunk.subarray(mark[0].length), false);
      if (text.length > 0) yield text;
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
  const rest = decoder?.(Buffer.alloc(0), true);
  if (rest !== undefined && rest.length > 0) yield rest;
}

async function openBytes(file: string, onRead: TextOptions['onRead']): Promise<AsyncIterable<unknown>> {
  const isPacked = (await readHead(file)).equals(GZIP);
  const stream = createReadStream(file);
  if (onRead !== undefined) stream.on('data', (chunk) => onRead(chunk.length));
  if (!isPacked) return stream;
  const unpacked = createGunzip();
  stream.on('error', (error) => unpacked.destroy(error));
  return stream.pipe(unpacked);
}

async function readHead(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** UTF-8 goes through as it is. */
function toUtf8(encoding: string): (bytes: Buffer, isLast: boolean) => Buffer {
  const decoder = new TextDecoder(encoding);
  if (decoder.encoding === 'utf-8') return (bytes) => bytes;
  return (bytes, isLast) => Buffer.from(decoder.decode(bytes, { stream: !isLast }));
}

function unreadable(file: string, cause: unknown): Error {
  if (!(cause instanceof Error) || !('code' in cause)) return cause instanceof Error ? cause : new Error(String(cause));
  const code = String(cause.code);
  const what = code.startsWith('Z_')
    ? `is packed, and its packing is broken (${code}): fetch the file again`
    : `cannot be read (${code}): give the path of a CSV file, packed by gzip or not`;
  return new CliError('LR_CLI_USAGE', `${file} ${what}.`, { exitCode: EXIT.USAGE, cause });
}
