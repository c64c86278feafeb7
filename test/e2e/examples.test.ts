/**
 * The examples against the running system, each as a process of its own: a vendor publishes leads, and a CRM's table ends up with exactly
 * these leads at their latest version, whatever happens to the CRM meanwhile and whatever else stands in the topic.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DEMO_VENDOR } from '@lead-router/cli/up/prepare-vendors.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import type { LeadState } from '@lead-router/contracts/generated/wire-types.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { statement } from '@lead-router/store/statement.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeUnless } from '../not-run.ts';
import { addressesFor, EXAMPLES, type ExampleProcess, runExample, startExample } from './example-process.ts';
import { pythonForExamples } from './python-examples.ts';
import { eventually, openScenarioInFolder, type Scenario } from './scenario.ts';

process.env.LEAD_ROUTER_PREFER = 'local';

const LEADS = 150;
/** In the middle of so many more the CRM is killed. */
const BURST = 1_000;

const RULES = `
name: examples test
scoring:
  lines:
    - { name: named, when: "true", points: 10 }
  grades:
    - { grade: HOT, name: the rest }
rules:
  - { id: team, when: lead.vendor == "demo", to: team }
lastResort: chiefs
destinations:
  - { id: sales, kind: SALES }
pools:
  - { id: team, destination: sales, agents: [{ id: ann }, { id: bob, weight: 2 }] }
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
`;

interface Language {
  readonly name: string;
  readonly byKafka: readonly [string, ...string[]];
  readonly byHttp: readonly [string, ...string[]];
  readonly consumer: readonly [string, ...string[]];
}

const typescript: Language = {
  name: 'ts',
  byKafka: [process.execPath, join(EXAMPLES, 'vendor-ts/publish-by-kafka.ts')],
  byHttp: [process.execPath, join(EXAMPLES, 'vendor-ts/publish-by-http.ts')],
  consumer: [process.execPath, join(EXAMPLES, 'crm-consumer-ts/main.ts')],
};
const { python = 'python3', whyNot } = await pythonForExamples();
const pythonLanguage: Language = {
  name: 'python',
  byKafka: [python, join(EXAMPLES, 'vendor-python/publish_by_kafka.py')],
  byHttp: [python, join(EXAMPLES, 'vendor-python/publish_by_http.py')],
  consumer: [python, join(EXAMPLES, 'crm-consumer-python/crm_consumer.py')],
};

interface Row {
  readonly lead_id: string;
  readonly version: number;
  readonly revision: number;
  readonly stage: string;
  readonly grade: string;
  readonly score: number;
  readonly pool_id: string | null;
  readonly agent_id: string | null;
  readonly destination_id: string | null;
  readonly vendor_reference: string;
  readonly email: string | null;
}

const IN_POSTGRES = statement(
  'examples-leads',
  `SELECT lead_id, version::float8 AS version, revision::float8 AS revision, stage, grade, score, pool_id, agent_id, destination_id
     FROM leads`,
);
const IN_TABLE = `SELECT lead_id, version, revision, stage, grade, score, pool_id, agent_id, destination_id, vendor_reference, email
                    FROM leads ORDER BY lead_id`;

let scenario: Scenario;
let folder: string;
/** By lead id: the reference under which it was published. */
const references = new Map<string, string>();
/** What tests put into the topic beside the router: by lead id, how the row has to differ; null: no row. */
const overrides = new Map<string, Partial<Row> | null>();
const consumers = new Set<ExampleProcess>();

beforeAll(async () => {
  scenario = await openScenarioInFolder((made) => {
    folder = made;
    return { folder, rules: RULES };
  });
});

afterAll(async () => {
  for (const consumer of consumers) consumer.kill('SIGKILL');
  await scenario.stop();
});

describe('TypeScript examples', () => suite(typescript));
describeUnless(whyNot, 'Python examples', () => suite(pythonLanguage));

function suite(language: Language): void {
  let consumer: ExampleProcess;
  const table = () => join(folder, `crm-${language.name}.sqlite`);
  const startConsumer = () => {
    consumer = startExample({ command: language.consumer, env: { ...addressesFor(scenario.system), CRM_DATABASE: table() } });
    consumers.add(consumer);
  };
  const expectTable = () => expectEqualTable(table(), () => consumer.output());

  test('a vendor publishes to its intake topic, and by HTTP; the same again is a repeat', async () => {
    const kafkaFile = await leadsFile(`${language.name}-kafka`, LEADS);
    const httpFile = await leadsFile(`${language.name}-http`, LEADS);
    const env = addressesFor(scenario.system);
    const http = { GATEWAY_URL: scenario.system.gatewayUrl() ?? '', GATEWAY_KEY: scenario.system.secrets.apiKeys[DEMO_VENDOR] ?? '' };
    expect(await runExample({ command: [...language.byKafka, kafkaFile], env })).toContain(
      `${LEADS} leads published to lead.intake.demo.v1`,
    );
    expect(JSON.parse(await runExample({ command: [...language.byHttp, httpFile], env: http }))).toEqual({
      accepted: LEADS,
      repeat: 0,
      refused: 0,
    });
    await runExample({ command: [...language.byKafka, kafkaFile], env });
    await allDecided();
  });

  test('what is no lead is named, and the rest is sent', async () => {
    const file = join(folder, `${language.name}-bad.ndjson`);
    const good = `${language.name}-good`;
    references.set(scenario.leadId(good), good);
    await writeFile(
      file,
      [{ vendorReference: 7 }, { vendorReference: good, person: { email: `${good}@example.org` } }]
        .map((lead) => JSON.stringify(lead))
        .join('\n'),
    );
    const example = startExample({ command: [...language.byKafka, file], env: addressesFor(scenario.system) });
    expect(await example.ended).toBe(1);
    expect(example.output()).toMatch(/not sent: line 1: .*vendorReference/);
    expect(example.output()).toContain('1 leads published');
    await allDecided();
  });

  test('a CRM reads from the beginning and has every lead', async () => {
    startConsumer();
    await expectTable();
  });

  test('it follows, and a kill -9 in the middle of a burst loses nothing and applies nothing twice', async () => {
    await scenario.act(`${language.name}-kafka-1`, 'ACCEPTED');
    await scenario.act(`${language.name}-http-2`, 'WON');
    await scenario.lead(`${language.name}-http-2`, ({ stage }) => stage === 'CLOSED');
    await expectTable();
    const before = rowsOf(table()).length;
    const publishing = runExample({
      command: [...language.byKafka, await leadsFile(`${language.name}-burst`, BURST)],
      env: addressesFor(scenario.system),
    });
    await eventually('the burst has reached the table', async () => (rowsOf(table()).length > before ? true : null));
    consumer.kill('SIGKILL');
    expect(await consumer.ended).toBe('SIGKILL');
    await publishing;
    startConsumer();
    await allDecided();
    await expectTable();
  });

  test('it never sees an aborted transaction, passes over an old version, forgets an erased person and a removed lead', async () => {
    const [kept, removed] = await neighbours();
    const { state, codec } = kept;
    const { kafka } = scenario.system;
    const record = (value: LeadState) => ({ topic: TOPICS.state.topic, key: value.envelope.leadId, value: codec.encode(value) });
    const transactional = await kafka.transactionalProducer(`examples-${language.name}`);
    const transaction = await transactional.begin();
    await transaction.send([record({ ...state, version: state.version + 100, agentId: 'nobody' })]);
    await transaction.abort();
    await transactional.disconnect();
    const erased = { ...state, version: state.version + 1, context: { ...state.context, person: null, personSealed: Buffer.of(1, 2, 3) } };
    const producer = await kafka.producer();
    await producer.send([
      record(erased),
      record({ ...state, agentId: 'somebody else' }),
      { topic: TOPICS.state.topic, key: removed.state.envelope.leadId, value: null },
    ]);
    await producer.disconnect();
    overrides.set(state.envelope.leadId, { version: erased.version, email: null });
    overrides.set(removed.state.envelope.leadId, null);
    // The last of the three is in the same partition as the others, so what it has done comes after them.
    await expectTable();
  });

  test('a lead that was removed and read again from before its removal is gone in the end', async () => {
    consumer.kill('SIGTERM');
    expect(await consumer.ended).toBe(0);
    const command = language.consumer;
    consumer = startExample({
      command,
      env: { ...addressesFor(scenario.system), CRM_DATABASE: table(), CRM_GROUP: `again-${language.name}` },
    });
    consumers.add(consumer);
    await eventually('it has read everything again', async () =>
      staleIn(consumer.output()) >= references.size - overrides.size ? true : null,
    );
    await expectTable();
    consumer.kill('SIGTERM');
    expect(await consumer.ended).toBe(0);
  });
}

/** Sum over the batches that the consumer tells of. */
function staleIn(output: string): number {
  return [...output.matchAll(/"stale": ?(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function leadsFile(prefix: string, count: number): Promise<string> {
  const file = join(folder, `${prefix}.ndjson`);
  const leads = Array.from({ length: count }, (_, index) => {
    const vendorReference = `${prefix}-${index}`;
    references.set(scenario.leadId(vendorReference), vendorReference);
    return {
      vendorReference,
      company: { name: `Company ${index}` },
      person: { firstName: 'Ann', email: `${vendorReference}@example.org` },
    };
  });
  await writeFile(file, leads.map((lead) => JSON.stringify(lead)).join('\n'));
  return file;
}

async function allDecided(): Promise<void> {
  await eventually('all leads are decided', async () => {
    const rows = await scenario.system.pool.run<{ lead_id: string }>(IN_POSTGRES);
    return rows.length === references.size ? true : null;
  });
}

async function expectEqualTable(file: string, output: () => string): Promise<void> {
  const wanted = async () => {
    const leads = await scenario.system.pool.run<Omit<Row, 'vendor_reference' | 'email'>>(IN_POSTGRES);
    return leads
      .flatMap((lead) => {
        const vendor_reference = references.get(lead.lead_id) ?? 'not one of ours';
        const override = overrides.get(lead.lead_id);
        return override === null ? [] : [{ ...lead, vendor_reference, email: `${vendor_reference}@example.org`, ...override }];
      })
      .sort((a, b) => (a.lead_id < b.lead_id ? -1 : 1));
  };
  await eventually('the table has as many leads as there are', async () => {
    const [rows, leads] = [rowsOf(file), await wanted()];
    return JSON.stringify(rows.map(({ lead_id, version }) => [lead_id, version])) ===
      JSON.stringify(leads.map(({ lead_id, version }) => [lead_id, version]))
      ? true
      : null;
  }).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : error}; the consumer says:\n${output().slice(-2_000)}`);
  });
  expect(rowsOf(file)).toEqual(await wanted());
}

function rowsOf(file: string): readonly Row[] {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return database
        .prepare(IN_TABLE)
        .all()
        .map((row) => ({ ...row }) as unknown)
        .filter((row): row is Row => typeof row === 'object' && row !== null && 'lead_id' in row);
    } finally {
      database.close();
    }
  } catch {
    // Not made yet.
    return [];
  }
}

/** Two leads of one partition that no test changes otherwise, with their latest states. */
async function neighbours() {
  const { system } = scenario;
  const schemas = createRegistrySchemas({ registryUrl: system.infrastructure.addresses.schemaRegistryUrl });
  const codec = await openTopicCodec(schemas, 'state');
  const byPartition = new Map<number, Map<string, LeadState>>();
  await readTopic(system.kafka, {
    topic: TOPICS.state.topic,
    groupId: `examples-${process.pid}-${overrides.size}`,
    onRecords: (records, partition) => {
      const states = byPartition.get(partition) ?? new Map<string, LeadState>();
      byPartition.set(partition, states);
      for (const { value } of records) {
        if (value === null) continue;
        const state = codec.decode(value);
        if (!overrides.has(state.envelope.leadId)) states.set(state.envelope.leadId, state);
      }
    },
  });
  const [one, other] = [...byPartition.values()].map((states) => [...states.values()]).find(({ length }) => length >= 2) ?? [];
  if (!one || !other) throw new Error('no partition has two leads');
  return [
    { state: one, codec },
    { state: other, codec },
  ] as const;
}
