/** How commands end: exit codes after sysexits, and errors that say what to do next. */
import { ConfigError } from '@lead-router/config/config-error.ts';
import { CodecFault } from '@lead-router/contracts/codec-fault.ts';
import { InfrastructureError } from '@lead-router/infra/infrastructure-error.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import { KafkaFault } from '@lead-router/stream/kafka-port.ts';

export const EXIT = {
  OK: 0,
  /** The command worked, and its answer is no: it does not balance, it has faults, there is no such lead. */
  NEGATIVE: 1,
  USAGE: 64,
  /** A part of the system does not answer. */
  UNAVAILABLE: 69,
  /** A bug. */
  SOFTWARE: 70,
  CONFIG: 78,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export type CliErrorCode =
  | 'LR_CLI_USAGE'
  | 'LR_CLI_NOT_FOUND'
  | 'LR_CLI_NOT_RUNNING'
  | 'LR_CLI_UNAVAILABLE'
  | 'LR_CLI_CONFIG'
  | 'LR_CLI_REFUSED'
  | 'LR_CLI_BUG';

/** The message is printed as it is. */
export class CliError extends Error {
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(code: CliErrorCode, message: string, options: { readonly exitCode: ExitCode; readonly cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = 'CliError';
    this.code = code;
    this.exitCode = options.exitCode;
  }
}

export interface ToldError {
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** Anything that was thrown, as what the user is told. */
export function toldError(error: unknown): ToldError {
  if (error instanceof CliError) return error;
  if (error instanceof ConfigError) return { code: error.code, message: error.message, exitCode: EXIT.CONFIG };
  if (error instanceof AggregateError && error.errors.every((one) => one instanceof InfrastructureError)) {
    return { code: 'LR_CLI_UNAVAILABLE', message: error.message, exitCode: EXIT.UNAVAILABLE };
  }
  if (error instanceof InfrastructureError) {
    return { code: error.code, message: error.message, exitCode: error.code === 'LR_INFRA_CONFIG' ? EXIT.CONFIG : EXIT.UNAVAILABLE };
  }
  if (isUnavailable(error)) return { code: 'LR_CLI_UNAVAILABLE', message: `${error.message}\n${WHAT_NEXT}`, exitCode: EXIT.UNAVAILABLE };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'LR_CLI_BUG', message, exitCode: EXIT.SOFTWARE };
}

const WHAT_NEXT = 'See with `lead-router status` what runs.';

function isUnavailable(error: unknown): error is Error {
  if (error instanceof KafkaFault) return error.kind === 'unavailable';
  if (error instanceof StoreFault) return error.kind !== 'refused-value';
  return error instanceof CodecFault && error.code === 'LR_CODEC_REGISTRY_UNAVAILABLE';
}
