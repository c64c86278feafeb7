/**
 * Connections to Postgres: the one place that imports pg. Sets the time-outs that stop a frozen process from holding locks,
 * turns errors into StoreFaults, and hands out transactions whose statements are sent without waiting for each other's answers.
 */
import pg from 'pg';
import { faultOf, isConnectionGone } from './fault-mapping.ts';
import { outcomeOf, type PostgresCall, startCall } from './postgres-call.ts';
import { type PostgresSsl, sslOptions } from './postgres-ssl.ts';
import { SqlTransaction } from './sql-transaction.ts';
import type { SqlValue, Statement } from './statement.ts';

export interface PostgresOptions {
  /** postgres://user:password@host:port/database; `sslmode` and the like in it are honoured. */
  readonly databaseUrl: string;
  /** Seen in pg_stat_activity. */
  readonly applicationName: string;
  readonly maxConnections: number;
  /** Of a connection that waits in the pool, or of one in use: the pool goes on by itself. Never fatal. */
  readonly onConnectionError: (error: Error) => void;
  /** From the configuration; absent: what DATABASE_URL and PGSSLMODE, PGSSLROOTCERT, PGSSLCERT, PGSSLKEY say. */
  readonly ssl?: PostgresSsl;
  readonly timeouts?: Partial<PostgresTimeouts>;
  /** Told of every call that is over. Cheap, and never throws. */
  readonly onCall?: (call: PostgresCall) => void;
}

/** All in milliseconds. */
export interface PostgresTimeouts {
  readonly connectMs: number;
  /** Has to be shorter than `lockMs`: else the locks of a frozen process stall all the others. */
  readonly idleInTransactionMs: number;
  readonly lockMs: number;
  /** Of one transaction from PostgreSQL 17 on, of one statement with every version. */
  readonly transactionMs: number;
}

export const DEFAULT_TIMEOUTS: PostgresTimeouts = { connectMs: 5_000, idleInTransactionMs: 3_000, lockMs: 6_000, transactionMs: 20_000 };

/** Beyond the server's own limits: for a server or network that says nothing at all. */
const ANSWER_GRACE_MS = 5_000;

export interface PostgresPool {
  /** One statement in its own transaction. Errors: StoreFault (`unavailable` may have happened when it writes: such statements are idempotent). */
  run<Row extends object>(statement: Statement, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Several such statements on one connection, sent at once. */
  session<Result>(work: (run: PostgresPool['run']) => Promise<Result>): Promise<Result>;
  begin(): Promise<SqlTransaction>;
  /** Begins, works, commits; rolls back on any error. */
  inTransaction<Result>(work: (transaction: SqlTransaction) => Promise<Result>): Promise<Result>;
  /** Waits for connections in use. */
  close(): Promise<void>;
}

export const createPostgresPool = (options: PostgresOptions): PostgresPool => {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  if (timeouts.idleInTransactionMs >= timeouts.lockMs) {
    throw new RangeError('idleInTransactionMs has to be shorter than lockMs');
  }
  const ssl = sslOptions(options.ssl);
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    application_name: options.applicationName,
    max: options.maxConnections,
    // Statements of one connection are sent without waiting for the answer to the one before: a batch is two round trips.
    pipeline: true,
    connectionTimeoutMillis: timeouts.connectMs,
    query_timeout: timeouts.transactionMs + ANSWER_GRACE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser },
    onConnect: (client) => prepareSession(client, timeouts),
    ...(ssl === undefined ? {} : { ssl }),
  });
  let isClosing = false;
  const onError = (error: Error): void => {
    if (!isClosing) options.onConnectionError(error);
  };
  // The pool passes on the errors of idle connections only; without the second an error of one in use ends the process.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', onError));

  const connect = async (): Promise<pg.PoolClient> => {
    const over = startCall('connect', options.onCall);
    try {
      const client = await pool.connect();
      over('ok');
      return client;
    } catch (error) {
      over(outcomeOf(error));
      throw faultOf(error);
    }
  };
  const begin = async (): Promise<SqlTransaction> => {
    const client = await connect();
    return SqlTransaction.begin(client, startCall('transaction', options.onCall));
  };

  const session: PostgresPool['session'] = async (work) => {
    const client = await connect();
    const over = startCall('statement', options.onCall);
    try {
      const result = await work(async <Row extends object>(statement: Statement, values: readonly SqlValue[] = []) => {
        const answer = await client.query<Row>({ name: statement.name, text: statement.text, values: [...values] });
        return answer.rows;
      });
      client.release();
      over('ok');
      return result;
    } catch (error) {
      over(outcomeOf(error));
      client.release(isConnectionGone(error));
      throw faultOf(error);
    }
  };

  return {
    begin,
    session,
    run: (statement, values) => session((run) => run(statement, values)),
    inTransaction: async (work) => {
      const transaction = await begin();
      try {
        const result = await work(transaction);
        await transaction.commit();
        return result;
      } finally {
        await transaction.rollback();
      }
    },
    close: async () => {
      isClosing = true;
      await pool.end();
    },
  };
};

/**
 * Every lock of the router is found by key: a plan made while a table was still empty must not become a scan of it when it has
 * grown, so sequential scans are the last resort and plans do not depend on the values.
 */
const prepareSession = async (client: pg.ClientBase, timeouts: PostgresTimeouts): Promise<void> => {
  await client.query(
    `SELECT set_config('timezone', 'UTC', false),
            set_config('idle_in_transaction_session_timeout', $1, false),
            set_config('lock_timeout', $2, false),
            set_config('statement_timeout', $3, false),
            set_config('plan_cache_mode', 'force_generic_plan', false),
            set_config('enable_seqscan', 'off', false),
            set_config('jit', 'off', false),
            CASE WHEN current_setting('server_version_num')::integer >= 170000
                 THEN set_config('transaction_timeout', $3, false) END`,
    [String(timeouts.idleInTransactionMs), String(timeouts.lockMs), String(timeouts.transactionMs)],
  );
};

const OID_INT8 = 20;
const OID_DATE = 1082;
const OID_TIMESTAMPTZ = 1184;

/** int8 as a number (nothing here comes near 2^53), timestamptz as milliseconds since the epoch, date as yyyy-mm-dd. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') => {
  if (format !== 'binary') {
    if (oid === OID_INT8) return Number;
    if (oid === OID_TIMESTAMPTZ) return epochMs;
    if (oid === OID_DATE) return String;
  }
  return pg.types.getTypeParser(oid, format);
};

/** `2026-11-22 16:14:18.123+00`: the session's zone is UTC. */
const epochMs = (text: string): number => Date.parse(`${text.slice(0, 10)}T${text.slice(11)}:00`);
