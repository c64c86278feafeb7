/**
 * How outside systems encode for their intake topics, vendors their leads and a CRM its activities: with the ordinary client library of
 * the registry and the schema that it finds there, and with nothing of ours. The sample works this way, so that the doors are tried from outside.
 */
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import type { ActivityIntake, LeadIntake } from './generated/wire-types.ts';
import { activityTopic, intakeTopic, valueSubject } from './topics.ts';

export interface IntakeEncoder<Value> {
  readonly topic: string;
  encode(value: Value): Promise<Buffer>;
}

export type VendorEncoder = IntakeEncoder<LeadIntake>;
export type ActivityEncoder = IntakeEncoder<ActivityIntake>;

export interface RegistryAccess {
  readonly registryUrl: string;
  readonly auth?: { readonly username: string; readonly password: string };
}

/** Asks the registry for the intake topic's latest schema; rejects when there is none. */
export function openVendorEncoder(options: RegistryAccess & { readonly vendor: string }): Promise<VendorEncoder> {
  return openEncoder(options, intakeTopic(options.vendor));
}

/** The same for a system that reports activities. */
export function openActivityEncoder(options: RegistryAccess & { readonly system: string }): Promise<ActivityEncoder> {
  return openEncoder(options, activityTopic(options.system));
}

async function openEncoder<Value>({ registryUrl, auth }: RegistryAccess, topic: string): Promise<IntakeEncoder<Value>> {
  const registry = new SchemaRegistry({ host: registryUrl, ...(auth ? { auth } : {}) });
  const id = await registry.getLatestSchemaId(valueSubject(topic));
  return { topic, encode: (value) => registry.encode(id, value) };
}
