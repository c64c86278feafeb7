/** Reads one snapshot of the running pipeline from Postgres and Kafka. */
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { readHandOffs, readLeadSummary, readTimeToDecide } from '@lead-router/store/summary-store.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createDeadLetterCounter } from '../connect/count-dead-letters.ts';
import type { ImportProgress } from './import-contacts.ts';
import type { LocalOutside } from './local-outside.ts';
import { readPipelineLag } from './pipeline-lag.ts';
import type { Snapshot } from './pipeline-view.ts';
import type { SampleProgress } from './sample-stream.ts';
import type { ServiceProcesses } from './service-processes.ts';
import { createRuleSetReader, strategiesAtWork } from './strategies-at-work.ts';
import type { WorkProgress } from './work-sample.ts';

export interface SnapshotOptions {
  readonly kafka: KafkaPort;
  readonly pool: PostgresPool;
  readonly services: ServiceProcesses;
  readonly sample: SampleProgress | null;
  readonly work: WorkProgress | null;
  readonly imported: ImportProgress | null;
  readonly outside: Pick<LocalOutside, 'view'>;
  readonly startedAt: number;
}

const SPAN_MS = 10_000;

/** Keeps what it needs of the snapshot before, for rates. */
export function createSnapshotReader(options: SnapshotOptions): () => Promise<Snapshot> {
  const countDeadLetters = createDeadLetterCounter(options.kafka);
  const readRuleSet = createRuleSetReader(options.pool);
  let before = { total: 0, at: options.startedAt };
  return async () => {
    const now = Date.now();
    const [summary, timeToAssign, handOffs, lag, deadLetters, ruleSet] = await Promise.all([
      readLeadSummary(options.pool),
      readTimeToDecide(options.pool, { from: now - SPAN_MS, to: now }),
      readHandOffs(options.pool, options.startedAt),
      readPipelineLag(options.kafka),
      countDeadLetters(),
      readRuleSet(),
    ]);
    const leadsPerSecond = ((summary.total - before.total) * 1000) / Math.max(1, now - before.at);
    before = { total: summary.total, at: now };
    return {
      elapsedSeconds: (now - options.startedAt) / 1000,
      leadsPerSecond,
      summary,
      timeToAssign,
      handOffs,
      strategies: ruleSet === null ? new Map() : strategiesAtWork(ruleSet, summary),
      deadLetters: Object.values(deadLetters).reduce((sum, count) => sum + count, 0),
      lag,
      restarts: options.services.all.reduce((sum, service) => sum + service.restarts(), 0),
      sample: options.sample,
      work: options.work,
      imported: options.imported,
      outside: options.outside.view(),
    };
  };
}
