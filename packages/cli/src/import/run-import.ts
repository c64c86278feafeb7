/**
 * One import from beginning to end: records are mapped, the good ones sent in portions, the others kept aside, and how far it came
 * written down. A portion is mapped while the one before it is on its way, and no further ahead. A run that goes on behind a checkpoint
 * maps what lies before it once more, without sending: so rejects, repeats and counts come out as in a run that nobody interrupted.
 */
import type { LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { CliError, EXIT } from '../connect/cli-error.ts';
import type { LineMapper } from './map-line.ts';
import type { CsvRecord } from './read-records.ts';
import type { RejectsFile } from './rejects-file.ts';

export interface ImportOptions {
  /** Of the file, after its header. */
  readonly records: AsyncIterable<readonly CsvRecord[]>;
  readonly mapper: LineMapper;
  readonly rejects: RejectsFile;
  /** Absent: a dry run. In the order of the calls, one after the other. */
  readonly send?: (leads: readonly LeadIntake[]) => Promise<void>;
  /** Records that an earlier run has dealt with, and leads that it sent. */
  readonly from?: { readonly records: number; readonly sent: number };
  /** Everything up to here is in Kafka or in the rejects file. */
  readonly onDone?: (done: { readonly records: number; readonly sent: number }) => Promise<void>;
  readonly onProgress?: (counts: ImportCounts) => void;
  /** Ends after the portion that is on its way. */
  readonly signal?: AbortSignal;
}

export interface ImportCounts {
  /** Records of the file. */
  readonly records: number;
  /** Sent by this run and those before it; of a dry run: that would be. */
  readonly sent: number;
  readonly rejected: number;
  /** Records with the reference of an earlier one of the file: not sent. */
  readonly repeats: number;
  /** Lines of the first of them. */
  readonly repeatLines: readonly number[];
  /** False: somebody stopped it. */
  readonly isComplete: boolean;
}

/** Records a portion: some milliseconds of work. */
const PORTION = 1_000;
const MOST_REPEAT_LINES = 5;
/** Of the first portion: more than the worst of files has. */
const WRONG_SHARE = 0.9;

interface Portion {
  readonly leads: readonly LeadIntake[];
  /** Records up to its end. */
  readonly records: number;
}

/** Rejects with a KafkaFault when Kafka stays away (go on with the same command), with a CliError for a mapping of another file. */
export async function runImport(options: ImportOptions): Promise<ImportCounts> {
  const from = options.from ?? { records: 0, sent: 0 };
  const tally = createTally(options, from.records);
  let sent = from.sent;
  let sending: Promise<void> = Promise.resolve();
  const send = async ({ leads, records }: Portion): Promise<void> => {
    if (leads.length > 0) await options.send?.(leads);
    sent += leads.length;
    if (records > from.records) await options.onDone?.({ records, sent });
  };
  const finish = async (portion: Portion): Promise<void> => {
    await sending;
    sending = send(portion);
    // Whoever waits for it next hears of a failure.
    sending.catch(() => undefined);
    options.onProgress?.({ ...tally.counts(), sent, isComplete: false });
  };
  let isComplete = true;
  for await (const records of portionsOf(options.records)) {
    if (options.signal?.aborted) {
      isComplete = false;
      break;
    }
    await finish(await tally.take(records));
  }
  await sending;
  return { ...tally.counts(), sent, isComplete };
}

interface Tally {
  take(records: readonly CsvRecord[]): Promise<Portion>;
  counts(): Omit<ImportCounts, 'sent' | 'isComplete'>;
}

function createTally({ mapper, rejects }: ImportOptions, alreadyDone: number): Tally {
  const known = new Set<LeadId>();
  const repeatLines: number[] = [];
  let [records, rejected, repeats] = [0, 0, 0];
  const isRepeat = (leadId: LeadId): boolean => {
    const before = known.size;
    // The whole id, although it takes room: a lead that only looked like another one would be left out, and nobody would know.
    known.add(leadId);
    return known.size === before;
  };
  return {
    async take(portion) {
      const leads: LeadIntake[] = [];
      for (const record of portion) {
        records += 1;
        const mapped = record.fault === null ? mapper.map(record.cells) : { ok: false as const, reasons: [record.fault] };
        if (!mapped.ok) {
          rejected += 1;
          await rejects.write(record, mapped.reasons);
        } else if (isRepeat(mapped.leadId)) {
          repeats += 1;
          if (repeatLines.length < MOST_REPEAT_LINES) repeatLines.push(record.line);
        } else if (records > alreadyDone) leads.push(mapped.intake);
      }
      // Nothing was sent yet when the first portion is seen to be wrong.
      if (records === portion.length && records > 1 && rejected > records * WRONG_SHARE) throw wrongMapping(rejected, records);
      return { leads, records };
    },
    counts: () => ({ records, rejected, repeats, repeatLines: [...repeatLines] }),
  };
}

async function* portionsOf(source: AsyncIterable<readonly CsvRecord[]>): AsyncGenerator<readonly CsvRecord[]> {
  let portion: CsvRecord[] = [];
  for await (const records of source) {
    for (const record of records) {
      portion.push(record);
      if (portion.length < PORTION) continue;
      yield portion;
      portion = [];
    }
  }
  if (portion.length > 0) yield portion;
}

function wrongMapping(rejected: number, records: number): CliError {
  const message = `${rejected} of the first ${records} lines cannot be read with this mapping: nothing was sent. The rejects file says why.`;
  return new CliError('LR_CLI_REFUSED', message, { exitCode: EXIT.NEGATIVE });
}
