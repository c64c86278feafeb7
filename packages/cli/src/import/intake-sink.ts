/** Leads into a vendor's intake topic, as a vendor on Kafka sends them; the gateway takes them from there. */
import { openCodec } from '@lead-router/contracts/codec.ts';
import { CONSUMER_GROUPS } from '@lead-router/contracts/consumer-groups.ts';
import type { LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import { intakeTopic, valueSubject, vendorOfTopic } from '@lead-router/contracts/topics.ts';
import { CliError, EXIT } from '../connect/cli-error.ts';
import type { Connection } from '../connect/open-connection.ts';

export interface IntakeSink {
  readonly topic: string;
  /** In the order of the calls; resolves once every replica has them. A KafkaFault when Kafka stays away. */
  send(leads: readonly LeadIntake[]): Promise<void>;
  close(): Promise<void>;
}

/** Rejects with a CliError when the vendor has no intake topic, or no gateway reads it. */
export async function openIntakeSink({ kafka, schemas }: Pick<Connection, 'kafka' | 'schemas'>, vendor: string): Promise<IntakeSink> {
  const topic = intakeTopic(vendor);
  const existing = await kafka.admin.listTopics();
  if (!existing.includes(topic)) throw noSuchVendor(vendor, existing);
  if ((await kafka.admin.committedOffset(CONSUMER_GROUPS.intake.groupId, { topic, partition: 0 })) === null) {
    throw refused(`no gateway reads ${topic}: name ${vendor} in the gateways' INTAKE_VENDORS and start them again.`);
  }
  const codec = await openCodec(schemas, { subject: valueSubject(topic), record: 'LeadIntake' });
  const producer = await kafka.producer();
  return {
    topic,
    send: (leads) => producer.send(leads.map((lead) => ({ topic, key: null, value: codec.encode(lead) }))),
    close: () => producer.disconnect(),
  };
}

function noSuchVendor(vendor: string, existing: readonly string[]): CliError {
  const vendors = existing.flatMap((topic) => vendorOfTopic(topic) ?? []).sort();
  const known = vendors.length === 0 ? 'no vendor has one' : `these have: ${vendors.join(', ')}`;
  return refused(`vendor "${vendor}" has no intake topic (${intakeTopic(vendor)}); ${known}.`);
}

function refused(message: string): CliError {
  return new CliError('LR_CLI_REFUSED', message, { exitCode: EXIT.NEGATIVE });
}
