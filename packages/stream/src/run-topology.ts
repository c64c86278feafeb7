/** Starts all flows of a topology in this process, and stops them in order. */

import { backOffMs } from './back-off.ts';
import { FlowRunner } from './flow-runner.ts';
import { KafkaFault, type OutgoingRecord, type RecordProducer } from './kafka-port.ts';
import type { StepObserver } from './pipeline.ts';
import type { RuntimeOptions } from './runtime-options.ts';
import type { Topology, TopologyDescription } from './topology.ts';

export interface RunningTopology {
  readonly description: TopologyDescription;
  /** Chunks in work finish, offsets are committed, the groups are left, the producer disconnects. Idempotent. */
  stop(): Promise<void>;
}

/** Waits for Kafka as long as it takes: `signal` ends the wait. Rejects with what no waiting can mend. */
export const runTopology = async (
  topology: Topology,
  options: RuntimeOptions & { readonly signal?: AbortSignal },
): Promise<RunningTopology> => {
  const producer = await patiently(options, async () => options.kafka.producer());
  const counting = countOutputs(producer, { topology, options });
  const runners = topology.flows.map(
    (flow) =>
      new FlowRunner({
        flow,
        topology: topology.description,
        runtime: options,
        producer: counting,
        observer: createObserver(options),
      }),
  );
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      await Promise.all(runners.map((runner) => runner.stop()));
      await producer.disconnect();
    })();
    return stopped;
  };
  try {
    await Promise.all(runners.map((runner) => patiently(options, () => runner.start())));
  } catch (error) {
    await stop();
    throw error;
  }
  return { description: topology.description, stop };
};

const patiently = async <T>(options: RuntimeOptions & { readonly signal?: AbortSignal }, attempt: () => Promise<T>): Promise<T> => {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      const isPassing = error instanceof KafkaFault && error.kind === 'unavailable';
      if (!isPassing || options.signal?.aborted === true) throw error;
      options.health.dependency('kafka', { up: false, detail: error.message });
      options.logger.warn({ failures, error }, 'waiting for Kafka');
      await options.clock.sleep(backOffMs(failures, options.random(), options.backOff), options.signal);
    }
  }
};

const createObserver = (options: RuntimeOptions): StepObserver => {
  const { stepRecords, stepSeconds } = options.metrics;
  return {
    seconds: () => options.clock.now() / 1000,
    stepDone: (step, results, seconds) => {
      const counts = new Map<string, number>();
      for (const { kind } of results) counts.set(kind, (counts.get(kind) ?? 0) + 1);
      for (const [result, count] of counts) stepRecords.inc({ step, result }, count);
      stepSeconds.observe({ step }, seconds);
    },
  };
};

const countOutputs = (
  producer: RecordProducer,
  work: { readonly topology: Topology; readonly options: RuntimeOptions },
): RecordProducer => {
  const names = new Map<string, string>([[work.topology.description.deadLetterTopic, 'dead_letter']]);
  for (const [name, sink] of Object.entries(work.topology.description.sinks)) {
    if ('topic' in sink) names.set(sink.topic, name);
  }
  const count = (records: readonly OutgoingRecord[]): void => {
    const counts = new Map<string, number>();
    for (const { topic } of records) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    for (const [topic, amount] of counts) work.options.metrics.recordsOut.inc({ sink: names.get(topic) ?? 'other' }, amount);
  };
  return {
    send: async (records) => {
      await producer.send(records);
      count(records);
    },
    disconnect: () => producer.disconnect(),
  };
};
