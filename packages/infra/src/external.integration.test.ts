import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeUnless } from '../../../test/not-run.ts';
import { useExternal } from './external.ts';
import { findProgram } from './find-program.ts';
import { startInfrastructure } from './infrastructure.ts';
import type { PartName } from './part-name.ts';

const { TEST_KAFKA_BROKERS: kafka = '', TEST_SCHEMA_REGISTRY_URL: registry = '', TEST_DATABASE_URL: postgres = '' } = process.env;
const onProgress = (): void => {};
const use = (part: PartName, address: string, env: NodeJS.ProcessEnv = {}) =>
  useExternal(part, { address, env, onProgress, patienceMs: 0 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lead-router-external-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('external infrastructure', () => {
  it('is used as it was given, with all that says how to connect', async () => {
    const connection = {
      KAFKA_BROKERS: `127.0.0.1:19999,${kafka}`,
      SCHEMA_REGISTRY_URL: registry,
      DATABASE_URL: postgres,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'lead-router',
      KAFKA_SASL_PASSWORD: 'secret',
      KAFKA_TLS_CA_FILE: '/etc/kafka-ca.pem',
      SCHEMA_REGISTRY_USERNAME: 'lead-router',
      DATABASE_SSL: 'verify-full',
      PGSSLROOTCERT: '/etc/postgres-ca.pem',
    };
    const said: string[] = [];
    const infrastructure = await startInfrastructure({
      dataFolder: path.join(folder, 'data'),
      env: { ...connection, HOME: '/nowhere' },
      onProgress: (line) => said.push(line),
    });
    expect(infrastructure.providers).toEqual({ kafka: 'external', registry: 'external', postgres: 'external' });
    expect(infrastructure.addresses).toEqual({
      kafkaBrokers: ['127.0.0.1:19999', kafka],
      schemaRegistryUrl: registry,
      databaseUrl: postgres,
    });
    expect(infrastructure.env).toEqual(connection);
    expect(infrastructure.parts).toEqual({});
    expect(said.join('\n')).not.toContain(new URL(postgres).password);
    await infrastructure.stop();
    // Still there: what somebody else runs is not ours to stop.
    await use('postgres', postgres);
  });

  it.each([
    ['kafka', '127.0.0.1:19999', 'KAFKA_BROKERS'],
    ['registry', 'http://127.0.0.1:19999', 'SCHEMA_REGISTRY_URL'],
    ['postgres', 'postgres://user:hush@127.0.0.1:19999/leads', 'DATABASE_URL'],
  ] as const)('%s that nobody answers for is named with its variable', async (part, address, variable) => {
    const failure = await use(part, address).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'LR_INFRA_UNREACHABLE', message: expect.stringContaining(`Correct ${variable}`) });
    expect(String(failure)).toContain('ECONNREFUSED');
    expect(String(failure)).not.toContain('hush');
  });

  it('is not mistaken for another server', async () => {
    await expect(use('registry', new URL('/nothing-here', registry).href)).rejects.toThrow(/404/);
  });

  it.each([
    ['kafka', 'no-port'],
    ['postgres', 'not a url'],
  ] as const)('%s with a senseless address is a fault of the configuration', async (part, address) => {
    await expect(use(part, address)).rejects.toMatchObject({ code: 'LR_INFRA_CONFIG' });
  });
});

const openssl = findProgram('openssl', process.env);

describeUnless(openssl === undefined ? 'openssl is not installed' : undefined, 'external Kafka behind TLS', () => {
  it('is reached with the authority that was given, and not without', async () => {
    const keyFile = path.join(folder, 'key.pem');
    const caFile = path.join(folder, 'ca.pem');
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync(
      openssl ?? '',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', keyFile, '-out', caFile, ...subject],
      { stdio: 'ignore' },
    );
    const [host = '', port = ''] = kafka.split(':');
    const server = createServer({ key: await readFile(keyFile), cert: await readFile(caFile) }, (client) => {
      const broker = connect(Number(port), host);
      client.on('error', () => broker.destroy()).pipe(broker);
      broker.on('error', () => client.destroy()).pipe(client);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const broker = `localhost:${typeof address === 'object' ? address?.port : ''}`;
    const running = await use('kafka', broker, { KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: caFile });
    expect(running.address).toBe(broker);
    await expect(use('kafka', broker, { KAFKA_TLS: 'true' })).rejects.toThrow(/self-signed/);
    await expect(use('kafka', broker, { KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE: '/not/there' })).rejects.toThrow(/KAFKA_TLS_CA_FILE/);
    server.close();
  });
});
