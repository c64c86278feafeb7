/**
 * Publishes leads, one JSON object a line, to the vendor's intake topic. Ends with 0 once every replica has all of them; after any
 * other end run it again: a lead with a reference that is known is a repeat, not a second lead.
 */
import { readFileSync } from 'node:fs';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { Kafka, logLevel, Partitioners } from 'kafkajs';

const BATCH = 500;
const ALL_REPLICAS = -1;

const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, VENDOR = 'demo' } = process.env;
const [file] = process.argv.slice(2);
if (!KAFKA_BROKERS || !SCHEMA_REGISTRY_URL || !file) {
  process.stderr.write('usage: KAFKA_BROKERS=host:port SCHEMA_REGISTRY_URL=http://... node publish-by-kafka.ts LEADS.ndjson\n');
  process.exit(64);
}

const topic = `lead.intake.${VENDOR}.v1`;
const registry = new SchemaRegistry({ host: SCHEMA_REGISTRY_URL });
// The schema that the topic has. Never register one of your own: the registry belongs to whoever reads the topic.
const schemaId = await registry.getLatestSchemaId(`${topic}-value`);

const lines = readFileSync(file, 'utf8').split('\n');
const messages: { value: Buffer }[] = [];
const faults: string[] = [];
for (const [index, line] of lines.entries()) {
  if (line.trim() === '') continue;
  try {
    messages.push({ value: await registry.encode(schemaId, JSON.parse(line)) });
  } catch (error) {
    faults.push(`line ${index + 1}: ${reasonOf(error)}`);
  }
}

const producer = new Kafka({ brokers: KAFKA_BROKERS.split(','), clientId: `vendor-${VENDOR}`, logLevel: logLevel.WARN }).producer({
  createPartitioner: Partitioners.DefaultPartitioner,
  // A send that is retried is in the topic once.
  idempotent: true,
  maxInFlightRequests: 1,
});
await producer.connect();
for (let from = 0; from < messages.length; from += BATCH) {
  await producer.send({ topic, acks: ALL_REPLICAS, messages: messages.slice(from, from + BATCH) });
}
await producer.disconnect();
for (const fault of faults) process.stderr.write(`not sent: ${fault}\n`);
process.stdout.write(`${messages.length} leads published to ${topic}\n`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** The encoder knows the fields that do not fit. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const fields = 'paths' in error && Array.isArray(error.paths) ? error.paths.map((path) => path.join('.')) : [];
  return fields.length === 0 ? error.message : `${error.message} at ${fields.join(', ')}`;
}
