/** The settings that several services share, each described once: Kafka, registry, Postgres, the process itself. */

import type { EnvironmentReader } from './environment-reader.ts';
import type { Secret } from './secret.ts';

export interface TlsConfig {
  /** PEM; the system's authorities when null. */
  readonly ca: string | null;
  /** Client certificate and key, PEM, for mutual TLS. */
  readonly certificate: string | null;
  readonly key: string | null;
}

export interface SaslConfig {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: Secret;
}

export interface KafkaConfig {
  readonly brokers: readonly string[];
  readonly tls: TlsConfig | null;
  readonly sasl: SaslConfig | null;
}

/** KAFKA_BROKERS, KAFKA_TLS*, KAFKA_SASL_* */
export const kafkaConfig = (read: EnvironmentReader): KafkaConfig => ({
  brokers: read.list({
    name: 'KAFKA_BROKERS',
    purpose: 'host:port of the brokers, separated by commas',
    example: ['127.0.0.1:9092'],
    pattern: /^.+:\d+$/,
  }),
  tls: tlsConfig(read),
  sasl: saslConfig(read),
});

const tlsConfig = (read: EnvironmentReader): TlsConfig | null => {
  const enabled = read.flag({ name: 'KAFKA_TLS', purpose: 'encrypt the connection to Kafka', example: true, fallback: false });
  const ca = read.optionalFile({ name: 'KAFKA_TLS_CA_FILE', purpose: 'authorities to trust, PEM', example: '/etc/ca.pem' });
  const certificate = read.optionalFile({ name: 'KAFKA_TLS_CERT_FILE', purpose: 'client certificate, PEM', example: '/etc/client.pem' });
  const key = read.optionalFile({ name: 'KAFKA_TLS_KEY_FILE', purpose: 'key of the client certificate, PEM', example: '/etc/client.key' });
  if ((certificate === null) !== (key === null)) {
    read.fault('KAFKA_TLS_KEY_FILE', 'has to be given together with KAFKA_TLS_CERT_FILE');
  }
  return enabled ? { ca, certificate, key } : null;
};

const saslConfig = (read: EnvironmentReader): SaslConfig | null => {
  const mechanism = read.choice({
    name: 'KAFKA_SASL_MECHANISM',
    purpose: 'how to log in to Kafka',
    values: ['none', 'plain', 'scram-sha-256', 'scram-sha-512'],
    example: 'scram-sha-512',
    fallback: 'none',
  });
  const username = read.optionalText({ name: 'KAFKA_SASL_USERNAME', purpose: 'user at Kafka', example: 'lead-router' });
  const password = read.optionalSecret({ name: 'KAFKA_SASL_PASSWORD', purpose: 'password at Kafka', example: '' });
  if (mechanism === 'none') return null;
  if (username === null) read.fault('KAFKA_SASL_USERNAME', `is not set, but KAFKA_SASL_MECHANISM is ${mechanism}`);
  if (password === null) read.fault('KAFKA_SASL_PASSWORD', `is not set, but KAFKA_SASL_MECHANISM is ${mechanism}`);
  return username === null || password === null ? null : { mechanism, username, password };
};

export interface RegistryConfig {
  /** Root of the Confluent-compatible API. */
  readonly url: string;
  readonly username: string | null;
  readonly password: Secret | null;
}

/** SCHEMA_REGISTRY_URL, SCHEMA_REGISTRY_USERNAME, SCHEMA_REGISTRY_PASSWORD */
export const registryConfig = (read: EnvironmentReader): RegistryConfig => ({
  url: read.url({
    name: 'SCHEMA_REGISTRY_URL',
    purpose: 'root of the Confluent-compatible schema registry API',
    example: 'http://127.0.0.1:8081/apis/ccompat/v7',
    protocols: ['http:', 'https:'],
  }),
  username: read.optionalText({ name: 'SCHEMA_REGISTRY_USERNAME', purpose: 'user at the registry', example: 'lead-router' }),
  password: read.optionalSecret({ name: 'SCHEMA_REGISTRY_PASSWORD', purpose: 'password at the registry', example: '' }),
});

export interface DatabaseConfig {
  /** postgres://user:password@host:port/database; holds a password, so a secret. */
  readonly url: Secret;
  readonly ssl: 'disable' | 'require' | 'verify-full';
  /** PEM of the authority for `verify-full`; the system's when null. */
  readonly sslCa: string | null;
}

/** DATABASE_URL, DATABASE_SSL, DATABASE_SSL_CA_FILE */
export const databaseConfig = (read: EnvironmentReader): DatabaseConfig => {
  const url = read.secret({ name: 'DATABASE_URL', purpose: 'postgres://user:password@host:port/database', example: '' });
  if (url.reveal() !== '' && !/^postgres(ql)?:\/\//.test(url.reveal())) {
    read.fault('DATABASE_URL', 'has to start with postgres:// (postgres://user:password@host:port/database)');
  }
  return {
    url,
    ssl: read.choice({
      name: 'DATABASE_SSL',
      purpose: 'encryption of the connection to Postgres',
      values: ['disable', 'require', 'verify-full'],
      example: 'verify-full',
      fallback: 'disable',
    }),
    sslCa: read.optionalFile({ name: 'DATABASE_SSL_CA_FILE', purpose: 'authority of the Postgres server, PEM', example: '/etc/pg-ca.pem' }),
  };
};

export interface ProcessConfig {
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** 0 takes a free port. */
  readonly metricsPort: number;
  readonly metricsHost: string;
  /** Names this process among the instances of its service. */
  readonly instanceId: string;
}

/** LOG_LEVEL, METRICS_PORT, METRICS_HOST, INSTANCE_ID */
export const processConfig = (read: EnvironmentReader): ProcessConfig => ({
  logLevel: read.choice({
    name: 'LOG_LEVEL',
    purpose: 'least severe line that is printed',
    values: ['debug', 'info', 'warn', 'error', 'silent'],
    example: 'info',
    fallback: 'info',
  }),
  metricsPort: read.integer({
    name: 'METRICS_PORT',
    purpose: 'port of health and metrics, 0 takes a free one',
    example: 9464,
    fallback: 0,
    min: 0,
    max: 65535,
  }),
  metricsHost: read.text({
    name: 'METRICS_HOST',
    purpose: 'address that health and metrics listen on',
    example: '0.0.0.0',
    fallback: '127.0.0.1',
  }),
  instanceId: read.text({
    name: 'INSTANCE_ID',
    purpose: 'name of this instance',
    example: '1',
    fallback: '1',
    pattern: /^[A-Za-z0-9._-]{1,64}$/,
  }),
});
