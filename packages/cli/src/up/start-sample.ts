/** Everything that the sample does with a running system: its vendors' leads and a bank's contacts come in, and some of the leads are worked. */
import { openActivityEncoder, openVendorEncoder } from '@lead-router/contracts/vendor-encoder.ts';
import { SAMPLE_SYSTEM } from '../sample/sample-activities.ts';
import { sampleVendors } from '../sample/vendors.ts';
import { type ImportProgress, importContacts } from './import-contacts.ts';
import { hasReached, openSampleMarker, type SampleMarks } from './sample-marks.ts';
import { streamSample } from './sample-stream.ts';
import type { System } from './system.ts';
import { startSampleWork, type WorkProgress } from './work-sample.ts';

export interface SampleRun {
  /** How many leads of the vendors, from the sample's beginning on. */
  readonly leads: number;
  /** How far earlier runs came; kept current, in the data folder too. */
  readonly marks: SampleMarks;
  /** Nothing of the file is in this system, whatever its data folder says. */
  readonly isAnew: boolean;
  /** How many lines of the bank's file. */
  readonly contacts: number;
  /** All together. */
  readonly leadsPerSecond: number;
  /** What is left of the file when the vendors have sent all goes as fast as it can: nobody watches. */
  readonly isHurried: boolean;
  readonly imported: ImportProgress;
  readonly work: WorkProgress;
  readonly signal: AbortSignal;
}

/** Of the rate, for the file. Also how many contacts come to a vendor's lead where not all of either are sent. */
const FILE_SHARE = 0.2;

/** So many lines of the file for so many leads of the vendors that both are through at the same time. */
export const contactsBeside = (leads: number): number => Math.floor((leads * FILE_SHARE) / (1 - FILE_SHARE));

/** Resolves when every lead is sent and those that are worked have been, or the signal aborts. */
export async function startSample(system: System, run: SampleRun): Promise<void> {
  const { contacts, leadsPerSecond, isHurried, isAnew, imported, signal } = run;
  const { progress } = run.marks;
  const rate = (): number | null => (!progress.isDone ? leadsPerSecond * FILE_SHARE : isHurried ? null : leadsPerSecond);
  const importing =
    contacts === 0 ? Promise.resolve() : importContacts(system, { contacts, leadsPerSecond: rate, isAnew, progress: imported, signal });
  await Promise.all([importing, streamVendors(system, run)]);
}

async function streamVendors(system: System, run: SampleRun): Promise<void> {
  const { next, progress } = run.marks;
  progress.isDone = hasReached(next, run.leads);
  if (progress.isDone) return;
  const { registry, secrets, pool } = system;
  const byKafka = sampleVendors.filter(({ door }) => door === 'kafka');
  const encoders = await Promise.all(
    byKafka.map(async ({ name }) => [name, await openVendorEncoder({ ...registry, vendor: name })] as const),
  );
  const encoder = await openActivityEncoder({ ...registry, system: SAMPLE_SYSTEM });
  const producers = [await system.kafka.producer(), await system.kafka.producer()] as const;
  const [producer, reporter] = producers;
  const marker = openSampleMarker(system.infrastructure.dataFolder, run.marks);
  try {
    const work = startSampleWork({ pool, encoder, producer: reporter, signal: run.signal }, run.work);
    await streamSample(
      {
        count: run.leads,
        from: new Map(next),
        leadsPerSecond: run.leadsPerSecond * (run.contacts === 0 ? 1 : 1 - FILE_SHARE),
        gatewayUrl: system.gatewayUrl,
        apiKeys: new Map(Object.entries(secrets.apiKeys)),
        encoders: new Map(encoders),
        producer,
        onDelivered: (batch) => {
          marker.note(batch);
          for (const lead of batch) work.add(lead);
        },
        signal: run.signal,
      },
      progress,
    );
    if (progress.isDone) marker.complete(run.leads);
    await work.finish();
  } finally {
    await Promise.all(producers.map((one) => one.disconnect()));
    await marker.finish();
  }
}
