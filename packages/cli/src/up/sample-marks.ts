/**
 * How far the sample of a data folder has come, so that the next `npm start` on it goes on there instead of sending everything again:
 * kept in a small file, by vendor, because each sends its leads in batches of its own.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SampleLead } from '../sample/sample-leads.ts';
import { sampleVendors } from '../sample/vendors.ts';
import type { SampleProgress } from './sample-stream.ts';

/** By vendor, the place in the sample behind the last lead that its door has taken. */
export type SamplePlaces = ReadonlyMap<string, number>;

export interface SampleMarks {
  readonly next: Map<string, number>;
  /** Counts of all runs on the folder. */
  readonly progress: SampleProgress;
}

const FILE = 'sample.json';

/** Of a system that the sample was never sent to. */
export const noMarks = (): SampleMarks => ({
  next: new Map(),
  progress: { sent: 0, accepted: 0, repeats: 0, refused: new Map(), isDone: false },
});

/** None also where the file is missing or cannot be read, since what is sent twice is the same lead. */
export async function readSampleMarks(dataFolder: string): Promise<SampleMarks> {
  const text = await readFile(join(dataFolder, FILE), 'utf8').catch(() => '{}');
  const known = parsed(text);
  const count = (name: string): number => (isCount(known[name]) ? known[name] : 0);
  return {
    next: countsIn(known.next),
    progress: {
      sent: count('sent'),
      accepted: count('accepted'),
      repeats: count('repeats'),
      refused: countsIn(known.refused),
      isDone: false,
    },
  };
}

export interface SampleMarker {
  /** Its door has taken the batch. Written down soon, and at the latest by `finish`. */
  note(batch: readonly SampleLead[]): void;
  /** All places before this one are sent, whoever's they are. */
  complete(end: number): void;
  finish(): Promise<void>;
}

/** What a kill keeps from being written comes again as the same requests, and as the same leads. */
export function openSampleMarker(dataFolder: string, { next, progress }: SampleMarks): SampleMarker {
  let writing: Promise<void> | null = null;
  let isStale = false;
  const write = async (): Promise<void> => {
    while (isStale) {
      isStale = false;
      await writeMarks(dataFolder, { next, progress });
    }
    writing = null;
  };
  const save = (): void => {
    isStale = true;
    writing ??= write();
    // Whoever finishes hears of a full disk; until then it must not end the process.
    writing.catch(() => undefined);
  };
  return {
    note: (batch) => {
      for (const { vendor, index } of batch) next.set(vendor, Math.max(next.get(vendor) ?? 0, index + 1));
      save();
    },
    complete: (end) => {
      for (const { name } of sampleVendors) next.set(name, Math.max(next.get(name) ?? 0, end));
      save();
    },
    finish: async () => {
      await writing;
    },
  };
}

/** The place behind all that was sent: where another sample begins. */
export const endOf = (next: SamplePlaces): number => Math.max(0, ...next.values());

/** Every vendor has sent its leads before this place. */
export const hasReached = (next: SamplePlaces, end: number): boolean => sampleVendors.every(({ name }) => (next.get(name) ?? 0) >= end);

async function writeMarks(dataFolder: string, { next, progress }: SampleMarks): Promise<void> {
  const { sent, accepted, repeats, refused } = progress;
  const marks = { next: Object.fromEntries(next), sent, accepted, repeats, refused: Object.fromEntries(refused) };
  const file = join(dataFolder, FILE);
  await writeFile(`${file}.new`, `${JSON.stringify(marks, null, 2)}\n`);
  await rename(`${file}.new`, file);
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}

function countsIn(value: unknown): Map<string, number> {
  return new Map(Object.entries(isRecord(value) ? value : {}).flatMap(([name, count]) => (isCount(count) ? [[name, count] as const] : [])));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
