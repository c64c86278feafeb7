/** Environment to typed, frozen configuration; all faults listed at once. */

import { ConfigError } from './config-error.ts';
import { createEnvironmentReader, type Environment, type EnvironmentReader, type ReadVariable } from './environment-reader.ts';
import { Secret } from './secret.ts';

/** A configuration described by reading it: pieces compose as plain functions. */
export type ConfigSpec<T> = (read: EnvironmentReader) => T;

/** Throws one `ConfigError` with every fault; otherwise the result is deeply frozen. */
export const loadConfig = <T>(spec: ConfigSpec<T>, environment: Environment): T => {
  const reader = createEnvironmentReader(environment);
  const config = spec(reader);
  if (reader.faults.length > 0) throw new ConfigError(reader.faults);
  freezeDeeply(config);
  return config;
};

/** The variables a specification reads, for help texts and documentation. */
export const listVariables = (spec: ConfigSpec<unknown>): readonly ReadVariable[] => {
  const reader = createEnvironmentReader({});
  spec(reader);
  return reader.variables;
};

const freezeDeeply = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || value instanceof Secret || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const item of Object.values(value)) freezeDeeply(item);
};
