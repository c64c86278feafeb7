/**
 * A service is its topology: sources, named steps, sinks. This file gives it a checked definition and a stable
 * print-out, which the service shows at its start and a test pins.
 */

import type { Pipeline, SinkRecord, StepDescription } from './pipeline.ts';

export interface TopicSource {
  readonly kind: 'topics';
  readonly name: string;
  readonly topics: readonly string[];
  readonly groupId: string;
  /**
   * Who writes the topics, hence what too many dead letters mean. `internal`: our own bug, that partition stops.
   * `intake`: one vendor's fault, that topic is quarantined and nobody else.
   */
  readonly writers: 'internal' | 'intake';
}

/** A source that is no topic: requests, or rows of a table that become due. */
export interface OutsideSource {
  readonly kind: 'http' | 'table';
  readonly name: string;
  readonly purpose: string;
}

export type Source = TopicSource | OutsideSource;

export type Sink = { readonly topic: string } | { readonly table: string } | { readonly outside: string };

export type Delivery =
  | { readonly guarantee: 'at-least-once' }
  | { readonly guarantee: 'exactly-once'; readonly transactionalIdPrefix: string };

export interface FlowDescription {
  readonly source: Source;
  readonly steps: readonly StepDescription[];
  readonly delivery: Delivery;
}

export interface TopologyDescription {
  readonly service: string;
  readonly version: string;
  readonly purpose: string;
  readonly flows: readonly FlowDescription[];
  /** Name in the steps to where it leads. */
  readonly sinks: Readonly<Record<string, Sink>>;
  readonly deadLetterTopic: string;
}

/** A flow that the at-least-once runtime runs. */
export interface Flow {
  readonly source: TopicSource;
  readonly pipeline: Pipeline<readonly SinkRecord[]>;
}

export interface Topology {
  readonly description: TopologyDescription;
  readonly flows: readonly Flow[];
}

export interface TopologyOptions {
  readonly service: string;
  readonly version: string;
  readonly purpose: string;
  readonly flows: readonly Flow[];
  readonly sinks: Readonly<Record<string, Sink>>;
  /** Flows that other code runs (HTTP, timers, the router's exactly-once tasks), so that the print-out is whole. */
  readonly otherFlows?: readonly FlowDescription[];
}

export const deadLetterTopicOf = (service: string): string => `${service}.dead-letter.v1`;

/** Throws an Error that names each fault: a topology is wrong at the start or not at all. */
export const defineTopology = (options: TopologyOptions): Topology => {
  const flows = options.flows.map(
    (flow): FlowDescription => ({
      source: flow.source,
      steps: flow.pipeline.steps,
      delivery: { guarantee: 'at-least-once' },
    }),
  );
  const description = describeTopology({
    service: options.service,
    version: options.version,
    purpose: options.purpose,
    flows: [...flows, ...(options.otherFlows ?? [])],
    sinks: options.sinks,
  });
  return { description, flows: options.flows };
};

/** The description alone, checked, for services whose runtime is another one. */
export const describeTopology = (description: Omit<TopologyDescription, 'deadLetterTopic'>): TopologyDescription => {
  const faults = [...faultsOf(description)];
  if (faults.length > 0) throw new Error(`topology of ${description.service}: ${faults.join('; ')}`);
  return { ...description, deadLetterTopic: deadLetterTopicOf(description.service) };
};

function* faultsOf(description: Omit<TopologyDescription, 'deadLetterTopic'>): Generator<string> {
  if (description.flows.length === 0) yield 'it has no source';
  yield* repeated(
    'source',
    description.flows.map((flow) => flow.source.name),
  );
  const used = new Set<string>();
  for (const flow of description.flows) {
    if (flow.source.kind === 'topics' && flow.source.topics.length === 0) yield `source ${flow.source.name} names no topic`;
    yield* repeated(
      'step',
      flow.steps.map((step) => step.name),
    );
    for (const step of flow.steps) {
      for (const sink of step.sinks) {
        used.add(sink);
        if (!(sink in description.sinks)) yield `step ${step.name} names a sink that does not exist: ${sink}`;
      }
    }
  }
  for (const sink of Object.keys(description.sinks)) {
    if (!used.has(sink)) yield `no step names the sink ${sink}`;
  }
}

function* repeated(what: string, names: readonly string[]): Generator<string> {
  for (const name of new Set(names.filter((candidate, index) => names.indexOf(candidate) !== index))) {
    yield `two are called ${what} ${name}`;
  }
}

/** Stable text: same topology, same lines. */
export const printTopology = (description: TopologyDescription): string => {
  const lines = [`${description.service} ${description.version}: ${description.purpose}`];
  for (const flow of description.flows) {
    lines.push(`  source ${flow.source.name} <- ${printSource(flow.source)}`);
    lines.push(`    delivery ${printDelivery(flow.delivery)}`);
    for (const step of flow.steps) {
      const sinks = step.sinks.length === 0 ? '' : ` -> ${step.sinks.join(', ')}`;
      lines.push(`    step ${step.name}${sinks}: ${step.purpose}`);
    }
  }
  for (const [name, sink] of Object.entries(description.sinks)) lines.push(`  sink ${name} -> ${printSink(sink)}`);
  lines.push(`  dead letters -> ${description.deadLetterTopic}`);
  return `${lines.join('\n')}\n`;
};

const printSource = (source: Source): string => {
  if (source.kind !== 'topics') return `${source.kind}: ${source.purpose}`;
  const breaker = source.writers === 'internal' ? 'stops the partition' : 'quarantines the topic';
  return `${source.topics.join(', ')} (group ${source.groupId}; breaker ${breaker})`;
};

const printDelivery = (delivery: Delivery): string =>
  delivery.guarantee === 'at-least-once'
    ? 'at-least-once, offsets committed after the acknowledgement'
    : `exactly-once, one transactional producer per partition (${delivery.transactionalIdPrefix}-<partition>)`;

const printSink = (sink: Sink): string => {
  if ('topic' in sink) return sink.topic;
  return 'table' in sink ? `table ${sink.table}` : sink.outside;
};
