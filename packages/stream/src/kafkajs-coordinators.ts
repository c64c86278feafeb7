/**
 * Keeps transactional producers from asking who their coordinators are. kafkajs asks anew before each of the four steps of every
 * transaction: at a few hundred leads a second that is a quarter of all requests, and four more round trips in the way of every lead. Here what
 * was found is kept until a request to it fails. Version 2.2.4 is pinned; a test counts the questions.
 */

import { createRequire } from 'node:module';
import { protocolTypeOf } from './kafkajs-faults.ts';

/** As kafkajs calls it; see its `protocol/coordinatorTypes`. */
const transactionCoordinator = 1;
/** Only the coordinator can say that the transaction before is still being settled. */
const settlingBefore = 'CONCURRENT_TRANSACTIONS';
const path = 'kafkajs/src/cluster/index.js';

interface Question {
  readonly groupId: string;
  readonly coordinatorType?: number;
}

/** The requests that kafkajs sends to what it found. */
const requests = ['initProducerId', 'addPartitionsToTxn', 'addOffsetsToTxn', 'txnOffsetCommit', 'endTxn'] as const;
export type Coordinator = Readonly<Record<(typeof requests)[number], (request: unknown) => Promise<unknown>>> & {
  /** False once the broker has closed it, as it does with connections that were idle for minutes. */
  isConnected(): boolean;
};
export type FindCoordinator = (this: object, question: Question) => Promise<Coordinator>;

let isInstalled = false;

/** Once a process; before the first transaction. */
export const installKnownCoordinators = (): void => {
  if (isInstalled) return;
  isInstalled = true;
  const cluster: { readonly prototype: { findGroupCoordinator: FindCoordinator } } = createRequire(import.meta.url)(path);
  cluster.prototype.findGroupCoordinator = rememberCoordinators(cluster.prototype.findGroupCoordinator);
};

/**
 * Only for clusters (a client's view of the brokers, one a producer) that have asked for a transaction's coordinator: a consumer asks when
 * it joins its group, and then wants to know.
 */
export const rememberCoordinators = (find: FindCoordinator): FindCoordinator => {
  const knownOf = new WeakMap<object, Map<string, Coordinator>>();
  return async function (question) {
    const isTransactional = question.coordinatorType === transactionCoordinator || knownOf.has(this);
    if (!isTransactional) return find.call(this, question);
    const known = knownOf.get(this) ?? new Map<string, Coordinator>();
    knownOf.set(this, known);
    const name = `${question.coordinatorType ?? 0} ${question.groupId}`;
    const remembered = known.get(name);
    if (remembered?.isConnected() === true) return remembered;
    const found = forgottenOnFailure(await find.call(this, question), known);
    known.set(name, found);
    return found;
  };
};

/** A coordinator that moved, a connection that broke, a producer that is fenced: whatever it is, the next step asks again. */
const forgottenOnFailure = (coordinator: Coordinator, known: Map<string, unknown>): Coordinator => {
  const watched = (name: (typeof requests)[number]) => async (request: unknown) => {
    try {
      return await coordinator[name](request);
    } catch (error) {
      if (protocolTypeOf(error) !== settlingBefore) known.clear();
      throw error;
    }
  };
  return {
    isConnected: () => coordinator.isConnected(),
    initProducerId: watched('initProducerId'),
    addPartitionsToTxn: watched('addPartitionsToTxn'),
    addOffsetsToTxn: watched('addOffsetsToTxn'),
    txnOffsetCommit: watched('txnOffsetCommit'),
    endTxn: watched('endTxn'),
  };
};
