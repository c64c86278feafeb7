/** KafkaPort over the in-memory broker, for one simulated process. Every call suspends on the scheduler; no answer is certain. */
import {
  type ConsumedPosition,
  type KafkaAdmin,
  KafkaFault,
  type KafkaPort,
  type KafkaTransaction,
  type OutgoingRecord,
  type RecordProducer,
  type TransactionalProducer,
} from '@lead-router/stream/kafka-port.ts';
import type { MemoryBroker } from './memory-broker.ts';
import { createMemoryConsumer } from './memory-consumer.ts';
import type { ProducerIdentity } from './memory-transactions.ts';
import type { Fault, Scheduler } from './scheduler.ts';
import type { SimProcess } from './sim-process.ts';

export interface MemoryKafkaOptions {
  readonly broker: MemoryBroker;
  readonly process: SimProcess;
  readonly maxFetchRecords?: number;
}

interface Wire {
  readonly broker: MemoryBroker;
  readonly scheduler: Scheduler;
  readonly process: SimProcess;
}

export function createMemoryKafka(options: MemoryKafkaOptions): KafkaPort {
  const { broker, process } = options;
  const wire: Wire = { broker, scheduler: broker.scheduler, process };
  return {
    admin: createAdmin(wire),
    consumer: (consumerOptions) =>
      createMemoryConsumer({ broker, process, maxFetchRecords: options.maxFetchRecords ?? 500 }, consumerOptions),
    producer: async () => createProducer(wire),
    transactionalProducer: (transactionalId) => connectTransactional(wire, transactionalId),
    disconnect: async () => undefined,
  };
}

function createAdmin(wire: Wire): KafkaAdmin {
  const { broker } = wire;
  return {
    createTopics: (topics) => {
      const create = () => topics.filter(({ topic, partitions }) => broker.createTopic(topic, partitions)).map(({ topic }) => topic);
      return request(wire, { label: 'create topics', effect: create });
    },
    listTopics: () => request(wire, { label: 'list topics', effect: () => broker.topicNames() }),
    partitionCount: (topic) => request(wire, { label: 'count partitions', effect: () => broker.logs(topic).length }),
    offsetRange: (topic) => {
      const read = () => broker.logs(topic).map((log) => ({ partition: log.at.partition, low: 0, high: log.endOffset }));
      return request(wire, { label: 'read offset range', effect: read });
    },
    committedOffset: (groupId, at) =>
      request(wire, { label: `read committed offset of ${at.partition}`, effect: () => broker.group(groupId).committed(at) }),
    ensureStartOffsets: (groupId, topics) => {
      const commit = () => {
        const group = broker.group(groupId);
        for (const { at } of topics.flatMap((topic) => broker.logs(topic))) if (group.committed(at) === null) group.commit(at, 0);
      };
      return request(wire, { label: 'commit start offsets', effect: commit });
    },
  };
}

function createProducer(wire: Wire): RecordProducer {
  const { broker, scheduler } = wire;
  let tail: Promise<unknown> = Promise.resolve();
  const sendOne = (records: readonly OutgoingRecord[]): Promise<void> => {
    const append = (some: readonly OutgoingRecord[]) => {
      broker.append(some, null);
    };
    const late: Fault<void> = {
      name: 'kafka request late',
      run: () => {
        scheduler.later('a late produce request arrives', { run: () => append(records) });
        return noAnswer('produce');
      },
    };
    return request(wire, { label: `produce ${records.length}`, effect: () => append(records), faults: [late, torn(records, append)] });
  };
  return {
    send: (records) => {
      const sent = tail.then(() => sendOne(records));
      tail = sent.catch(() => undefined);
      return sent;
    },
    disconnect: async () => {
      await tail;
    },
  };
}

async function connectTransactional(wire: Wire, transactionalId: string): Promise<TransactionalProducer> {
  const coordinator = wire.broker.transactions;
  let identity: ProducerIdentity | null = null;
  while (!identity) {
    identity = await request(wire, {
      label: `initialise ${transactionalId}`,
      effect: () => coordinator.initialise(transactionalId),
      isReady: () => coordinator.isFree(transactionalId),
    });
  }
  const mine = identity;
  return {
    begin: async () => beginTransaction(wire, mine),
    disconnect: async () => undefined,
  };
}

function beginTransaction(wire: Wire, identity: ProducerIdentity): KafkaTransaction {
  const coordinator = wire.broker.transactions;
  const isFree = () => coordinator.isFree(identity.transactionalId);
  const end = (commits: boolean) => () => coordinator.end(identity, { commits });
  const lateCommit: Fault<void> = {
    name: 'kafka request late',
    run: () => {
      wire.scheduler.later('a late commit request arrives', { run: () => ignoringFaults(end(true)) });
      return noAnswer('commit');
    },
  };
  return {
    send: (records) => {
      const append = (some: readonly OutgoingRecord[]) => coordinator.send(identity, some);
      return request(wire, {
        label: `send ${records.length} of ${identity.transactionalId}`,
        effect: () => append(records),
        faults: [torn(records, append)],
        isReady: isFree,
      });
    },
    sendOffset: (position: ConsumedPosition) =>
      request(wire, {
        label: `send offset ${position.offset} of ${identity.transactionalId}`,
        effect: () => coordinator.sendOffset(identity, position),
        isReady: isFree,
      }),
    commit: () => request(wire, { label: `commit ${identity.transactionalId}`, effect: end(true), faults: [lateCommit] }),
    abort: () => request(wire, { label: `abort ${identity.transactionalId}`, effect: end(false) }),
  };
}

/** A call split over several brokers of which one fails: the first part is written, the rest is not. */
function torn(records: readonly OutgoingRecord[], append: (some: readonly OutgoingRecord[]) => void): Fault<void> {
  return {
    name: 'kafka send torn',
    run: () => {
      append(records.slice(0, records.length >> 1));
      return noAnswer('send');
    },
  };
}

interface Request<T> {
  readonly label: string;
  readonly effect: () => T;
  readonly faults?: readonly Fault<T>[];
  readonly isReady?: () => boolean;
}

function request<T>(wire: Wire, { label, effect, ...more }: Request<T>): Promise<T> {
  const faults: readonly Fault<T>[] = [
    { name: 'kafka request lost', run: () => noAnswer(label) },
    {
      name: 'kafka answer lost',
      run: () => {
        effect();
        return noAnswer(label);
      },
    },
    ...(more.faults ?? []),
  ];
  return wire.scheduler.operate<T>({ process: wire.process, label, effect, faults, isReady: more.isReady ?? (() => true) });
}

function noAnswer(label: string): never {
  throw new KafkaFault('unavailable', `${label}: no answer`);
}

function ignoringFaults(effect: () => void): void {
  try {
    effect();
  } catch (error) {
    if (!(error instanceof KafkaFault)) throw error;
  }
}
