/** Set-up: registers every subject of the catalogue. Services only look ids up, so that a wrong schema stops a release and no record. */
import { schemaFiles } from './avro-types.ts';
import { CONTEXT_SUBJECT } from './context-codec.ts';
import { createRegistrySchemas, type RegistryOptions } from './registry-schemas.ts';
import { CONTEXT_RECORD, composeSchema } from './schema-files.ts';
import type { SchemaRegistrar } from './schema-source.ts';
import { type CatalogueOptions, type RecordName, topicCatalogue, valueSubject } from './topics.ts';

export interface SubjectEntry {
  readonly subject: string;
  readonly record: RecordName;
}

/** Every subject and the record of its values. */
export function subjects(options: CatalogueOptions = {}): readonly SubjectEntry[] {
  return [
    ...topicCatalogue(options).flatMap((entry) =>
      entry.record === null ? [] : [{ subject: valueSubject(entry.topic), record: entry.record }],
    ),
    { subject: CONTEXT_SUBJECT, record: CONTEXT_RECORD },
  ];
}

/** Idempotent. Returns the id by subject; a CodecFault LR_CODEC_REGISTRATION_REFUSED names the subject that is incompatible. */
export async function registerSchemas(options: RegistryOptions & CatalogueOptions): Promise<ReadonlyMap<string, number>> {
  return registerSubjects(createRegistrySchemas(options), options);
}

export async function registerSubjects(registrar: SchemaRegistrar, options: CatalogueOptions = {}): Promise<ReadonlyMap<string, number>> {
  const ids = new Map<string, number>();
  for (const { subject, record } of subjects(options)) {
    ids.set(subject, await registrar.register(subject, composeSchema(record, schemaFiles())));
  }
  return ids;
}
