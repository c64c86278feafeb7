/** Runs a service's flow over records as its runtime would, without Kafka: outcomes in the order of the records. */
import type { ConsumedRecord } from '@lead-router/stream/kafka-port.ts';
import type { Outcome, StepContext } from '@lead-router/stream/pipeline.ts';
import type { Flow, Topology } from '@lead-router/stream/topology.ts';

export type FlowOutcome = Outcome<Awaited<ReturnType<Flow['pipeline']['process']>> extends readonly Outcome<infer Out>[] ? Out : never>;

export function consumedRecord(value: Buffer | null, known: Partial<ConsumedRecord> = {}): ConsumedRecord {
  return { offset: 0, timestampMs: 1_700_000_000_000, key: null, headers: {}, value, ...known };
}

export async function runFlow({ source, pipeline }: Flow, records: readonly ConsumedRecord[]): Promise<readonly FlowOutcome[]> {
  const contexts = records.map((record): StepContext => ({ source: source.name, topic: source.topics[0] ?? '', partition: 0, record }));
  return pipeline.process(contexts, { stepDone: () => undefined, seconds: () => 0 });
}

/** By the name of its source. */
export function flowOf({ flows }: Topology, source: string): Flow {
  const flow = flows.find((one) => one.source.name === source);
  if (!flow) throw new Error(`a flow from ${source} was expected, there are: ${flows.map((one) => one.source.name).join(', ')}`);
  return flow;
}

/** Of a service with one flow. */
export function onlyFlow({ flows }: Topology): Flow {
  const [flow, ...others] = flows;
  if (!flow || others.length > 0) throw new Error(`a topology with one flow was expected, this one has ${flows.length}`);
  return flow;
}
