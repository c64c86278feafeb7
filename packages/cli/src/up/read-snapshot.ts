/** Reads one snapshot of the running pipeline from Postgres and Kafka. */
import { deadLetterTopic } from '@lead-router/contracts/topics.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { readLeadSummary, readTimeToDecide } from '@lead-router/store/summary-store.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { readPipelineLag } from './pipeline-lag.ts';
import type { Snapshot } from './pipeline-view.ts';
import type { SampleProgress } from './sample-stream.ts';
import { SERVICES, type ServiceProcesses } from './service-processes.ts';

export interface SnapshotOptions {
  readonly kafka: KafkaPort;
  readonly pool: PostgresPool;
  readonly intakeTopics: readonly string[];
  readonly services: ServiceProcesses;
  readonly sample: SampleProgress | null;
  readonly startedAt: number;
}

const SPAN_MS = 10_000;

/** Keeps what it needs of the snapshot before, for rates. */
export function createSnapshotReader(options: SnapshotOptions): () => Promise<Snapshot> {
  let before = { total: 0, at: options.startedAt };
  return async () => {
    const now = Date.now();
    const [summary, timeToAssign, lag, deadLetters] = await Promise.all([
      readLeadSummary(options.pool),
      readTimeToDecide(options.pool, { from: now - SPAN_MS, to: now }),
      readPipelineLag(options.kafka, options.intakeTopics),
      countDeadLetters(options.kafka),
    ]);
    const leadsPerSecond = ((summary.total - before.total) * 1000) / Math.max(1, now - before.at);
    before = { total: summary.total, at: now };
    return {
      elapsedSeconds: (now - options.startedAt) / 1000,
      leadsPerSecond,
      summary,
      timeToAssign,
      deadLetters,
      lag,
      restarts: options.services.all.reduce((sum, service) => sum + service.restarts(), 0),
      sample: options.sample,
    };
  };
}

/** Of all services, as far back as the topics go; each transaction of the router that wrote one adds a marker, which counts too. */
async function countDeadLetters(kafka: KafkaPort): Promise<number> {
  const counts = await Promise.all(
    SERVICES.map(async (service) => {
      const range = await kafka.admin.offsetRange(deadLetterTopic(service));
      return range.reduce((sum, { low, high }) => sum + high - low, 0);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
