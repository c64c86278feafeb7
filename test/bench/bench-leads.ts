/** The benchmark's leads: the sample's, whole and unlike each other, as records of `lead.submitted.v1`. */
import { sampleLeads } from '@lead-router/cli/sample/sample-leads.ts';
import { submittedEventId } from '@lead-router/contracts/ids.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { parseSubmission, type Submission } from '@lead-router/contracts/parse-submission.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import type { BenchCluster, SubmittedCodec } from './bench-cluster.ts';

const CHUNK = 1_000;

export function* benchSubmissions(count: number): Generator<Submission, void, undefined> {
  for (const sample of sampleLeads({ count, repeats: 0, malformed: 0 })) {
    const value: unknown = sample.door === 'http' ? JSON.parse(sample.text) : sample.kind === 'intake' ? sample.intake : null;
    const parsed = parseSubmission(value, { vendor: sample.vendor });
    if (!parsed.ok)
      throw new Error(
        `the benchmark's lead ${sample.index} is refused: ${parsed.faults.map((fault) => `${fault.field} ${fault.message}`).join('; ')}`,
      );
    yield parsed.submission;
  }
}

export function submittedRecord(codec: SubmittedCodec, { leadId, lead, person }: Submission, submittedAt: number): OutgoingRecord {
  const envelope = toEnvelope({ eventId: submittedEventId(leadId), leadId, occurredAt: submittedAt, recordedAt: submittedAt });
  return {
    topic: TOPICS.submitted.topic,
    key: leadId,
    value: codec.encode({ envelope, source: 'HTTP', context: toContext({ lead, person }) }),
  };
}

/** Returns the mean size of a value in bytes. */
export async function preload(cluster: BenchCluster, count: number): Promise<number> {
  const producer = await cluster.kafka.producer();
  const submittedAt = Date.now();
  let bytes = 0;
  let chunk: OutgoingRecord[] = [];
  for (const submission of benchSubmissions(count)) {
    const record = submittedRecord(cluster.submitted, submission, submittedAt);
    bytes += record.value?.length ?? 0;
    chunk.push(record);
    if (chunk.length < CHUNK) continue;
    await producer.send(chunk);
    chunk = [];
  }
  await producer.send(chunk);
  await producer.disconnect();
  return bytes / count;
}
