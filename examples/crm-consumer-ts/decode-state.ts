/** Values of lead.state.v1 as objects, read with a schema of our own: what the writer adds later is passed over. */
import { readFileSync } from 'node:fs';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import avsc from 'avsc';

type AvroType = InstanceType<typeof avsc.Type>;
type Resolver = ReturnType<AvroType['createResolver']>;

export interface LeadState {
  readonly envelope: { readonly leadId: string; readonly recordedAt: number };
  readonly version: number;
  readonly revision: number;
  readonly stage: string;
  readonly grade: string;
  readonly score: number;
  readonly poolId: string | null;
  readonly agentId: string | null;
  readonly destinationId: string | null;
  readonly linkedTo: string | null;
  readonly acceptedAt: number | null;
  readonly context: {
    readonly lead: { readonly vendor: string; readonly vendorReference: string; readonly company: { readonly name: string | null } };
    readonly person: {
      readonly firstName: string | null;
      readonly lastName: string | null;
      readonly email: string | null;
      readonly phone: string | null;
      /** Found out by enrichment: the name in order, numbers in E.164. */
      readonly found: {
        readonly name: { readonly given: string | null; readonly family: string | null } | null;
        readonly phones: readonly { readonly field: string; readonly number: string }[];
      } | null;
    } | null;
  };
}

export interface StateDecoder {
  /** Fetches the schemas of writers that are not known yet. Call it before decoding a batch. */
  prepare(values: Iterable<Buffer | null>): Promise<void>;
  decode(value: Buffer): LeadState;
}

/** Confluent wire format: a zero byte, the schema's id in four bytes, the value. */
const HEADER_BYTES = 5;
const READER_SCHEMA = new URL('../lead-state.reader.avsc', import.meta.url);

export const readerType = (): AvroType => avsc.Type.forSchema(JSON.parse(readFileSync(READER_SCHEMA, 'utf8')));

export function createStateDecoder(registryUrl: string): StateDecoder {
  const registry = new SchemaRegistry({ host: registryUrl });
  const reader = readerType();
  // Making one is slow, so each writer's is made once, not once a record.
  const resolvers = new Map<number, Resolver>();
  return {
    prepare: async (values) => {
      for (const value of values) {
        if (value === null || resolvers.has(schemaIdOf(value))) continue;
        const id = schemaIdOf(value);
        // Through JSON: the registry's client may have an avsc of its own, whose types are not ours.
        const writer = avsc.Type.forSchema(JSON.parse(JSON.stringify(await registry.getSchema(id))));
        resolvers.set(id, reader.createResolver(writer));
      }
    },
    decode: (value) => reader.fromBuffer(value.subarray(HEADER_BYTES), resolvers.get(schemaIdOf(value))),
  };
}

function schemaIdOf(value: Buffer): number {
  if (value.length < HEADER_BYTES || value[0] !== 0) throw new Error('a value is not in the Confluent wire format');
  return value.readUInt32BE(1);
}
