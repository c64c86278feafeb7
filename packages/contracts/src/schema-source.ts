/**
 * Where schema ids come from. `registry-schemas.ts` asks a schema registry; the one in memory here serves the simulator
 * and unit tests. Both are used at start and for schemas not seen before, never per record.
 */
import { CodecFault } from './codec-fault.ts';
import type { AvroType } from './schema-files.ts';

export interface SchemaSource {
  /** Id of this very schema under the subject. A CodecFault LR_CODEC_SUBJECT_MISSING when it was never registered. */
  idOf(subject: string, schema: AvroType): Promise<number>;
  /** null when no schema has this id. */
  schemaOf(id: number): Promise<AvroType | null>;
}

export interface SchemaRegistrar extends SchemaSource {
  /** Sets FULL_TRANSITIVE, then registers; doing it again changes nothing. Returns the id. */
  register(subject: string, schema: AvroType): Promise<number>;
}

/** A registry in memory: one id for each distinct schema, whatever the subject, as the Confluent one has it. */
export function createMemorySchemas(options: { readonly registerOnLookup?: boolean } = {}): SchemaRegistrar {
  const ids = new Map<string, number>();
  const schemas: AvroType[] = [];
  const subjects = new Set<string>();
  const register = async (subject: string, schema: AvroType): Promise<number> => {
    const text = JSON.stringify(schema);
    const id = ids.get(text) ?? schemas.push(schema);
    ids.set(text, id);
    subjects.add(`${subject}\0${id}`);
    return id;
  };
  return {
    register,
    idOf: async (subject, schema) => {
      if (options.registerOnLookup !== false) return register(subject, schema);
      const id = ids.get(JSON.stringify(schema));
      if (id === undefined || !subjects.has(`${subject}\0${id}`))
        throw new CodecFault('LR_CODEC_SUBJECT_MISSING', `register the schemas first: ${subject} has none like this`);
      return id;
    },
    schemaOf: async (id) => schemas[id - 1] ?? null,
  };
}
