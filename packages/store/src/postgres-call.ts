/** What one call to Postgres cost and how it ended, for whoever counts. */
import { faultOf } from './fault-mapping.ts';
import { StoreFault } from './router-store.ts';

export type PostgresOutcome = 'ok' | 'rolled_back' | 'conflict' | 'unavailable' | 'unknown_outcome' | 'refused_value' | 'error';

export interface PostgresCall {
  /** A connection from the pool, statements by themselves, a transaction from begin to its end. */
  readonly operation: 'connect' | 'statement' | 'transaction';
  readonly outcome: PostgresOutcome;
  readonly seconds: number;
}

const OUTCOMES: Readonly<Record<StoreFault['kind'], PostgresOutcome>> = {
  conflict: 'conflict',
  'unknown-outcome': 'unknown_outcome',
  unavailable: 'unavailable',
  'refused-value': 'refused_value',
};

export const outcomeOf = (error: unknown): PostgresOutcome => {
  const fault = faultOf(error);
  return fault instanceof StoreFault ? OUTCOMES[fault.kind] : 'error';
};

/** Starts now; the returned function is called once, with how it ended. */
export const startCall = (
  operation: PostgresCall['operation'],
  onCall: ((call: PostgresCall) => void) | undefined,
): ((outcome: PostgresOutcome) => void) => {
  if (onCall === undefined) return () => undefined;
  const startedAt = performance.now();
  return (outcome) => onCall({ operation, outcome, seconds: (performance.now() - startedAt) / 1000 });
};
