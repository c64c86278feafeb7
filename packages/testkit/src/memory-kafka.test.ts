/** The double of Kafka keeps the contract that the real one keeps. */
import { type KafkaHarness, kafkaPortContract } from '../../../test/contract/kafka-port.contract.ts';
import { MemoryBroker } from './memory-broker.ts';
import { createMemoryKafka } from './memory-kafka.ts';
import { driveInRealTime } from './real-time-driver.ts';
import { Scheduler } from './scheduler.ts';

const PATIENCE_MS = 5_000;
const TIMES = { sessionTimeoutMs: 2_000, heartbeatIntervalMs: 20, transactionTimeoutMs: 3_000 };

const createHarness = async (): Promise<KafkaHarness> => {
  const scheduler = new Scheduler({ seed: 1, startAt: 0 });
  const broker = new MemoryBroker({ scheduler, times: TIMES, manner: 'plain' });
  const stopDriving = driveInRealTime(scheduler);
  let opened = 0;
  return {
    open: () => createMemoryKafka({ broker, process: scheduler.createProcess(`client ${opened++}`) }),
    until: async (what, condition) => {
      const startedAt = performance.now();
      while (!(await condition())) {
        if (performance.now() - startedAt > PATIENCE_MS) throw new Error(`waited in vain for ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    close: stopDriving,
  };
};

kafkaPortContract('in memory', createHarness);
