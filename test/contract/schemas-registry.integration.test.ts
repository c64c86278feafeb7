/** Against a real registry: set-up is repeatable, versions that fit are taken, versions that do not are refused. */
import { randomUUID } from 'node:crypto';
import { compileSchema, encodeAfter, schemaFiles } from '@lead-router/contracts/avro-types.ts';
import { openCodec, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { CodecFault } from '@lead-router/contracts/codec-fault.ts';
import { openStoredContexts } from '@lead-router/contracts/context-codec.ts';
import type { LeadEnriched } from '@lead-router/contracts/generated/wire-types.ts';
import { registerSchemas, subjects } from '@lead-router/contracts/register-schemas.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { composeSchema } from '@lead-router/contracts/schema-files.ts';
import { HEADER_BYTES, stampSchemaId } from '@lead-router/contracts/wire-format.ts';
import { avroArbitrary } from '@lead-router/testkit/avro-arbitrary.ts';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Change, evolvedSchema } from './evolved-schema.ts';

const registryUrl = process.env.TEST_SCHEMA_REGISTRY_URL ?? '';
const registry = createRegistrySchemas({ registryUrl });
/** Of this run alone: the registry may be one that others use too. */
const vendor = `v-${randomUUID().slice(0, 8)}`;
const parties = { vendors: [vendor], systems: [vendor] };
const ownSubject = (): string => `test-${randomUUID()}-value`;

async function codeOf(run: Promise<unknown>): Promise<string> {
  return run.then(
    () => 'no fault',
    (error: unknown) => (error instanceof CodecFault ? error.code : String(error)),
  );
}

describe('set-up', () => {
  let ids: ReadonlyMap<string, number>;
  beforeAll(async () => {
    ids = await registerSchemas({ registryUrl, ...parties });
  });

  test('registers every subject, and again the same', async () => {
    expect([...ids.keys()].sort()).toEqual(
      subjects(parties)
        .map(({ subject }) => subject)
        .sort(),
    );
    expect(await registerSchemas({ registryUrl, ...parties })).toEqual(ids);
  });

  test('sets FULL_TRANSITIVE on every subject', async () => {
    for (const subject of ids.keys()) {
      const response = await fetch(`${registryUrl}/config/${subject}`);
      expect(await response.json()).toMatchObject({ compatibilityLevel: 'FULL_TRANSITIVE' });
    }
  });

  test('lets every service find its ids, and read a schema back', async () => {
    const codec = await openTopicCodec(registry, 'enriched');
    expect(codec.schemaId).toBe(ids.get(codec.subject));
    await expect(openStoredContexts(registry)).resolves.toBeDefined();
    const schema = await registry.schemaOf(codec.schemaId);
    expect(schema === null ? null : compileSchema(schema).equals(compileSchema(composeSchema('LeadEnriched', schemaFiles())))).toBe(true);
  });
});

describe('a further version', () => {
  const addField: Change = { file: 'Lead', addField: { name: 'addedLater', type: ['null', 'string'], doc: 'New.', default: null } };

  test.each<[string, Change]>([
    ['a field with a default is added', addField],
    ['a field with a default is removed', { file: 'Person', removeField: 'fax' }],
    ['a symbol is added to an enum with a default', { file: 'Grade', addSymbol: 'LUKEWARM' }],
  ])('is taken when %s', async (_, change) => {
    const subject = ownSubject();
    await registry.register(subject, composeSchema('LeadEnriched', schemaFiles()));
    expect(await codeOf(registry.register(subject, evolvedSchema('LeadEnriched', change)))).toBe('no fault');
  });

  test.each<[string, Change]>([
    ['a field without a default is added', { file: 'Lead', addField: { name: 'mandatory', type: 'string', doc: 'New.' } }],
    ['a field without a default is removed', { file: 'Lead', removeField: 'vendorReference' }],
  ])('is refused with 409 when %s', async (_, change) => {
    const subject = ownSubject();
    await registry.register(subject, composeSchema('LeadEnriched', schemaFiles()));
    const refusal = registry.register(subject, evolvedSchema('LeadEnriched', change));
    expect(await codeOf(refusal)).toBe('LR_CODEC_REGISTRATION_REFUSED');
    await expect(refusal).rejects.toThrow(/\(409\)/);
  });

  test('is refused when the inbox gets a further kind of body: old routers could not read it', async () => {
    const subject = ownSubject();
    await registry.register(subject, composeSchema('InboxEvent', schemaFiles()));
    const change: Change = { file: 'InboxEvent', addBranch: { field: 'body', branch: 'LeadSla' } };
    expect(await codeOf(registry.register(subject, evolvedSchema('InboxEvent', change)))).toBe('LR_CODEC_REGISTRATION_REFUSED');
  });

  test('is fetched once by an old reader, which then reads its values', async () => {
    const subject = ownSubject();
    const oldSchema = composeSchema('LeadEnriched', schemaFiles());
    await registry.register(subject, oldSchema);
    const codec = await openCodec(registry, { subject, record: 'LeadEnriched' });
    const newSchema = evolvedSchema('LeadEnriched', addField);
    const newId = await registry.register(subject, newSchema);
    const newer = compileSchema(newSchema);
    const values = fc.sample(avroArbitrary(oldSchema) as fc.Arbitrary<LeadEnriched>, { numRuns: 5, seed: 1 });
    const written = values.map((value) => {
      const later = { ...value, context: { ...value.context, lead: { ...value.context.lead, addedLater: 'news' } } };
      return stampSchemaId(encodeAfter(newer, later, { before: HEADER_BYTES }), newId);
    });
    await codec.prepare(written);
    expect(written.map((bytes) => codec.decode(bytes))).toEqual(values);
  });
});

describe('what can go wrong', () => {
  test('a subject nobody registered is named', async () => {
    expect(await codeOf(openCodec(registry, { subject: ownSubject(), record: 'LeadSla' }))).toBe('LR_CODEC_SUBJECT_MISSING');
  });

  test('an id nobody registered is no schema', async () => {
    expect(await registry.schemaOf(2_000_000_000)).toBeNull();
  });

  test('a registry that does not answer is a reason to wait', async () => {
    const nobody = createRegistrySchemas({ registryUrl: 'http://127.0.0.1:9', timeoutMs: 2_000 });
    expect(await codeOf(nobody.schemaOf(1))).toBe('LR_CODEC_REGISTRY_UNAVAILABLE');
  });
});
