import { describe, expect, it } from 'vitest';
import { startPipeline } from './pipeline.ts';
import { ok } from './step-result.ts';
import { defineTopology, describeTopology, printTopology } from './topology.ts';

const source = {
  kind: 'topics',
  name: 'submitted',
  topics: ['lead.submitted.v1'],
  groupId: 'lead-router.enricher',
  writers: 'internal',
} as const;

const pipeline = startPipeline()
  .step({ name: 'decode', purpose: 'Avro to a lead', run: () => ok(1) })
  .step({ name: 'enrich', purpose: 'add what the lead implies', run: (value) => ok(value + 1) })
  .step({ name: 'encode', purpose: 'lead to Avro', sinks: ['enriched'], run: () => ok([]) });

const example = {
  service: 'enricher',
  version: '0.1.0',
  purpose: 'cleans and completes leads',
  flows: [{ source, pipeline }],
  sinks: { enriched: { topic: 'lead.enriched.v1' } },
};

describe('printTopology', () => {
  it('prints an at-least-once service', () => {
    expect(printTopology(defineTopology(example).description)).toBe(
      `enricher 0.1.0: cleans and completes leads
  source submitted <- lead.submitted.v1 (group lead-router.enricher; breaker stops the partition)
    delivery at-least-once, offsets committed after the acknowledgement
    step decode: Avro to a lead
    step enrich: add what the lead implies
    step encode -> enriched: lead to Avro
  sink enriched -> lead.enriched.v1
  dead letters -> enricher.dead-letter.v1
`,
    );
  });

  it('prints an exactly-once service and sources that are no topics', () => {
    const description = describeTopology({
      service: 'router',
      version: '0.1.0',
      purpose: 'decides',
      flows: [
        {
          source: { ...source, name: 'inbox', topics: ['lead.inbox.v1'], groupId: 'lead-router.router' },
          steps: [{ name: 'decide', purpose: 'one batch, one decision each', sinks: ['decided', 'ledger'] }],
          delivery: { guarantee: 'exactly-once', transactionalIdPrefix: 'router' },
        },
        {
          source: { kind: 'http', name: 'rules', purpose: 'POST /rules' },
          steps: [],
          delivery: { guarantee: 'at-least-once' },
        },
      ],
      sinks: { decided: { topic: 'lead.decided.v1' }, ledger: { table: 'router_partitions' } },
    });
    expect(printTopology(description)).toBe(
      `router 0.1.0: decides
  source inbox <- lead.inbox.v1 (group lead-router.router; breaker stops the partition)
    delivery exactly-once, one transactional producer per partition (router-<partition>)
    step decide -> decided, ledger: one batch, one decision each
  source rules <- http: POST /rules
    delivery at-least-once, offsets committed after the acknowledgement
  sink decided -> lead.decided.v1
  sink ledger -> table router_partitions
  dead letters -> router.dead-letter.v1
`,
    );
  });
});

describe('defineTopology', () => {
  it('names every fault at once', () => {
    const faulty = {
      ...example,
      flows: [
        { source: { ...source, topics: [] }, pipeline },
        { source, pipeline },
      ],
      sinks: { other: { topic: 'x' } },
    };
    expect(() => defineTopology(faulty)).toThrow(
      'topology of enricher: two are called source submitted; source submitted names no topic; ' +
        'step encode names a sink that does not exist: enriched; step encode names a sink that does not exist: enriched; ' +
        'no step names the sink other',
    );
  });
});
