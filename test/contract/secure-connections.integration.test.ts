/** Kafka behind TLS and logins, Postgres behind TLS, a registry with a password: reached by the settings alone, and refused in words. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli } from '@lead-router/cli/run-cli.test-support.ts';
import { loadConfig } from '@lead-router/config/load-config.ts';
import { findProgram } from '@lead-router/infra/find-program.ts';
import { type Dependencies, openDependencies } from '@lead-router/service-kit/open-dependencies.ts';
import { serviceConfig } from '@lead-router/service-kit/service-config.ts';
import { statement } from '@lead-router/store/statement.ts';
import { systemClock } from '@lead-router/stream/clock.ts';
import type { ConsumedRecord } from '@lead-router/stream/kafka-port.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import { createHealth } from '@lead-router/telemetry/health.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { createMetrics } from '@lead-router/telemetry/metrics.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeUnless } from '../not-run.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { type GuardedRegistry, guardRegistry } from '../support/guarded-registry.ts';
import { type SecureKafka, startSecureKafka } from '../support/secure-kafka.ts';
import { type SecurePostgres, startSecurePostgres } from '../support/secure-postgres.ts';

type Changes = Readonly<Record<string, string>>;

const PARTITIONS = 2;
const SESSION = statement('test-secure-session', 'SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
const login = { username: 'lead_router', password: randomBytes(12).toString('hex') };
const missing = findProgram('openssl', process.env) === undefined ? 'openssl is not installed' : undefined;

describeUnless(missing, 'secure connections', () => {
  let folder: string;
  let certificates: Certificates;
  let kafka: SecureKafka;
  let postgres: SecurePostgres;
  let registry: GuardedRegistry;
  /** As an operator sets it: PLAIN, and everything verified. */
  let env: Changes;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lead-router-secure-'));
    certificates = await makeCertificates(folder);
    const how = { certificates, login };
    registry = await guardRegistry(process.env.TEST_SCHEMA_REGISTRY_URL ?? '', login);
    [kafka, postgres] = await Promise.all([startSecureKafka(folder, how), startSecurePostgres(folder, how)]);
    env = {
      KAFKA_BROKERS: kafka.withLogin,
      KAFKA_TLS: 'true',
      KAFKA_TLS_CA_FILE: certificates.authority,
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_SASL_USERNAME: login.username,
      KAFKA_SASL_PASSWORD: login.password,
      SCHEMA_REGISTRY_URL: registry.url,
      SCHEMA_REGISTRY_USERNAME: login.username,
      SCHEMA_REGISTRY_PASSWORD: login.password,
      DATABASE_URL: databaseUrl(login.password),
      DATABASE_SSL: 'verify-full',
      DATABASE_SSL_CA_FILE: certificates.authority,
    };
  });

  afterAll(async () => {
    await Promise.all([kafka?.stop(), postgres?.stop(), registry?.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  const databaseUrl = (password: string, host = '127.0.0.1'): string =>
    `postgres://${login.username}:${password}@${host}:${postgres.port}/postgres`;

  /** What a service opens, given this environment and these changes to it. */
  const within = async <T>(changes: Changes, work: (dependencies: Dependencies) => Promise<T>): Promise<T> => {
    const dependencies = openDependencies(
      {
        config: loadConfig(serviceConfig, { ...env, ...changes }),
        logger: silentLogger,
        metrics: createMetrics('test'),
        health: createHealth(),
        clock: systemClock,
        random: Math.random,
        onFault: () => {},
        signal: new AbortController().signal,
      },
      { service: 'test', maxConnections: 2 },
    );
    try {
      return await work(dependencies);
    } finally {
      await dependencies.close();
    }
  };

  test('make everything ready with one command', async () => {
    const made = await cli(['set-up', '--vendors', 'acme-media'], env);
    expect(made).toMatchObject({ code: 0, err: expect.stringMatching(/topics created/) });
    const status = await cli(['audit', '--json'], env);
    expect(JSON.parse(status.out)).toMatchObject({ balances: true, leads: 0 });
  });

  const clients: readonly (readonly [string, () => Changes])[] = [
    ['PLAIN', () => ({})],
    ['SCRAM-SHA-256', () => ({ KAFKA_SASL_MECHANISM: 'scram-sha-256' })],
    ['SCRAM-SHA-512', () => ({ KAFKA_SASL_MECHANISM: 'scram-sha-512' })],
    ['a client certificate', () => withCertificate()],
  ];
  const withCertificate = () => ({
    KAFKA_BROKERS: kafka.withCertificate,
    KAFKA_SASL_MECHANISM: 'none',
    KAFKA_TLS_CERT_FILE: certificates.client.certificate,
    KAFKA_TLS_KEY_FILE: certificates.client.key,
  });

  test.each(clients)('carry transactions, records and offsets by %s', async (name, changes) => {
    const topic = `secure-${name.toLowerCase().replaceAll(' ', '-')}`;
    await within(changes(), async ({ kafka: port }) => {
      await port.admin.createTopics([{ topic, partitions: PARTITIONS, replicationFactor: 1, config: {} }]);
      const plain = await port.producer();
      await plain.send([{ topic, key: 'a', value: Buffer.from('sent'), partition: 0 }]);
      await plain.disconnect();
      const producer = await port.transactionalProducer(`${topic}-0`);
      const transaction = await producer.begin();
      await transaction.send([{ topic, key: 'b', value: Buffer.from('committed'), partition: 1 }]);
      await transaction.sendOffset({ groupId: `${topic}-group`, topic, partition: 0, offset: 1 });
      await transaction.commit();
      await producer.disconnect();
      const read: string[] = [];
      const onRecords = (records: readonly ConsumedRecord[]) => void read.push(...records.map(({ value }) => String(value)));
      await readTopic(port, { topic, groupId: `${topic}-reader`, onRecords });
      expect(read.sort()).toEqual(['committed', 'sent']);
      // The commit is answered before its offset can be read.
      await expect.poll(() => port.admin.committedOffset(`${topic}-group`, { topic, partition: 0 }), { timeout: 10_000 }).toBe(1);
    });
  });

  test.each([
    ['verify-full', () => ({})],
    ['verify-full by name', () => ({ DATABASE_URL: databaseUrl(login.password, 'localhost') })],
    ['require, whoever signed', () => ({ DATABASE_SSL: 'require', DATABASE_SSL_CA_FILE: '' })],
  ])('carry transactions to Postgres with %s', async (_name, changes) => {
    const [session] = await within(changes(), ({ pool }) =>
      pool.inTransaction((transaction) => transaction.run<{ ssl: boolean; version: string }>(SESSION)),
    );
    expect(session).toMatchObject({ ssl: true, version: expect.stringMatching(/^TLSv1\.[23]$/) });
  });

  test('ask the registry with its password', async () => {
    expect(await within({}, ({ schemas }) => schemas.schemaOf(1))).not.toBeNull();
  });

  const topics = (changes: Changes): Promise<unknown> => within(changes, ({ kafka: port }) => port.admin.listTopics());
  const rows = (changes: Changes): Promise<unknown> => within(changes, ({ pool }) => pool.run(SESSION));
  const schema = (changes: Changes): Promise<unknown> => within(changes, ({ schemas }) => schemas.schemaOf(1));

  test.concurrent.each<{ readonly what: string; readonly ask: () => Promise<unknown>; readonly says: RegExp; readonly kind?: string }>([
    {
      what: 'a wrong password by PLAIN',
      ask: () => topics({ KAFKA_SASL_PASSWORD: 'wrong' }),
      says: /SASL PLAIN authentication failed/,
      kind: 'refused',
    },
    {
      what: 'a wrong password by SCRAM',
      ask: () => topics({ KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_PASSWORD: 'wrong' }),
      says: /SASL SCRAM SHA512 authentication failed/,
      kind: 'refused',
    },
    {
      what: 'an unknown authority of Kafka',
      ask: () => topics({ KAFKA_TLS_CA_FILE: certificates.stranger }),
      says: /certificate.*check KAFKA_TLS, KAFKA_TLS_CA_FILE/,
      kind: 'unavailable',
    },
    {
      what: 'no certificate where one is asked for',
      ask: () => topics({ ...withCertificate(), KAFKA_TLS_CERT_FILE: '', KAFKA_TLS_KEY_FILE: '' }),
      says: /certificate.*KAFKA_TLS_CERT_FILE/,
      kind: 'unavailable',
    },
    { what: 'Kafka without encryption', ask: () => topics({ KAFKA_TLS: 'false' }), says: /closed/i, kind: 'unavailable' },
    {
      what: 'a wrong password of Postgres',
      ask: () => rows({ DATABASE_URL: databaseUrl('wrong') }),
      says: /password authentication failed for user/,
      kind: 'unavailable',
    },
    {
      what: 'an unknown authority of Postgres',
      ask: () => rows({ DATABASE_SSL_CA_FILE: certificates.stranger }),
      says: /certificate.*DATABASE_SSL_CA_FILE/,
      kind: 'unavailable',
    },
    { what: 'Postgres without encryption', ask: () => rows({ DATABASE_SSL: 'disable' }), says: /no encryption/, kind: 'unavailable' },
    {
      what: 'a wrong password of the registry',
      ask: () => schema({ SCHEMA_REGISTRY_PASSWORD: 'wrong' }),
      says: /SCHEMA_REGISTRY_PASSWORD/,
    },
  ])('say what is wrong: $what', async ({ ask, says, kind }) => {
    const fault = await ask().then(
      () => null,
      (error: unknown) => error,
    );
    expect(fault).toMatchObject({ message: expect.stringMatching(says), ...(kind === undefined ? {} : { kind }) });
    expect(String(fault)).not.toContain(login.password);
  });

  test.concurrent.each([
    [{ KAFKA_TLS: 'false' }, /Kafka does not answer .*does it expect encryption\?/],
    [{ KAFKA_TLS_CA_FILE: '' }, /Kafka does not answer .*certificate/],
    [{ KAFKA_SASL_PASSWORD: 'wrong' }, /Kafka does not answer .*authentication failed/i],
    [{ DATABASE_SSL_CA_FILE: '' }, /Postgres does not answer .*certificate/],
    [{ SCHEMA_REGISTRY_PASSWORD: 'wrong' }, /registry does not answer .*401/],
    [{ KAFKA_TLS_CA_FILE: '/not/there.pem' }, /KAFKA_TLS_CA_FILE/],
  ])('let the command line say what is wrong with %j', async (changes, says) => {
    const answer = await cli(['audit'], { ...env, ...changes });
    expect(answer.code).toBeGreaterThan(1);
    expect(answer.err).toMatch(says);
    expect(answer.err).not.toContain(login.password);
  });
});
