/** What every schema must be like, and that the generated types and the topic catalogue agree with them. */
import { readFileSync } from 'node:fs';
import { schemaFiles } from '@lead-router/contracts/avro-types.ts';
import { GENERATED_FILE, generateTypes } from '@lead-router/contracts/generate-types.ts';
import { subjects } from '@lead-router/contracts/register-schemas.ts';
import {
  type AvroField,
  type AvroRecord,
  type AvroType,
  CONTEXT_RECORD,
  composeSchema,
  isPrimitive,
  isUnion,
} from '@lead-router/contracts/schema-files.ts';
import { topicCatalogue, valueSubject } from '@lead-router/contracts/topics.ts';
import avsc from 'avsc';
import { describe, expect, test } from 'vitest';

const schemas = [...schemaFiles().values()];
const records = schemas.filter((schema) => schema.type === 'record');
const enums = schemas.filter((schema) => schema.type === 'enum');
const fields = records.flatMap((record) => record.fields.map((field) => ({ path: `${record.name}.${field.name}`, field, record })));

/** Names of the schema files that a type refers to. */
function references(type: AvroType): readonly string[] {
  if (typeof type === 'string') return isPrimitive(type) ? [] : [type];
  if (isUnion(type)) return type.flatMap(references);
  if (type.type === 'array') return references(type.items);
  if (type.type === 'map') return references(type.values);
  return [];
}

const isNullable = (field: AvroField): boolean => isUnion(field.type) && field.type[0] === 'null';

describe('every schema', () => {
  test.each(schemas.map((schema) => [schema.name, schema] as const))('%s is valid, documented and in the namespace', (name, schema) => {
    expect(schema.namespace).toBe('leadrouter.v1');
    expect(schema.doc).toMatch(/^[A-Z].{10,}/);
    expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(() => avsc.Type.forSchema(JSON.parse(JSON.stringify(composeSchema(name, schemaFiles()))))).not.toThrow();
  });

  test.each(fields)('$path says what it is', ({ field }) => {
    expect(field.doc).toMatch(/^\S.{4,}\.$/);
    expect(field.name).toMatch(/^[a-z][A-Za-z]*$/);
  });

  test('is used by a value or the stored context, or it would not be there', () => {
    const used = new Set<string>();
    const visit = (name: string): void => {
      if (used.has(name)) return;
      used.add(name);
      const schema = schemaFiles().get(name);
      if (schema?.type === 'record') for (const field of schema.fields) references(field.type).forEach(visit);
    };
    for (const { record } of subjects({ vendors: ['acme'], systems: ['crm'] })) visit(record);
    expect(schemas.map((schema) => schema.name).filter((name) => !used.has(name))).toEqual([]);
  });
});

describe('so that schemas can change', () => {
  test.each(enums)('$name has a default for symbols a reader does not know', (schema) => {
    expect(schema.symbols).toContain(schema.default);
  });

  test.each(fields.filter(({ field }) => isNullable(field)))('$path, which may be null, is null when it is missing', ({ field }) => {
    expect(field.default).toBeNull();
  });
});

describe('times', () => {
  test.each(fields.filter(({ field }) => /At$|By$|Since$/.test(field.name) && field.name !== 'agentId'))(
    '$path are milliseconds',
    ({ field }) => {
      expect(JSON.stringify(field.type)).toContain('{"type":"long","logicalType":"timestamp-millis"}');
    },
  );
});

describe('the context', () => {
  test('is always the last field, so that its bytes are the end of the value', () => {
    for (const { field, record } of fields.filter(({ field: { type } }) => references(type).includes(CONTEXT_RECORD))) {
      expect(field.type).toBe(CONTEXT_RECORD);
      expect(record.fields.at(-1)).toBe(field);
    }
  });

  test('is only in records that are values, or last in one', () => {
    const carriers = records.filter((record) => record.fields.at(-1)?.type === CONTEXT_RECORD).map((record) => record.name);
    for (const { field, record } of fields.filter(({ field: { type } }) => references(type).some((name) => carriers.includes(name)))) {
      expect(isUnion(field.type)).toBe(true);
      expect(record.fields.at(-1)).toBe(field);
    }
  });

  test('has the person last, clear and sealed side by side', () => {
    const context = schemaFiles().get(CONTEXT_RECORD) as AvroRecord;
    expect(context.fields.map((field) => field.name)).toEqual(['lead', 'enrichment', 'scoring', 'history', 'person', 'personSealed']);
  });

  test('and what comes from outside are the only places with a person', () => {
    const holders = fields.filter(({ field: { type } }) => references(type).includes('Person')).map(({ path }) => path);
    expect(holders.sort()).toEqual(['ActivityIntake.person', 'LeadActivity.person', 'LeadContext.person', 'LeadIntake.person']);
  });
});

describe('what is made from the schemas', () => {
  test('the generated types are up to date: else run node packages/contracts/src/generate-types.ts', () => {
    expect(readFileSync(GENERATED_FILE, 'utf8')).toBe(generateTypes(schemaFiles()));
  });

  test('every topic with a record has a schema and a subject of its own', () => {
    const catalogue = topicCatalogue({ vendors: ['acme'], systems: ['crm'] });
    const registered = new Map(subjects({ vendors: ['acme'], systems: ['crm'] }).map(({ subject, record }) => [subject, record]));
    for (const { topic, record } of catalogue) expect(registered.get(valueSubject(topic)) ?? null).toBe(record);
    expect(new Set(catalogue.map((entry) => entry.topic)).size).toBe(catalogue.length);
  });

  test('every value keyed by lead has an envelope with the key', () => {
    for (const { key, record } of topicCatalogue()) {
      const schema = record === null ? undefined : schemaFiles().get(record);
      if (key === 'LEAD_ID' && schema?.type === 'record') expect(schema.fields[0]).toMatchObject({ name: 'envelope', type: 'Envelope' });
    }
  });
});
