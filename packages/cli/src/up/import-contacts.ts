/**
 * The third way into the system that `npm start` shows: a file. The real contacts of a bank's phone campaigns go through what
 * `lead-router import` does, with its checkpoint in the data folder, at a share of the sample's rate.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KafkaFault } from '@lead-router/stream/kafka-port.ts';
import { openImport, sendFile } from '../import/import-file.ts';
import { openIntakeSink } from '../import/intake-sink.ts';
import { pacedSend, type SendLeads } from '../import/paced-send.ts';
import { FILE_VENDOR } from './prepare-vendors.ts';
import type { System } from './system.ts';

export interface ContactsRun {
  /** Lines of the file, from its beginning; the whole file has 45,212. */
  readonly contacts: number;
  /** Asked again and again; null: as fast as Kafka takes them. */
  readonly leadsPerSecond: () => number | null;
  /** From the beginning of the file, whatever an earlier run has written down. */
  readonly isAnew: boolean;
  readonly progress: ImportProgress;
  readonly signal: AbortSignal;
}

export interface ImportProgress {
  /** Contacts sent, earlier runs on the same data folder included. */
  sent: number;
  isDone: boolean;
}

const inImports = (name: string): string => fileURLToPath(new URL(`../../../../deploy/imports/${name}`, import.meta.url));
export const CONTACTS_FILE = inImports('uci-bank-marketing.csv.gz');
export const CONTACTS_MAPPING = inImports('bank-marketing.mapping.yaml');
const RETRY_MS = 1_000;

/** Resolves when all are sent, or soon after the signal aborts. */
export async function importContacts(
  system: Pick<System, 'kafka' | 'schemas' | 'infrastructure'>,
  { contacts, leadsPerSecond, isAnew, progress, signal }: ContactsRun,
): Promise<void> {
  const { dataFolder } = system.infrastructure;
  const opened = await openImport({ file: CONTACTS_FILE, vendor: FILE_VENDOR, source: await readFile(CONTACTS_MAPPING, 'utf8') });
  if (opened.kind !== 'OPEN') throw new Error(`${CONTACTS_MAPPING} does not fit: ${JSON.stringify(opened.faults)}`);
  const sink = await openIntakeSink(system, FILE_VENDOR);
  const send = patiently(sink.send, signal);
  try {
    const report = await sendFile(opened.job, {
      send: pacedSend(
        async (leads) => {
          await send(leads);
          progress.sent += leads.length;
        },
        { leadsPerSecond, signal },
      ),
      ...{ dataFolder, target: dataFolder },
      rejectsFile: join(dataFolder, 'imports', `${FILE_VENDOR}.rejects.csv`),
      most: contacts,
      restart: isAnew,
      signal,
    });
    progress.sent = report.sent;
    progress.isDone = !signal.aborted;
  } finally {
    await sink.close();
  }
}

/** Kafka may be away for a moment. What it got before it went comes a second time then, as the same leads. */
function patiently(send: SendLeads, signal: AbortSignal): SendLeads {
  return async (leads) => {
    for (;;) {
      try {
        await send(leads);
        return;
      } catch (error) {
        if (!(error instanceof KafkaFault) || signal.aborted) throw error;
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  };
}
