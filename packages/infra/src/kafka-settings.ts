// Settings of the one broker that we run ourselves, as a process or in a container. Listeners and folders are added there.

// It only has to differ from that of a cluster whose data could end up in the same folder.
export const KAFKA_CLUSTER_ID = 'bGVhZC1yb3V0ZXItMQ';

export const brokerSettings = {
  'process.roles': 'broker,controller',
  'node.id': 1,
  'auto.create.topics.enable': false,
  'num.partitions': 6,
  // There is one broker.
  'default.replication.factor': 1,
  'min.insync.replicas': 1,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  // Fifty each by default: a second more at every start, for clusters with thousands of groups.
  'offsets.topic.num.partitions': 6,
  'transaction.state.log.num.partitions': 6,
  'share.coordinator.state.topic.num.partitions': 1,
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 6_000,
  // Ten years. After the default of a week without a run, a group's position would be forgotten although its work is stored.
  'offsets.retention.minutes': 5_256_000,
  // A killed broker may come back as soon as its former self is given up.
  'broker.session.timeout.ms': 3_000,
  'broker.heartbeat.interval.ms': 500,
  'num.network.threads': 2,
  'num.io.threads': 4,
  'log.cleaner.dedupe.buffer.size': 16_777_216,
} as const;
