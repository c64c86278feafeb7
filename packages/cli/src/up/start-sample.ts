/** Everything that the sample does with a running system: its vendors' leads come in, and some of them are worked. */
import { openActivityEncoder, openVendorEncoder } from '@lead-router/contracts/vendor-encoder.ts';
import { SAMPLE_SYSTEM } from '../sample/sample-activities.ts';
import { sampleVendors } from '../sample/vendors.ts';
import { type SampleProgress, streamSample } from './sample-stream.ts';
import type { System } from './system.ts';
import { startSampleWork, type WorkProgress } from './work-sample.ts';

export interface SampleRun {
  /** How many leads. */
  readonly leads: number;
  readonly leadsPerSecond: number;
  readonly progress: SampleProgress;
  readonly work: WorkProgress;
  readonly signal: AbortSignal;
}

/** Resolves when every lead is sent and those that are worked have been, or the signal aborts. */
export async function startSample(system: System, run: SampleRun): Promise<void> {
  const { registry, secrets, pool } = system;
  const byKafka = sampleVendors.filter(({ door }) => door === 'kafka');
  const encoders = await Promise.all(
    byKafka.map(async ({ name }) => [name, await openVendorEncoder({ ...registry, vendor: name })] as const),
  );
  const encoder = await openActivityEncoder({ ...registry, system: SAMPLE_SYSTEM });
  const producers = [await system.kafka.producer(), await system.kafka.producer()] as const;
  const [producer, reporter] = producers;
  try {
    const work = startSampleWork({ pool, encoder, producer: reporter, signal: run.signal }, run.work);
    await streamSample(
      {
        count: run.leads,
        leadsPerSecond: run.leadsPerSecond,
        gatewayUrl: system.gatewayUrl,
        apiKeys: new Map(Object.entries(secrets.apiKeys)),
        encoders: new Map(encoders),
        producer,
        onDelivered: (batch) => {
          for (const lead of batch) work.add(lead);
        },
        signal: run.signal,
      },
      run.progress,
    );
    await work.finish();
  } finally {
    await Promise.all(producers.map((one) => one.disconnect()));
  }
}
