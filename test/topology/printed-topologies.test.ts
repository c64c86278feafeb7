/**
 * Each service's topology as it prints itself at its start, pinned: a change of a source, a step, a sink or a guarantee shows in
 * the text beside this file. `npx vitest run --project topology -u` writes the texts anew.
 */
import { openCodec, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import { activityTopic, intakeTopic, type ServiceName, topicCatalogue, valueSubject } from '@lead-router/contracts/topics.ts';
import { enricherTopology } from '@lead-router/enricher/topology.ts';
import { createDigests } from '@lead-router/gateway/digests.ts';
import { gatewayTopology } from '@lead-router/gateway/topology.ts';
import { notifierTopology } from '@lead-router/notifier/topology.ts';
import { routerTopology } from '@lead-router/router/topology.ts';
import { scorerTopology } from '@lead-router/scorer/topology.ts';
import { printTopology, type TopologyDescription } from '@lead-router/stream/topology.ts';
import { watchdogTopology } from '@lead-router/watchdog/topology.ts';
import { describe, expect, test } from 'vitest';
import { sampleRuleSet } from '../support/sample-rule-set.ts';

const VERSION = '0.0.0';
const VENDORS = ['acme'];
const SYSTEMS = ['crm'];

const topologies = await allTopologies();

describe.each(Object.entries(topologies))('%s', (service, topology) => {
  test('prints itself as it did', async () => {
    await expect(printTopology(topology)).toMatchFileSnapshot(`./${service}.txt`);
  });

  test('reads and writes no topic that the catalogue does not give it', () => {
    const catalogue = new Map(topicCatalogue({ vendors: VENDORS, systems: SYSTEMS }).map((entry) => [entry.topic, entry]));
    const isParty = (parties: readonly string[] | undefined) => parties?.includes(service) ?? false;
    expect(sources(topology).filter((topic) => !isParty(catalogue.get(topic)?.readers))).toEqual([]);
    expect(sinks(topology).filter((topic) => !isParty(catalogue.get(topic)?.writers))).toEqual([]);
  });

  test('has its own dead letters', () => {
    expect(topology.deadLetterTopic).toBe(`${service}.dead-letter.v1`);
  });
});

test('no two services share a consumer group, nor two flows', () => {
  const groups = Object.values(topologies).flatMap(({ flows }) =>
    flows.flatMap(({ source }) => (source.kind === 'topics' ? [source.groupId] : [])),
  );
  expect(new Set(groups).size).toBe(groups.length);
});

const sources = ({ flows }: TopologyDescription) => flows.flatMap(({ source }) => (source.kind === 'topics' ? source.topics : []));
const sinks = ({ sinks: named }: TopologyDescription) => Object.values(named).flatMap((sink) => ('topic' in sink ? [sink.topic] : []));

async function allTopologies(): Promise<Readonly<Record<ServiceName, TopologyDescription>>> {
  const schemas = createMemorySchemas();
  const [submitted, enriched, inbox, decided, sla, leadIntake, activityIntake] = await Promise.all([
    openTopicCodec(schemas, 'submitted'),
    openTopicCodec(schemas, 'enriched'),
    openTopicCodec(schemas, 'inbox'),
    openTopicCodec(schemas, 'decided'),
    openTopicCodec(schemas, 'sla'),
    openCodec(schemas, { subject: valueSubject(intakeTopic('acme')), record: 'LeadIntake' }),
    openCodec(schemas, { subject: valueSubject(activityTopic('crm')), record: 'ActivityIntake' }),
  ]);
  const ruleSet = sampleRuleSet();
  const pure = {
    version: VERSION,
    ruleSets: { current: () => ({ version: 1, ruleSet }) },
    hashIdentity: (normalised: string) => normalised,
    clock: { now: () => 0, sleep: async () => undefined },
  };
  return {
    gateway: gatewayTopology({
      ...{ version: VERSION, vendors: VENDORS, systems: SYSTEMS, leadIntake, activityIntake, submitted, inbox },
      digests: createDigests('a key for a print-out'),
      now: () => 0,
      recordSubmissions: async () => undefined,
    }).description,
    enricher: enricherTopology({ ...pure, submitted, enriched }).description,
    scorer: scorerTopology({ ...pure, enriched, inbox, onGraded: () => undefined }).description,
    router: routerTopology(VERSION),
    notifier: notifierTopology({
      ...{ ...pure, ruleSets: { ...pure.ruleSets, refresh: async () => undefined } },
      ...{ decided, sla, insertDeliveries: async () => undefined },
    }).description,
    watchdog: watchdogTopology(VERSION),
  };
}
