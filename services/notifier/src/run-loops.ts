/** The two loops beside the consumer: one sends what is due, the other publishes what came of it. Each goes on when the other cannot. */
import { finishDeliveries, leaseDeliveries } from '@lead-router/store/delivery-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { leaseReceipts, removeReceipts } from '@lead-router/store/receipt-store.ts';
import type { RecordProducer } from '@lead-router/stream/kafka-port.ts';
import { runPollingLoop } from '@lead-router/stream/polling-loop.ts';
import type { ServiceParts } from '@lead-router/stream/process-main.ts';
import { type ReceiptCodecs, recordsOf } from './delivery-receipt.ts';
import type { NotifierConfig } from './notifier-config.ts';
import { publishReceipts } from './publish-receipts.ts';
import { createRestingDestinations } from './resting-destinations.ts';
import { type Attempt, createSender, type SendOptions } from './send-deliveries.ts';

export interface LoopOptions {
  readonly parts: ServiceParts<NotifierConfig>;
  readonly pool: PostgresPool;
  readonly producer: Pick<RecordProducer, 'send'>;
  readonly codecs: ReceiptCodecs;
  readonly send: SendOptions['send'];
}

const SENDS_AT_ONCE = 50;
const RECEIPTS_AT_ONCE = 500;
const SLICE_MS = 250;
const FAILURES_BEFORE_REST = 10;

export interface RunningLoops {
  /** Waits for what is under way. */
  stop(): Promise<void>;
}

export function runLoops(options: LoopOptions): RunningLoops {
  const stopping = new AbortController();
  const loops = [runSender(options, stopping.signal), runPublisher(options, stopping.signal)];
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function runSender({ parts, pool, send }: LoopOptions, signal: AbortSignal): Promise<void> {
  const { config, clock, random, metrics, logger } = parts;
  const [restMs = SLICE_MS] = config.retryDelaysMs;
  const sender = createSender({
    lease: (request) => leaseDeliveries(pool, request),
    finish: (outcomes) => finishDeliveries(pool, outcomes),
    send,
    onBug: (error) => logger.error({ error }, 'a delivery could not be sent; it is tried again by the schedule'),
    resting: createRestingDestinations({ now: () => clock.now(), restMs, failures: FAILURES_BEFORE_REST }),
    ...{ clock, random, retryDelaysMs: config.retryDelaysMs, limit: SENDS_AT_ONCE, leaseMs: config.leaseMs, sliceMs: SLICE_MS },
  });
  await runPollingLoop({
    round: () => sender.round(),
    // Whatever one round has done may have made room for the next.
    limit: 1,
    ...loopParts(parts, 'deliveries'),
    signal,
    onRound: (attempts) => {
      parts.health.dependency('deliveries', { up: true });
      for (const attempt of attempts) metrics.deliveries.inc({ channel: attempt.delivery.channel, outcome: OUTCOMES[attempt.outcome] });
    },
  });
  await sender
    .finish()
    .catch((error: unknown) => logger.warn({ error }, 'the last outcomes were not recorded; these deliveries go out again'));
}

const OUTCOMES = {
  DELIVERED: 'delivered',
  RETRYING: 'retried',
  UNDELIVERABLE: 'undeliverable',
  SUPERSEDED: 'superseded',
} as const satisfies Readonly<Record<Attempt['outcome'], string>>;

async function runPublisher({ parts, pool, producer, codecs }: LoopOptions, signal: AbortSignal): Promise<void> {
  const { config, clock, metrics } = parts;
  await runPollingLoop({
    round: () =>
      publishReceipts({
        lease: (request) => leaseReceipts(pool, request),
        remove: (receipts) => removeReceipts(pool, receipts),
        send: (records) => producer.send(records),
        toRecords: (receipt) => recordsOf(codecs, receipt, clock.now()),
        ...{ clock, limit: RECEIPTS_AT_ONCE, leaseMs: config.leaseMs },
      }),
    limit: RECEIPTS_AT_ONCE,
    ...loopParts(parts, 'receipts'),
    signal,
    onRound: (receipts) => {
      parts.health.dependency('receipts', { up: true });
      if (receipts.length > 0) metrics.recordsOut.inc({ sink: 'receipts' }, receipts.length);
    },
  });
}

function loopParts({ config, clock, health, metrics, logger }: ServiceParts<NotifierConfig>, dependency: 'deliveries' | 'receipts') {
  return {
    clock,
    pollIntervalMs: config.pollIntervalMs,
    onFailure: (error: unknown, backOffMs: number): void => {
      health.dependency(dependency, { up: false, detail: error instanceof Error ? error.message : String(error) });
      metrics.retries.inc({ cause: dependency });
      logger.warn({ error, backOffMs }, `a round of ${dependency} failed; trying again`);
    },
  };
}
