/** What the router's parts report, turned into metrics, health and log lines. */
import type { DecisionKind } from '@lead-router/domain/routing-model.ts';
import type { ExactlyOnceObserver } from '@lead-router/stream/exactly-once-task.ts';
import type { Health } from '@lead-router/telemetry/health.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';
import type { Metrics } from '@lead-router/telemetry/metrics.ts';
import type { RouterObserver } from './router-ledger.ts';

export interface ObserverOptions {
  readonly metrics: Metrics;
  readonly health: Health;
  readonly logger: Logger;
  readonly topic: string;
}

const KIND_LABEL: Readonly<Record<DecisionKind, string>> = {
  ASSIGNED: 'assigned',
  LINKED: 'linked',
  QUEUED: 'queued',
  EXCEPTION: 'exception',
};

export function routerObserver({ metrics }: ObserverOptions): RouterObserver {
  return {
    committed: ({ effects, repeats, deadLetters, now }) => {
      for (const effect of effects) {
        if (effect.kind !== 'DECISION') continue;
        const { kind, lead } = effect.decision;
        metrics.decisions.inc({ kind: KIND_LABEL[kind] });
        if (lead.revision === 1) metrics.timeToAssignSeconds.observe(Math.max(0, now - lead.submittedAt) / 1000);
      }
      if (repeats > 0) metrics.repeatedEvents.inc(repeats);
      if (deadLetters > 0) metrics.deadLetters.inc({ step: 'decide', code: 'router' }, deadLetters);
    },
    retrying: ({ reason }) => metrics.retries.inc({ cause: reason }),
  };
}

export function exactlyOnceObserver(options: ObserverOptions): ExactlyOnceObserver {
  const { metrics, health, logger, topic } = options;
  const name = (partition: number) => `${topic}/${partition}`;
  return {
    assigned: (event) => {
      if (event.reemitted) metrics.transactions.inc({ outcome: 'emitted_again' });
      logger.info(event, 'partition assigned');
    },
    batchDone: ({ partition, records, applyMs, emitMs, lag, lagAgeMs }) => {
      metrics.transactions.inc({ outcome: 'committed' });
      metrics.recordsIn.inc({ source: 'inbox' }, records);
      metrics.chunkRecords.observe({ source: 'inbox' }, records);
      metrics.batchSeconds.observe({ part: 'apply' }, applyMs / 1000);
      metrics.batchSeconds.observe({ part: 'emit' }, emitMs / 1000);
      metrics.lagRecords.set({ topic, partition: String(partition) }, lag);
      metrics.lagAgeSeconds.set({ topic, partition: String(partition) }, lagAgeMs / 1000);
      health.dependency('postgres', { up: true });
      health.dependency('kafka', { up: true });
    },
    reassigning: (event) => {
      metrics.transactions.inc({ outcome: 'unknown' });
      logger.warn(event, 'doing the assignment again');
    },
    pausedFor: ({ partition, backOffMs, error }) => {
      metrics.retries.inc({ cause: 'dependency' });
      const detail = error instanceof Error ? error.message : String(error);
      health.paused(name(partition), detail);
      logger.warn({ partition, backOffMs, error }, 'partition waits for a dependency');
    },
    resumed: ({ partition }) => health.resumed(name(partition)),
    alarm: (event) => {
      metrics.pausedPartitions.inc({ reason: 'alarm' });
      health.paused(name(event.partition), event.reason);
      logger.error(
        event,
        'partition stopped: its committed offset and its stored batch do not fit together; see docs/runbooks/stopped-partition.md',
      );
    },
  };
}
