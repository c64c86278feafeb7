/** One structured logger for every process: JSON lines, and no personal data whatever somebody passes in. */

import { destination, type LevelWithSilent, pino } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

export type LogFields = Readonly<Record<string, unknown>>;

/** What code may ask of a logger; pino fits it, and so does a collector in a test. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export interface LoggerOptions {
  readonly service: string;
  readonly level?: LogLevel;
  /** Where lines go; standard error by default, because standard output carries the announcements of process-main. */
  readonly stream?: { write(line: string): void };
}

/**
 * Field names that may hold personal data or a secret, wherever they stand (up to three levels deep).
 * Ids, topics, codes and counts are what a log line is for.
 */
export const redactedFields: readonly string[] = [
  'person',
  'name',
  'firstName',
  'lastName',
  'fullName',
  'email',
  'mail',
  'phone',
  'e164',
  'fax',
  'street',
  'address',
  'notes',
  'comments',
  'password',
  'secret',
  'apiKey',
  'authorization',
  'cookie',
  'sasl',
];

const redactionPaths = redactedFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** Errors keep type, message, stack and cause; `name` inside them is the class and so is not redacted. */
export const createLogger = (options: LoggerOptions): Logger => {
  const level: LevelWithSilent = options.level ?? 'info';
  return pino(
    {
      level,
      base: { service: options.service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError, cause: describeError },
      redact: { paths: redactionPaths, censor: '[redacted]' },
    },
    options.stream ?? destination({ dest: 2, sync: false }),
  );
};

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly code?: unknown;
  readonly stack?: string;
  readonly cause?: DescribedError;
}

const maxCauses = 5;

/** An error as plain data: class, message, code, stack and up to five causes. */
export const describeError = (error: unknown, depth = 0): DescribedError => {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  return {
    type: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth >= maxCauses ? {} : { cause: describeError(error.cause, depth + 1) }),
  };
};
