/** The settings that every service of the pipeline reads, in one place. */
import type { EnvironmentReader } from '@lead-router/config/environment-reader.ts';
import type { Secret } from '@lead-router/config/secret.ts';
import {
  type DatabaseConfig,
  databaseConfig,
  type KafkaConfig,
  kafkaConfig,
  type ProcessConfig,
  processConfig,
  type RegistryConfig,
  registryConfig,
} from '@lead-router/config/shared-specs.ts';
import { answerKeys } from '@lead-router/contracts/answer-token.ts';

export interface ServiceConfig {
  readonly process: ProcessConfig;
  readonly kafka: KafkaConfig;
  readonly registry: RegistryConfig;
  readonly database: DatabaseConfig;
}

export const serviceConfig = (read: EnvironmentReader): ServiceConfig => ({
  process: processConfig(read),
  kafka: kafkaConfig(read),
  registry: registryConfig(read),
  database: databaseConfig(read),
});

/** LEAD_IDENTITY_KEY: the same for every instance of every service, kept like a password. */
export const identityKeyConfig = (read: EnvironmentReader): Secret =>
  read.secret({
    name: 'LEAD_IDENTITY_KEY',
    purpose: 'key of the hashes under which people are recognised, at least 16 characters',
    example: '',
  });

/** ANSWER_LINK_KEY: the same for the notifier, which signs links in mails, and the gateway, which believes them. null: there are no such links. */
export function answerLinkKeyConfig(read: EnvironmentReader): Secret | null {
  const name = 'ANSWER_LINK_KEY';
  const key = read.optionalSecret({
    name,
    purpose: 'signs the links in mails that owners answer by; several, separated by spaces, during a rotation',
    example: '',
  });
  try {
    if (key !== null) answerKeys(key.reveal());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    read.fault(name, error.message);
  }
  return key;
}
