/**
 * How a vendor encodes a lead for its intake topic: with the ordinary client library of the registry and the schema that it finds
 * there, and with nothing of ours. The sample's Kafka vendor works this way, so that the door is tried from outside.
 */
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import type { LeadIntake } from './generated/wire-types.ts';
import { intakeTopic, valueSubject } from './topics.ts';

export interface VendorEncoder {
  readonly topic: string;
  encode(lead: LeadIntake): Promise<Buffer>;
}

/** Asks the registry for the intake topic's latest schema; rejects when there is none. */
export async function openVendorEncoder(options: {
  readonly registryUrl: string;
  readonly vendor: string;
  readonly auth?: { readonly username: string; readonly password: string };
}): Promise<VendorEncoder> {
  const registry = new SchemaRegistry({ host: options.registryUrl, ...(options.auth ? { auth: options.auth } : {}) });
  const topic = intakeTopic(options.vendor);
  const id = await registry.getLatestSchemaId(valueSubject(topic));
  return { topic, encode: (lead) => registry.encode(id, lead) };
}
