/**
 * What an error of Postgres or of its connection means to the caller, decided in one place.
 * Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
import { StoreFault, type StoreFaultKind } from './router-store.ts';

/** Somebody else got in the way; the same again may well succeed. */
const CONFLICT_STATES: ReadonlySet<string> = new Set(['40001', '40P01', '55P03']);

/** Classes that refuse a value: data exception, integrity constraint, program limit exceeded. */
const REFUSED_CLASSES: ReadonlySet<string> = new Set(['22', '23', '54']);

/**
 * Classes in which the server is away, overloaded or going: connection exception, authorization, no such database,
 * insufficient resources, operator intervention (57014 is statement_timeout), system error.
 */
const UNAVAILABLE_CLASSES: ReadonlySet<string> = new Set(['08', '28', '3D', '53', '57', '58']);

/** idle_in_transaction_session_timeout and transaction_timeout: the session is gone, nothing was committed. */
const UNAVAILABLE_STATES: ReadonlySet<string> = new Set(['25P03', '25P04']);

/** The transaction had failed before: says nothing by itself. */
export const FAILED_TRANSACTION_STATE = '25P02';

const SOCKET_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);

/** What Node says of a certificate that it does not believe, and of a conversation about one that fails. */
const CERTIFICATE_CODE = /^(CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_|ERR_TLS_|ERR_SSL_|ERR_OSSL_)/;

/** pg reports a lost connection by message alone. */
const LOST_CONNECTION =
  /connection terminated|server does not support SSL|connection error and is not queryable|client was closed|timeout exceeded when trying to connect|query read timeout|pool after calling end/i;

export const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

const isOfCertificate = (error: unknown): boolean => CERTIFICATE_CODE.test(codeOf(error) ?? '');

/** The connection is of no use any more, or might not be. */
export const isConnectionGone = (error: unknown): boolean => {
  const fault = faultOf(error);
  return !(fault instanceof StoreFault && (fault.kind === 'conflict' || fault.kind === 'refused-value'));
};

/** A StoreFault where the error is of a kind that a caller can act on; any other error comes back as it is: a bug. */
export const faultOf = (error: unknown): unknown => {
  if (error instanceof StoreFault) return error;
  const kind = kindOf(error);
  if (kind === null) return error;
  const message = error instanceof Error ? error.message : 'unknown error';
  const hint = isOfCertificate(error) ? ' (check DATABASE_SSL and DATABASE_SSL_CA_FILE)' : '';
  return new StoreFault(kind, `Postgres: ${message}${hint}`, { cause: error });
};

/**
 * For an error that answers COMMIT. Where Postgres itself refused it (a conflict, a constraint), nothing has happened; where the
 * connection ended, or the server was told to end it, the commit may have happened all the same.
 */
export const commitFaultOf = (error: unknown): unknown => {
  const kind = kindOf(error);
  if (kind === 'conflict' || kind === 'refused-value') return faultOf(error);
  return new StoreFault('unknown-outcome', 'Postgres: no answer to COMMIT, nobody knows whether it happened', { cause: error });
};

/** Constraints that are violated when another batch was quicker; of any other a duplicate is a fault of ours. */
const RACED_CONSTRAINTS: ReadonlySet<string> = new Set(['identities_pkey']);
const UNIQUE_VIOLATION = '23505';

const isMadeByAnother = (error: unknown, code: string): boolean =>
  code === UNIQUE_VIOLATION &&
  error instanceof Error &&
  'constraint' in error &&
  typeof error.constraint === 'string' &&
  RACED_CONSTRAINTS.has(error.constraint);

const CHECK_VIOLATION = '23514';

/**
 * The table of the row's month came into being while the row was on its way into the default one: the next try finds it. Any other check
 * has a name.
 */
const isMonthMadeMeanwhile = (error: unknown, code: string): boolean =>
  code === CHECK_VIOLATION && error instanceof Error && !('constraint' in error && typeof error.constraint === 'string');

const kindOf = (error: unknown): StoreFaultKind | null => {
  if (error instanceof StoreFault) return error.kind;
  const code = codeOf(error);
  if (code !== null && code.length === 5) {
    const sqlClass = code.slice(0, 2);
    if (CONFLICT_STATES.has(code) || isMadeByAnother(error, code) || isMonthMadeMeanwhile(error, code)) return 'conflict';
    if (REFUSED_CLASSES.has(sqlClass)) return 'refused-value';
    if (UNAVAILABLE_STATES.has(code) || UNAVAILABLE_CLASSES.has(sqlClass)) return 'unavailable';
  }
  if (code !== null && (SOCKET_CODES.has(code) || CERTIFICATE_CODE.test(code))) return 'unavailable';
  if (error instanceof AggregateError && error.errors.some((one) => kindOf(one) === 'unavailable')) return 'unavailable';
  return error instanceof Error && LOST_CONNECTION.test(error.message) ? 'unavailable' : null;
};
