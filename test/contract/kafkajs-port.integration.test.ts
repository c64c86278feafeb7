/** The contract against a real broker. */
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { type KafkaHarness, kafkaPortContract } from './kafka-port.contract.ts';

const brokers = (process.env.TEST_KAFKA_BROKERS ?? '').split(',');
const patienceMs = 30_000;

const createHarness = async (): Promise<KafkaHarness> => ({
  open: () => createKafkaJsPort({ connection: { brokers, clientId: 'contract' }, logger: silentLogger }),
  until: async (what, condition) => {
    const startedAt = performance.now();
    while (!(await condition())) {
      if (performance.now() - startedAt > patienceMs) throw new Error(`waited in vain for ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },
  close: () => Promise.resolve(),
});

kafkaPortContract('kafkajs on a real broker', createHarness);
