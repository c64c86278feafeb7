/** Which system a command speaks to: the one the environment names, else the one that `npm start` runs in the data folder. */
import { relative, resolve } from 'node:path';
import { loadConfig } from '@lead-router/config/load-config.ts';
import {
  type DatabaseConfig,
  databaseConfig,
  type KafkaConfig,
  kafkaConfig,
  type RegistryConfig,
  registryConfig,
} from '@lead-router/config/shared-specs.ts';
import { repositoryFolder } from '@lead-router/infra/repository.ts';
import { type RunFile, readRunFile } from '../up/run-file.ts';
import { CliError, EXIT } from './cli-error.ts';

export interface FoundSystem {
  /** null: the environment names it. */
  readonly run: RunFile | null;
  readonly kafka: KafkaConfig;
  readonly registry: RegistryConfig;
  readonly database: DatabaseConfig;
}

export interface FindOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Default: `.data/default` of the checkout. */
  readonly dataFolder?: string;
}

const ADDRESSES = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'DATABASE_URL'] as const;

export const DEFAULT_DATA_FOLDER = resolve(repositoryFolder, '.data/default');

/** A ConfigError for an environment with faults; a CliError that says how to start when nothing runs. */
export async function findSystem({ env, dataFolder = DEFAULT_DATA_FOLDER }: FindOptions): Promise<FoundSystem> {
  const isNamed = ADDRESSES.some((name) => (env[name] ?? '') !== '');
  const run = isNamed ? null : await readRunFile(resolve(dataFolder));
  if (!isNamed && run === null) throw notRunning(dataFolder);
  const variables = run === null ? env : { ...env, ...run.env };
  return { run, ...connectionConfig(variables) };
}

/** Addresses with logins and encryption. A ConfigError with every fault. */
export function connectionConfig(env: NodeJS.ProcessEnv): Omit<FoundSystem, 'run'> {
  return loadConfig((read) => ({ kafka: kafkaConfig(read), registry: registryConfig(read), database: databaseConfig(read) }), env);
}

function notRunning(dataFolder: string): CliError {
  const message = [
    `nothing runs in ${relative(process.cwd(), resolve(dataFolder)) || dataFolder}.`,
    'Start the system on this machine with `npm start` (`-- --data FOLDER` for another folder, then --data FOLDER here too),',
    `or name a running one: ${ADDRESSES.join(', ')}.`,
  ].join('\n');
  return new CliError('LR_CLI_NOT_RUNNING', message, { exitCode: EXIT.UNAVAILABLE });
}
