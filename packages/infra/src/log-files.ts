// Log files of the servers: where they lie, kept from growing for ever, and their end for a crash report.

import { mkdir, open, rename, stat } from 'node:fs/promises';
import path from 'node:path';
import type { PartName } from './part-name.ts';

const KEPT_BYTES = 10_000_000;
const REPORT_LINES = 20;
const REPORT_BYTES = 16_384;

/** Path of the part's log, its folder made. Beyond 10 MB the old log becomes `<log>.1`. */
export async function openLog(dataFolder: string, part: PartName): Promise<string> {
  const file = path.join(dataFolder, 'logs', `${part}.log`);
  await mkdir(path.dirname(file), { recursive: true });
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size > KEPT_BYTES) await rename(file, `${file}.1`);
  return file;
}

/** How it ended and the last lines of its log, to follow "… ended". */
export async function crashReport(logFile: string, exitCode: number): Promise<string> {
  const how = exitCode > 128 ? `by signal ${exitCode - 128}` : `with exit code ${exitCode}`;
  const lines = await lastLines(logFile);
  return [`${how}. The last lines of ${logFile}:`, ...lines.map((line) => `  ${line}`)].join('\n');
}

/** At most twenty that are not blank; none when there is no log. */
export async function lastLines(file: string): Promise<readonly string[]> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return [];
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, REPORT_BYTES);
    const { buffer } = await handle.read({ buffer: Buffer.alloc(length), position: size - length });
    const lines = buffer.toString().split('\n');
    return lines.filter((line) => line.trim() !== '').slice(-REPORT_LINES);
  } finally {
    await handle.close();
  }
}
