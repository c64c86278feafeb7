import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import type { EnvironmentReader } from './environment-reader.ts';
import { listVariables, loadConfig } from './load-config.ts';
import { databaseConfig, kafkaConfig, processConfig, registryConfig } from './shared-specs.ts';

const spec = (read: EnvironmentReader) => ({
  process: processConfig(read),
  kafka: kafkaConfig(read),
  registry: registryConfig(read),
  database: databaseConfig(read),
});

const good = {
  KAFKA_BROKERS: 'a:9092, b:9092',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081/apis/ccompat/v7',
  DATABASE_URL: 'postgres://user:hidden@127.0.0.1/leads',
};

const faultsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadConfig(spec, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.exitCode).toBe(78);
    return error.faults.map((fault) => fault.variable);
  }
};

describe('loadConfig', () => {
  it('is typed, has defaults, and is frozen all the way down', () => {
    const config = loadConfig(spec, good);
    expect(config.kafka).toEqual({ brokers: ['a:9092', 'b:9092'], tls: null, sasl: null });
    expect(config.process).toEqual({ logLevel: 'info', metricsPort: 0, metricsHost: '127.0.0.1', instanceId: '1' });
    expect(config.database.ssl).toBe('disable');
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.kafka.brokers)).toBe(true);
  });

  it('names every fault at once, by its variable', () => {
    const faults = faultsOf({
      KAFKA_BROKERS: 'no-port',
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_TLS: 'maybe',
      KAFKA_TLS_CERT_FILE: '/nowhere/client.pem',
      SCHEMA_REGISTRY_URL: 'registry:8081',
      DATABASE_URL: 'mysql://x',
      DATABASE_SSL: 'often',
      METRICS_PORT: '70000',
      LOG_LEVEL: 'loud',
      INSTANCE_ID: 'two words',
    });
    expect([...faults].sort()).toEqual([
      'DATABASE_SSL',
      'DATABASE_URL',
      'INSTANCE_ID',
      'KAFKA_BROKERS',
      'KAFKA_SASL_PASSWORD',
      'KAFKA_SASL_USERNAME',
      'KAFKA_TLS',
      'KAFKA_TLS_CERT_FILE',
      'LOG_LEVEL',
      'METRICS_PORT',
      'SCHEMA_REGISTRY_URL',
    ]);
  });

  it('says what is missing and what a right value looks like', () => {
    expect(() => loadConfig(spec, {})).toThrow(/KAFKA_BROKERS: is not set \(host:port.*for example 127\.0\.0\.1:9092\)/);
    expect(faultsOf({})).toEqual(['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'DATABASE_URL']);
  });

  it('never prints a secret, in a value or in a fault', () => {
    const config = loadConfig(spec, {
      ...good,
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'u',
      KAFKA_SASL_PASSWORD: 'hidden',
    });
    expect(config.kafka.sasl?.password.reveal()).toBe('hidden');
    for (const printed of [inspect(config, { depth: 9 }), JSON.stringify(config), `${config.database.url}`]) {
      expect(printed).not.toContain('hidden');
    }
    expect(() => loadConfig(spec, { ...good, DATABASE_URL: 'mysql://user:hidden@x' })).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hidden') }),
    );
  });

  it('lists the variables it reads', () => {
    const variables = listVariables(spec);
    expect(variables.filter((variable) => variable.required).map((variable) => variable.name)).toEqual([
      'KAFKA_BROKERS',
      'SCHEMA_REGISTRY_URL',
      'DATABASE_URL',
    ]);
    expect(variables.every((variable) => variable.purpose.length > 0)).toBe(true);
  });
});
