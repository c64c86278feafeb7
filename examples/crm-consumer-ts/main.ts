/**
 * Keeps a table of all leads up to date from lead.state.v1: from the beginning the first time, then from where the group stands.
 * Offsets are committed after the table, so that a crash in between repeats records, and a repeat changes nothing.
 */
import { type EachBatchPayload, Kafka, logLevel } from 'kafkajs';
import { createStateDecoder } from './decode-state.ts';
import { openLeadTable } from './lead-table.ts';

const TOPIC = 'lead.state.v1';

const setting = (name: string, fallback?: string): string => {
  const value = process.env[name] ?? fallback;
  if (value === undefined || value === '') {
    process.stderr.write(`${name} is not set; \`lead-router status --json\` has the addresses\n`);
    process.exit(78);
  }
  return value;
};

const brokers = setting('KAFKA_BROKERS').split(',');
const decoder = createStateDecoder(setting('SCHEMA_REGISTRY_URL'));
const groupId = setting('CRM_GROUP', 'crm-example-ts');
const table = openLeadTable(setting('CRM_DATABASE', 'crm-ts.sqlite'));

const consumer = new Kafka({ brokers, clientId: groupId, logLevel: logLevel.WARN }).consumer({
  groupId,
  sessionTimeout: 10_000,
  // How long a fetch waits for something new, and so how long an orderly end may take.
  maxWaitTimeInMs: 1_000,
  // The default, and worth saying: records of transactions that were aborted or are still open are not shown.
  readUncommitted: false,
  // What cannot be read or stored ends the process: skipping a record would be a lead that the CRM never hears of.
  retry: { restartOnFailure: async () => false },
});

const end = async (exitCode: number): Promise<void> => {
  await consumer.disconnect();
  table.close();
  process.exit(exitCode);
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(0));
consumer.on(consumer.events.CRASH, ({ payload }) => {
  process.stderr.write(`${payload.error.stack ?? payload.error.message}\n`);
  void end(1);
});

await consumer.connect();
await consumer.subscribe({ topics: [TOPIC], fromBeginning: true });
await consumer.run({ eachBatch });

/** kafkajs commits the batch's offsets once this has resolved. */
async function eachBatch({ batch }: EachBatchPayload): Promise<void> {
  await decoder.prepare(batch.messages.map(({ value }) => value));
  const applied = table.apply(
    batch.messages.map(({ key, value }) => ({ leadId: String(key), state: value === null ? null : decoder.decode(value) })),
  );
  process.stdout.write(`${JSON.stringify({ partition: batch.partition, lastOffset: batch.lastOffset(), ...applied })}\n`);
}
