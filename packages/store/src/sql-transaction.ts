/**
 * One READ COMMITTED transaction on one connection. Statements go out as they are called and are answered in that order.
 * After the first error all later statements fail with that same error, and a commit is refused.
 */
import type pg from 'pg';
import { codeOf, commitFaultOf, FAILED_TRANSACTION_STATE, faultOf, isConnectionGone } from './fault-mapping.ts';
import { outcomeOf, type PostgresOutcome } from './postgres-call.ts';
import type { SqlValue, Statement } from './statement.ts';

export class SqlTransaction {
  readonly #client: pg.PoolClient;
  #firstFault: { readonly error: unknown } | null = null;
  #isConnectionLost = false;
  #isOver = false;
  /** Of the commit; null: it was not sent, or refused by a fault before it. */
  #outcome: PostgresOutcome | null = null;
  readonly #onOver: (outcome: PostgresOutcome) => void;

  private constructor(client: pg.PoolClient, onOver: (outcome: PostgresOutcome) => void) {
    this.#client = client;
    this.#onOver = onOver;
  }

  /** `onOver` is called once, when the connection is free again. */
  static begin(client: pg.PoolClient, onOver: (outcome: PostgresOutcome) => void): SqlTransaction {
    const transaction = new SqlTransaction(client, onOver);
    // Not awaited: the first statement follows in the same packet. Its failure reaches the caller through `run`.
    client.query('BEGIN ISOLATION LEVEL READ COMMITTED').catch((error: unknown) => transaction.#note(error));
    return transaction;
  }

  /**
   * Errors: StoreFault, or the plain error of a bug. A rejection that nobody awaits is no unhandled one, so that several
   * statements may be under way when the first fails.
   */
  run<Row extends object>(statement: Statement, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    const rows = this.#query<Row>(statement, values);
    rows.catch(() => undefined);
    return rows;
  }

  /**
   * Ends the transaction whatever the answer. StoreFault `unknown-outcome`: a commit was sent and no answer came. Any other
   * fault: nothing has happened.
   */
  async commit(): Promise<void> {
    this.#assertOpen();
    try {
      if (this.#firstFault !== null) throw this.#firstFault.error;
      // Behind the statements that are under way, so that one of them failing is known before the answer comes.
      const { command: tag } = await this.#client.query('COMMIT').catch((error: unknown) => {
        this.#note(error);
        const fault = commitFaultOf(error);
        this.#outcome = outcomeOf(fault);
        throw fault;
      });
      // COMMIT of a failed transaction is answered by ROLLBACK, not by an error.
      if (tag !== 'COMMIT') throw this.#faultOr(new Error(`COMMIT was answered by ${tag}`));
      this.#outcome = 'ok';
      this.#release();
    } finally {
      await this.rollback();
    }
  }

  /** Never rejects. Does nothing after a commit. */
  async rollback(): Promise<void> {
    if (this.#isOver) return;
    if (!this.#isConnectionLost) await this.#client.query('ROLLBACK').catch((error: unknown) => this.#note(error));
    this.#release();
  }

  async #query<Row extends object>(statement: Statement, values: readonly SqlValue[]): Promise<readonly Row[]> {
    this.#assertOpen();
    try {
      const result = await this.#client.query<Row>({ name: statement.name, text: statement.text, values: [...values] });
      return result.rows;
    } catch (error) {
      this.#note(error);
      throw this.#faultOr(error);
    }
  }

  #faultOr(error: unknown): unknown {
    return this.#firstFault === null ? error : this.#firstFault.error;
  }

  #note(error: unknown): void {
    if (codeOf(error) === FAILED_TRANSACTION_STATE && this.#firstFault !== null) return;
    if (isConnectionGone(error)) this.#isConnectionLost = true;
    this.#firstFault ??= { error: faultOf(error) };
  }

  #assertOpen(): void {
    if (this.#isOver) throw new Error('the transaction is over');
  }

  #release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#client.release(this.#isConnectionLost);
    this.#onOver(this.#outcome ?? (this.#firstFault === null ? 'rolled_back' : outcomeOf(this.#firstFault.error)));
  }
}
