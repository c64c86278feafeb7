/**
 * The in-memory broker's transaction coordinator: epochs that fence, transactions that are prepared first and marked
 * later, partition by partition and the offsets apart, and a time-out that aborts and fences.
 */
import { type ConsumedPosition, KafkaFault, type OutgoingRecord, type TopicPartition } from '@lead-router/stream/kafka-port.ts';
import type { LogTransaction } from './memory-log.ts';
import type { Scheduler } from './scheduler.ts';

export interface TransactionTarget {
  append(records: readonly OutgoingRecord[], transaction: LogTransaction): readonly TopicPartition[];
  writeMarker(at: TopicPartition): void;
  commitOffset(position: ConsumedPosition): void;
}

export interface ProducerIdentity {
  readonly transactionalId: string;
  readonly epoch: number;
}

class CoordinatedTransaction implements LogTransaction {
  state: 'OPEN' | 'PREPARE_COMMIT' | 'PREPARE_ABORT' | 'COMPLETE' = 'OPEN';
  readonly partitions = new Map<string, TopicPartition>();
  readonly marked = new Set<string>();
  readonly offsets: ConsumedPosition[] = [];
  offsetsMarked = false;
  commits = false;
  cancelTimeout: () => void = () => undefined;

  outcomeIn(at: TopicPartition): 'PENDING' | 'COMMITTED' | 'ABORTED' {
    if (!this.marked.has(nameOf(at))) return 'PENDING';
    return this.commits ? 'COMMITTED' : 'ABORTED';
  }
}

interface CoordinatedProducer {
  epoch: number;
  current: CoordinatedTransaction | null;
}

export class TransactionCoordinator {
  readonly #scheduler: Scheduler;
  readonly #target: TransactionTarget;
  readonly #timeoutMs: number;
  readonly #producers = new Map<string, CoordinatedProducer>();

  constructor(options: { scheduler: Scheduler; target: TransactionTarget; timeoutMs: number }) {
    this.#scheduler = options.scheduler;
    this.#target = options.target;
    this.#timeoutMs = options.timeoutMs;
  }

  /** False while a decided transaction still waits for its markers: the client gets CONCURRENT_TRANSACTIONS and tries again. */
  isFree(transactionalId: string): boolean {
    const state = this.#of(transactionalId).current?.state ?? 'OPEN';
    return state === 'OPEN';
  }

  /** One InitProducerId request: null says "an open transaction is being aborted, ask again". */
  initialise(transactionalId: string): ProducerIdentity | null {
    const producer = this.#of(transactionalId);
    if (!this.isFree(transactionalId)) return null;
    producer.epoch += 1;
    if (producer.current) {
      this.#scheduler.count('fenced an open transaction');
      this.#decide(producer.current, { transactionalId, commits: false });
      return null;
    }
    return { transactionalId, epoch: producer.epoch };
  }

  send(identity: ProducerIdentity, records: readonly OutgoingRecord[]): void {
    const transaction = this.#open(identity);
    for (const at of this.#target.append(records, transaction)) transaction.partitions.set(nameOf(at), at);
  }

  sendOffset(identity: ProducerIdentity, position: ConsumedPosition): void {
    this.#open(identity).offsets.push(position);
  }

  end(identity: ProducerIdentity, options: { commits: boolean }): void {
    const producer = this.#current(identity);
    if (!producer.current) return;
    if (producer.current.state !== 'OPEN') throw new KafkaFault('refused', 'the transaction is decided already');
    this.#decide(producer.current, { transactionalId: identity.transactionalId, commits: options.commits });
  }

  /** Some transaction is open or not yet marked everywhere. */
  hasPending(): boolean {
    return [...this.#producers.values()].some(({ current }) => current !== null);
  }

  #open(identity: ProducerIdentity): CoordinatedTransaction {
    const producer = this.#current(identity);
    if (producer.current) return producer.current;
    const transaction = new CoordinatedTransaction();
    producer.current = transaction;
    const deadline = this.#scheduler.now + this.#timeoutMs;
    transaction.cancelTimeout = this.#scheduler.later(`transaction of ${identity.transactionalId} times out`, {
      at: () => deadline,
      run: () => {
        this.#scheduler.count('transaction time-out');
        producer.epoch += 1;
        this.#decide(transaction, { transactionalId: identity.transactionalId, commits: false });
      },
    });
    return transaction;
  }

  #current(identity: ProducerIdentity): CoordinatedProducer {
    const producer = this.#of(identity.transactionalId);
    if (producer.epoch !== identity.epoch) {
      this.#scheduler.count('fenced');
      throw new KafkaFault('fenced', `a newer producer has the id ${identity.transactionalId}`);
    }
    return producer;
  }

  #decide(transaction: CoordinatedTransaction, decision: { transactionalId: string; commits: boolean }): void {
    transaction.cancelTimeout();
    transaction.state = decision.commits ? 'PREPARE_COMMIT' : 'PREPARE_ABORT';
    transaction.commits = decision.commits;
    const name = `${decision.commits ? 'commit' : 'abort'} of ${decision.transactionalId}`;
    for (const [key, at] of transaction.partitions) {
      this.#scheduler.later(`${name} marked in ${key}`, {
        run: () => {
          transaction.marked.add(key);
          this.#target.writeMarker(at);
          this.#complete(transaction, decision.transactionalId);
        },
      });
    }
    this.#scheduler.later(`${name} marked for offsets`, {
      run: () => {
        transaction.offsetsMarked = true;
        if (transaction.commits) for (const position of transaction.offsets) this.#target.commitOffset(position);
        this.#complete(transaction, decision.transactionalId);
      },
    });
  }

  #complete(transaction: CoordinatedTransaction, transactionalId: string): void {
    if (!transaction.offsetsMarked || transaction.marked.size < transaction.partitions.size) return;
    transaction.state = 'COMPLETE';
    const producer = this.#of(transactionalId);
    if (producer.current === transaction) producer.current = null;
  }

  #of(transactionalId: string): CoordinatedProducer {
    const known = this.#producers.get(transactionalId);
    if (known) return known;
    const producer: CoordinatedProducer = { epoch: 0, current: null };
    this.#producers.set(transactionalId, producer);
    return producer;
  }
}

export function nameOf(at: TopicPartition): string {
  return `${at.topic}-${at.partition}`;
}
