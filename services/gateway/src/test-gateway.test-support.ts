/** The whole gateway over its store's double and a producer that keeps what it is given; requests are injected, no port is opened. */
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import type { AuthenticatedVendor } from '@lead-router/store/vendor-store.ts';
import { systemClock } from '@lead-router/stream/clock.ts';
import { KafkaFault, type OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import type { LogFields, Logger } from '@lead-router/telemetry/logger.ts';
import { createMetrics } from '@lead-router/telemetry/metrics.ts';
import { createGateway, type GatewayLimits } from './compose.ts';
import { createDigests, type Digests } from './digests.ts';
import { createMemoryGatewayStore, type MemoryGatewayStore } from './memory-gateway-store.test-support.ts';

export interface TestGateway {
  readonly app: Awaited<ReturnType<typeof createGateway>>['app'];
  readonly store: MemoryGatewayStore;
  readonly sent: OutgoingRecord[];
  /** Every log line, as text. */
  readonly logged: string[];
  /** While true, Kafka does not answer. */
  kafkaIsDown: boolean;
  /** Kafka answers only after it. */
  kafkaHolds: Promise<void> | null;
  /** The gateway's own text for Prometheus. */
  metrics(): Promise<string>;
  stop(): Promise<void>;
}

export const DIGESTS: Digests = createDigests('the key of the tests');

export const ANSWER_KEY = 'the key of answer links in the tests';

export const VENDOR: AuthenticatedVendor = {
  vendor: 'acme',
  name: 'Acme Media',
  zone: 'America/New_York',
  dailyCap: null,
  isActive: true,
  scopes: ['leads:write'],
};

const PATIENT_MS = 60_000;

export async function openCodecs() {
  const source = createMemorySchemas();
  return { submitted: await openTopicCodec(source, 'submitted'), inbox: await openTopicCodec(source, 'inbox') };
}

export async function createTestGateway(
  options: { readonly limits?: Partial<GatewayLimits>; readonly maxRequestsPerSecond?: number; readonly store?: MemoryGatewayStore } = {},
): Promise<TestGateway> {
  const store = options.store ?? createMemoryGatewayStore();
  store.putVendor(VENDOR, 'key-of-acme');
  const sent: OutgoingRecord[] = [];
  const logged: string[] = [];
  const log = (fields: LogFields, message: string): void => void logged.push(JSON.stringify({ ...fields, message }, plainErrors));
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const metrics = createMetrics('gateway');
  const state: { kafkaIsDown: boolean; kafkaHolds: Promise<void> | null } = { kafkaIsDown: false, kafkaHolds: null };
  const { app, stop } = await createGateway({
    store,
    producer: {
      send: async (records) => {
        await new Promise((resolve) => setImmediate(resolve));
        await state.kafkaHolds;
        if (state.kafkaIsDown) throw new KafkaFault('unavailable', 'Kafka: away');
        sent.push(...records);
      },
    },
    ...(await openCodecs()),
    ...{ digests: DIGESTS, clock: systemClock, logger, metrics, version: '0' },
    answerKeys: [ANSWER_KEY],
    maxRequestsPerSecond: options.maxRequestsPerSecond ?? 1_000_000,
    // A machine that is busy with other tests is not what they are about.
    limits: { maxEventLoopDelayMs: PATIENT_MS, ...options.limits },
  });
  return Object.assign(state, { app, store, sent, logged, stop, metrics: async () => (await metrics.render()).body });
}

function plainErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? { message: value.message, stack: value.stack, cause: value.cause } : value;
}
