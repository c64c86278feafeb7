/** A file by its mapping: opened once, then gone through, with or without sending; and where it is written down how far that came. */
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { RuleSetFault } from '@lead-router/domain/rule-set.ts';
import { fingerprintOf, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { ImportState } from './import-progress.ts';
import { fitMapping, type LineMapper } from './map-line.ts';
import { type OpenedColumns, openColumns } from './open-columns.ts';
import { readMapping } from './read-mapping.ts';
import { readRecords } from './read-records.ts';
import { openRejects } from './rejects-file.ts';
import { type ImportCounts, type ImportOptions, runImport } from './run-import.ts';

export interface FileImport {
  readonly file: string;
  readonly vendor: string;
  /** Text of the mapping. */
  readonly source: string;
  readonly opened: OpenedColumns;
  readonly mapper: LineMapper;
}

export type OpenedImport =
  | { readonly kind: 'OPEN'; readonly job: FileImport }
  | { readonly kind: 'MAPPING_FAULTS'; readonly faults: readonly RuleSetFault[] }
  /** Between the mapping and this file. */
  | { readonly kind: 'COLUMN_FAULTS'; readonly faults: readonly string[] };

/** Rejects with a CliError for a file that cannot be read or is empty. */
export async function openImport(request: Pick<FileImport, 'file' | 'vendor' | 'source'>): Promise<OpenedImport> {
  const read = readMapping(request.source);
  if (!read.ok) return { kind: 'MAPPING_FAULTS', faults: read.faults };
  const opened = await openColumns(request.file, read.mapping.layout);
  const fitted = fitMapping(read.mapping, opened.columns, request.vendor);
  return fitted.ok
    ? { kind: 'OPEN', job: { ...request, opened, mapper: fitted.mapper } }
    : { kind: 'COLUMN_FAULTS', faults: fitted.faults };
}

export interface PassOptions extends Pick<ImportOptions, 'send' | 'from' | 'onDone' | 'signal'> {
  readonly rejectsFile: string;
  /** Records of the file, from its beginning; absent: all. */
  readonly most?: number;
  readonly onProgress?: (state: ImportState) => void;
}

export interface PassReport extends ImportCounts {
  readonly seconds: number;
  readonly rejectsFile: string | null;
}

/** Errors: those of `runImport`. */
export async function passFile({ file, opened, mapper }: FileImport, options: PassOptions): Promise<PassReport> {
  const { rejectsFile, most = Number.POSITIVE_INFINITY, onProgress, ...how } = options;
  const { size } = await stat(file);
  const startedAt = performance.now();
  let bytesRead = 0;
  const onRead = (bytes: number): void => {
    bytesRead += bytes;
  };
  const rejects = await openRejects({ path: rejectsFile, ...opened, ...opened.options });
  try {
    const counts = await runImport({
      ...how,
      records: leading(withoutHeader(readRecords(file, { ...opened.options, onRead }), opened.hasHeader), most),
      mapper,
      rejects,
      onProgress: ({ records, rejected }) =>
        onProgress?.({ bytesRead, bytesTotal: size, records, rejected, elapsedMs: performance.now() - startedAt }),
    });
    return {
      ...counts,
      isComplete: counts.isComplete && counts.records < most,
      seconds: (performance.now() - startedAt) / 1_000,
      rejectsFile: counts.rejected === 0 ? null : rejectsFile,
    };
  } finally {
    await rejects.close();
  }
}

export interface SendFileOptions extends Omit<PassOptions, 'from' | 'onDone' | 'send'> {
  readonly send: NonNullable<ImportOptions['send']>;
  /** Data folder of a system on this machine; null: it runs elsewhere. */
  readonly dataFolder: string | null;
  /** Names that system: an import into another one is another import. */
  readonly target: string;
  /** Absent: in the data folder, else beside the file. */
  readonly checkpoint?: string;
  /** Begins anew, whatever an earlier run has written down. */
  readonly restart?: boolean;
}

export interface SentReport extends PassReport {
  readonly checkpoint: string;
  /** Records that an earlier run had dealt with; null: there was none. */
  readonly resumedAt: number | null;
}

/** Goes on behind the checkpoint of an earlier run. Errors: those of `runImport` and `readCheckpoint`. */
export async function sendFile(job: FileImport, options: SendFileOptions): Promise<SentReport> {
  const { file, vendor, source } = job;
  const { dataFolder, target, checkpoint, restart = false, ...pass } = options;
  const fingerprint = await fingerprintOf({ file, mapping: source, vendor, target });
  const local =
    dataFolder === null
      ? `${file}.${vendor}.import.json`
      : join(dataFolder, 'imports', `${basename(file)}.${fingerprint.slice(0, 12)}.json`);
  const path = resolve(checkpoint ?? local);
  const note = (done: { readonly records: number; readonly sent: number }, isDone: boolean): Promise<void> =>
    writeCheckpoint(path, { fingerprint, records: done.records, sent: done.sent, isDone });
  const before = restart ? null : await readCheckpoint(path, fingerprint);
  const report = await passFile(job, { ...pass, ...(before === null ? {} : { from: before }), onDone: (done) => note(done, false) });
  if (report.isComplete) await note(report, true);
  return { ...report, checkpoint: path, resumedAt: before?.records ?? null };
}

async function* withoutHeader<Row>(source: AsyncIterable<readonly Row[]>, hasHeader: boolean): AsyncGenerator<readonly Row[]> {
  let isFirst = hasHeader;
  for await (const rows of source) {
    if (rows.length === 0) continue;
    yield isFirst ? rows.slice(1) : rows;
    isFirst = false;
  }
}

async function* leading<Row>(source: AsyncIterable<readonly Row[]>, most: number): AsyncGenerator<readonly Row[]> {
  let left = most;
  for await (const rows of source) {
    yield rows.slice(0, left);
    left -= Math.min(left, rows.length);
    if (left === 0) return;
  }
}
