/** What the router's parts report, turned into metrics, health and log lines. */
import { deadLetterTopic, TOPICS } from '@lead-router/contracts/topics.ts';
import type { BatchSnapshot, BatchWrites, DecisionKind } from '@lead-router/domain/routing-model.ts';
import type { ExactlyOnceObserver } from '@lead-router/stream/exactly-once-observer.ts';
import { KafkaFault, type OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import type { Health } from '@lead-router/telemetry/health.ts';
import { createLabelLimit } from '@lead-router/telemetry/label-limit.ts';
import type { DECISION_KINDS } from '@lead-router/telemetry/lead-metrics.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';
import type { Metrics } from '@lead-router/telemetry/metrics.ts';
import { capHitsOf } from './count-cap-hits.ts';
import type { RouterObserver } from './router-ledger.ts';
import { INBOX_SOURCE } from './topology.ts';

export interface ObserverOptions {
  readonly metrics: Metrics;
  readonly health: Health;
  readonly logger: Logger;
  readonly topic: string;
}

/** Only words that the declaration of the metric names. */
const KIND_LABEL: Readonly<Record<DecisionKind, (typeof DECISION_KINDS)[number]>> = {
  ASSIGNED: 'assigned',
  OFFERED: 'offered',
  LINKED: 'linked',
  QUEUED: 'queued',
  EXCEPTION: 'exception',
};

export function routerObserver({ metrics }: ObserverOptions): RouterObserver {
  const poolLabel = createLabelLimit();
  const destinationLabel = createLabelLimit();
  return {
    committed: ({ ruleSet, before, writes, effects, ignored, repeats, wakeUps, deadLetterCodes, together, now }) => {
      for (const effect of effects) {
        if (effect.kind === 'SLA') metrics.slaEvents.inc({ kind: effect.sla.kind.toLowerCase() });
        if (effect.kind !== 'DECISION') continue;
        const { kind, cause, lead } = effect.decision;
        metrics.decisions.inc({ kind: KIND_LABEL[kind], cause: cause.toLowerCase() });
        if (lead.revision === 1) metrics.timeToAssignSeconds.observe(Math.max(0, now - lead.submittedAt) / 1000);
        if (cause.endsWith('_OVERDUE')) metrics.slaEvents.inc({ kind: 'reassigned' });
        if (lead.poolId !== null && lead.destinationId !== null && (kind === 'ASSIGNED' || kind === 'EXCEPTION'))
          metrics.assignedLeads.inc({ pool: poolLabel(lead.poolId), destination: destinationLabel(lead.destinationId) });
      }
      for (const { reason } of ignored) metrics.ignoredEvents.inc({ reason: reason.toLowerCase() });
      for (const { scope, cap } of capHitsOf({ ruleSet, before, writes })) metrics.capHits.inc({ scope, cap });
      observeAnswers(metrics, { before, writes });
      if (repeats > 0) metrics.repeatedEvents.inc(repeats);
      if (wakeUps > 0) metrics.wakeUps.inc(wakeUps);
      for (const code of deadLetterCodes) metrics.deadLetters.inc({ step: 'decide', code });
      metrics.transactionBatches.observe(together);
    },
    retrying: ({ reason }) => metrics.retries.inc({ cause: reason }),
  };
}

/** The owner's acceptance and the first human response, each once: in the batch that writes it down first. */
function observeAnswers(metrics: Metrics, { before, writes }: { readonly before: BatchSnapshot; readonly writes: BatchWrites }): void {
  for (const lead of writes.leads) {
    const { acceptedAt, respondedAt } = lead;
    if (acceptedAt === null && respondedAt === null) continue;
    const earlier = before.leads.get(lead.leadId);
    if (acceptedAt !== null && (earlier?.acceptedAt ?? null) === null)
      metrics.timeToAcceptSeconds.observe(Math.max(0, acceptedAt - lead.decidedAt) / 1000);
    if (respondedAt !== null && (earlier?.respondedAt ?? null) === null)
      metrics.timeToFirstResponseSeconds.observe(Math.max(0, respondedAt - lead.submittedAt) / 1000);
  }
}

const SINKS: ReadonlyMap<string, string> = new Map([
  [TOPICS.decided.topic, 'decided'],
  [TOPICS.state.topic, 'state'],
  [TOPICS.sla.topic, 'sla'],
  [TOPICS.inbox.topic, 'inbox'],
  [deadLetterTopic('router'), 'dead_letter'],
]);

function countOutputs(metrics: Metrics, outputs: readonly OutgoingRecord[]): void {
  const counts = new Map<string, number>();
  for (const { topic } of outputs) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  for (const [topic, count] of counts) metrics.recordsOut.inc({ sink: SINKS.get(topic) ?? 'other' }, count);
}

type PauseReason = 'back_off' | 'refused' | 'alarm';
const PAUSE_REASONS: readonly PauseReason[] = ['back_off', 'refused', 'alarm'];

export function exactlyOnceObserver(options: ObserverOptions): ExactlyOnceObserver {
  const { metrics, health, logger, topic } = options;
  const paused = new Map<number, PauseReason>();
  const countPauses = (): void => {
    const reasons = [...paused.values()];
    for (const reason of PAUSE_REASONS) metrics.pausedPartitions.set({ reason }, reasons.filter((one) => one === reason).length);
  };
  const pause = (partition: number, why: { readonly reason: PauseReason; readonly detail: string }): void => {
    paused.set(partition, why.reason);
    health.paused(`${topic}/${partition}`, why.detail);
    countPauses();
  };
  return {
    assigned: (event) => {
      if (event.reemitted) metrics.transactions.inc({ outcome: 'emitted_again' });
      logger.info(event, 'partition assigned');
    },
    batchDone: ({ partition, records, outputs, applyMs, emitMs, position, end, lastMs }) => {
      metrics.transactions.inc({ outcome: 'committed' });
      metrics.recordsIn.inc({ source: INBOX_SOURCE }, records);
      metrics.chunkRecords.observe({ source: INBOX_SOURCE }, records);
      countOutputs(metrics, outputs);
      metrics.batchSeconds.observe({ part: 'apply' }, applyMs / 1000);
      metrics.batchSeconds.observe({ part: 'emit' }, emitMs / 1000);
      metrics.lag.note({ topic, partition }, { position, end, oldestMs: lastMs });
      health.dependency('postgres', { up: true });
      health.dependency('kafka', { up: true });
    },
    reassigning: (event) => {
      metrics.transactions.inc({ outcome: 'unknown' });
      logger.warn(event, 'doing the assignment again');
    },
    pausedFor: ({ partition, backOffMs, error, position, end, oldestMs }) => {
      const reason = error instanceof KafkaFault && error.kind === 'refused' ? 'refused' : 'back_off';
      metrics.retries.inc({ cause: reason === 'refused' ? 'refused' : 'dependency' });
      metrics.lag.note({ topic, partition }, { position, end, oldestMs });
      pause(partition, { reason, detail: error instanceof Error ? error.message : String(error) });
      if (reason === 'refused')
        logger.error({ partition, backOffMs, error }, 'Kafka refuses what has to go out; see docs/runbooks/outputs-refused.md');
      else logger.warn({ partition, backOffMs, error }, 'partition waits for a dependency');
    },
    resumed: ({ partition }) => {
      paused.delete(partition);
      health.resumed(`${topic}/${partition}`);
      countPauses();
    },
    alarm: (event) => {
      pause(event.partition, { reason: 'alarm', detail: event.reason });
      logger.error(event, 'partition stopped, and stays so until somebody has looked; see docs/runbooks/partition-stopped.md');
    },
  };
}
