/** The import against a real Kafka and a real registry: the whole file of a bank's contacts, a kill in the middle, bad lines. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openCodec } from '@lead-router/contracts/codec.ts';
import { CONSUMER_GROUPS } from '@lead-router/contracts/consumer-groups.ts';
import type { LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import { registerSchemas } from '@lead-router/contracts/register-schemas.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { intakeTopic, topicDefinitions, valueSubject } from '@lead-router/contracts/topics.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, cliJson } from '../run-cli.test-support.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const BANK = here('../../../../deploy/imports/uci-bank-marketing.csv.gz');
const MAPPING = here('../../../../deploy/imports/bank-marketing.mapping.yaml');
const MAIN = here('../main.ts');
const LINES = 45_212;
/** One line of the file is there twice. */
const CONTACTS = 45_211;
const BROKERS = process.env.TEST_KAFKA_BROKERS ?? '';
const REGISTRY = process.env.TEST_SCHEMA_REGISTRY_URL ?? '';
const VENDORS = ['bank-whole', 'bank-killed', 'fair'];

let kafka: KafkaPort;
let folder = '';
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lead-router-import-'));
  env = { KAFKA_BROKERS: BROKERS, SCHEMA_REGISTRY_URL: REGISTRY, DATABASE_URL: process.env.TEST_DATABASE_URL };
  kafka = createKafkaJsPort({ connection: { brokers: BROKERS.split(','), clientId: 'import-test' }, logger: silentLogger });
  await kafka.admin.createTopics(topicDefinitions({ vendors: VENDORS, replicationFactor: 1 }));
  await registerSchemas({ registryUrl: REGISTRY, vendors: VENDORS });
  // As the gateway does when it is told of the vendors.
  await kafka.admin.ensureStartOffsets(CONSUMER_GROUPS.intake.groupId, VENDORS.map(intakeTopic));
});
afterAll(async () => {
  await kafka.disconnect();
  await rm(folder, { recursive: true, force: true });
});

const readLeads = async (vendor: string): Promise<readonly LeadIntake[]> => {
  const topic = intakeTopic(vendor);
  const codec = await openCodec(createRegistrySchemas({ registryUrl: REGISTRY }), { subject: valueSubject(topic), record: 'LeadIntake' });
  const leads: LeadIntake[] = [];
  await readTopic(kafka, {
    topic,
    groupId: `import-test-${vendor}`,
    onRecords: async (records) => {
      await codec.prepare(records.map(({ value }) => value));
      for (const { value } of records) if (value !== null) leads.push(codec.decode(value));
    },
  });
  return leads;
};
const distinct = (leads: readonly LeadIntake[]): number => new Set(leads.map(({ vendorReference }) => vendorReference)).size;

describe('the contacts of a bank', () => {
  it('are all in the intake topic, each once, in seconds; a second run sends nothing', async () => {
    const file = join(folder, 'whole.csv.gz');
    await copyFile(BANK, file);
    const args = ['import', file, '--mapping', MAPPING, '--vendor', 'bank-whole'];
    const { code, json } = await cliJson(args, env);
    expect({ code, json }).toMatchObject({
      code: 0,
      json: {
        records: LINES,
        sent: CONTACTS,
        rejected: 0,
        repeats: 1,
        repeatLines: [27_351],
        isComplete: true,
        rejectsFile: null,
        unmapped: [],
      },
    });
    const leads = await readLeads('bank-whole');
    expect([leads.length, distinct(leads)]).toEqual([CONTACTS, CONTACTS]);
    expect(leads[0]).toMatchObject({ campaign: 'term-deposit', location: { country: 'PT' }, person: null });
    expect(await cliJson(args, env)).toMatchObject({ code: 0, json: { sent: CONTACTS, resumedAt: LINES } });
    expect((await readLeads('bank-whole')).length).toBe(CONTACTS);
    await writeFile(join(folder, 'other.yaml'), `${await readFile(MAPPING, 'utf8')}\n# changed\n`);
    expect(await cli(['import', file, '--mapping', join(folder, 'other.yaml'), '--vendor', 'bank-whole'], env)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is of another import'),
    });
  });

  it('come through a kill -9 with at most the portion on its way sent twice, as the same leads', async () => {
    const file = join(folder, 'killed.csv.gz');
    const checkpoint = join(folder, 'killed.json');
    await copyFile(BANK, file);
    const args = ['import', file, '--mapping', MAPPING, '--vendor', 'bank-killed', '--checkpoint', checkpoint];
    const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env }, stdio: 'ignore' });
    const exit = once(child, 'exit');
    while ((await stat(checkpoint).catch(() => null)) === null && child.exitCode === null) await sleep(2);
    child.kill('SIGKILL');
    expect(await exit).toEqual([null, 'SIGKILL']);
    const { records } = JSON.parse(await readFile(checkpoint, 'utf8'));
    expect(records).toBeLessThan(LINES);
    expect(await cliJson(args, env)).toMatchObject({ code: 0, json: { sent: CONTACTS, resumedAt: records, repeats: 1 } });
    const leads = await readLeads('bank-killed');
    expect(distinct(leads)).toBe(CONTACTS);
    expect(leads.length - CONTACTS).toBeLessThanOrEqual(2_000);
  });
});

describe('a file of another layout', () => {
  const mapping = [
    'file: {encoding: windows-1252}',
    'fields: {vendorReference: Nr, person.lastName: Name, createdAt: {column: Datum, date: d.M.yyyy}}',
  ];
  it('goes in but for its bad lines, which are mended and go in too', async () => {
    const [file, yaml] = [join(folder, 'messe.csv'), join(folder, 'messe.yaml')];
    const lines = ['Nr;Name;Datum', '1;M\u00fcller;5.3.2026', '2;"Doe;x";31.6.2026', '3;Lee', '4;Ann;1.1.2026'];
    await writeFile(file, Buffer.from(lines.join('\r\n'), 'latin1'));
    await writeFile(yaml, mapping.join('\n'));
    const { code, out } = await cli(['import', file, '--mapping', yaml, '--vendor', 'fair'], env);
    expect([code, out]).toEqual([1, expect.stringMatching(/4 lines in .*\n {2}2 leads of fair in lead\.intake\.fair\.v1\n {2}2 rejected/)]);
    const rejects = await readFile(`${file}.rejects.csv`, 'utf8');
    expect(rejects.split('\n')).toEqual([
      '\ufeffNr;Name;Datum;reject_line;reject_reason',
      '2;"Doe;x";31.6.2026;3;"createdAt (column ""Datum""): is no date of the format that the mapping gives"',
      '3;Lee;;4;has 2 cells where the header has 3: is a delimiter or a quote amiss?',
      '',
    ]);
    expect((await stat(`${file}.rejects.csv`)).mode & 0o777).toBe(0o600);
    await writeFile(join(folder, 'mended.csv'), rejects.replace('31.6.', '30.6.').replace('3;Lee;;', '3;Lee;2.2.2026;'));
    expect(await cliJson(['import', join(folder, 'mended.csv'), '--mapping', yaml, '--vendor', 'fair'], env)).toMatchObject({
      code: 0,
      json: { sent: 2, rejected: 0 },
    });
    const leads = await readLeads('fair');
    expect(leads.map(({ vendorReference, person }) => `${vendorReference} ${person?.lastName}`).sort()).toEqual([
      '1 M\u00fcller',
      '2 Doe;x',
      '3 Lee',
      '4 Ann',
    ]);
  });

  it('is refused where nobody would read it', async () => {
    const [file, yaml] = [join(folder, 'messe.csv'), join(folder, 'messe.yaml')];
    expect(await cli(['import', file, '--mapping', yaml, '--vendor', 'nobody'], env)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/vendor "nobody" has no intake topic .*; these have: .*fair/),
    });
    await kafka.admin.createTopics(topicDefinitions({ vendors: ['unread'], replicationFactor: 1 }));
    expect(await cli(['import', file, '--mapping', yaml, '--vendor', 'unread'], env)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no gateway reads lead.intake.unread.v1: name unread in the gateways'),
    });
  });
});
