/** The CRM examples read with a schema of their own: it has to fit what is written today, and what may be written tomorrow. */
import { readFileSync } from 'node:fs';
import { type AvroRecord, type AvroType, composeSchema, isUnion, readSchemaFiles } from '@lead-router/contracts/schema-files.ts';
import avsc from 'avsc';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LeadState, readerType } from '../../examples/crm-consumer-ts/decode-state.ts';
import { type LeadTable, openLeadTable } from '../../examples/crm-consumer-ts/lead-table.ts';

const written = composeSchema('LeadState', readSchemaFiles());
const typeOf = (schema: AvroType) => avsc.Type.forSchema(JSON.parse(JSON.stringify(schema)));

test('every field that the examples read is written, with the same type', () => {
  const schema: AvroType = JSON.parse(readFileSync(new URL('../../examples/lead-state.reader.avsc', import.meta.url), 'utf8'));
  expect(fieldPaths(written)).toEqual(expect.arrayContaining([...fieldPaths(schema)]));
  expect(() => readerType().createResolver(typeOf(written))).not.toThrow();
});

test('the documentation names every field of the topic, and no other', () => {
  const page = readFileSync(new URL('../../docs/lead-state.md', import.meta.url), 'utf8');
  const table = /\| field [\s\S]*?\n\n/.exec(page)?.[0] ?? '';
  const named = table.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(named).toEqual(recordsOf(written).flatMap(({ fields }) => fields.map(({ name }) => name)));
});

test('a stage, a grade and a field of a newer writer are read as unknown, as to be asked, and not at all', () => {
  const newer: AvroType = JSON.parse(
    JSON.stringify(written)
      .replace('"UNKNOWN","ASSIGNED"', '"UNKNOWN","PARKED","ASSIGNED"')
      .replace('"symbols":["HOT"', '"symbols":["LUKEWARM","HOT"')
      .replace('{"name":"version"', '{"name":"mood","type":"string","default":""},{"name":"version"'),
  );
  const writer = typeOf(newer);
  const value = writer.toBuffer({ ...exampleState, mood: 'fine', stage: 'PARKED', grade: 'LUKEWARM' });
  const reader = readerType();
  expect(reader.fromBuffer(value, reader.createResolver(writer))).toMatchObject({
    stage: 'UNKNOWN',
    grade: 'NEED_INFORMATION',
    version: 3,
    context: { person: { email: 'ann@example.org', found: { name: { given: 'Ann' }, phones: [{ number: '+12125552368' }] } } },
  });
});

let table: LeadTable;
beforeEach(() => {
  table = openLeadTable(':memory:');
});
afterEach(() => table.close());

const change = (version: number) => ({ leadId: exampleState.envelope.leadId, state: { ...exampleState, version } });

test('the table takes newer versions only, and forgets a removed lead', () => {
  expect(table.apply([change(1), change(2)])).toEqual({ newer: 2, stale: 0, removed: 0 });
  expect(table.apply([change(2), change(1), change(4)])).toEqual({ newer: 1, stale: 2, removed: 0 });
  expect(table.apply([{ leadId: exampleState.envelope.leadId, state: null }])).toEqual({ newer: 0, stale: 0, removed: 1 });
  expect(table.apply([{ leadId: exampleState.envelope.leadId, state: null }])).toEqual({ newer: 0, stale: 0, removed: 0 });
});

test('a batch with a row that does not fit changes nothing', () => {
  const broken: LeadState = { ...exampleState, version: Number.NaN };
  expect(() => table.apply([change(1), { leadId: 'x', state: broken }])).toThrow();
  expect(table.apply([change(1)])).toEqual({ newer: 1, stale: 0, removed: 0 });
});

/** As the examples see it, with all that a writer needs to know besides. */
const exampleState = {
  envelope: {
    eventId: '0e5c6f1b-21d7-5b7e-8a0f-64f7c8d91b23',
    leadId: '3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23',
    occurredAt: 1_780_000_000_000,
    recordedAt: 1_780_000_000_000,
    correlationId: 'c',
  },
  version: 3,
  revision: 1,
  stage: 'ASSIGNED',
  vendor: 'demo',
  grade: 'HOT',
  score: 10,
  poolId: 'team',
  agentId: 'ann',
  destinationId: 'sales',
  linkedTo: null,
  ruleSetVersion: 1,
  isQualified: false,
  submittedAt: 1_780_000_000_000,
  decidedAt: 1_780_000_000_000,
  acceptedAt: null,
  timerGeneration: 0,
  context: {
    lead: { vendor: 'demo', vendorReference: 'web-1', company: { name: 'Example' } },
    person: {
      ...{ firstName: 'ANN', lastName: null, email: 'ann@example.org', phone: '212 555 2368' },
      found: {
        name: { given: 'Ann', family: null, source: 'first and last name', confidence: 0.95 },
        phones: [{ field: 'phone', number: '+12125552368', source: 'phone number', confidence: 0.9 }],
      },
    },
  },
};

/** `context.person.email: null|string`, for every field however deep. */
function fieldPaths(type: AvroType, path = ''): readonly string[] {
  return recordsOf(type).flatMap((record) =>
    record.fields.flatMap((field) => {
      const at = path === '' ? field.name : `${path}.${field.name}`;
      return [`${at}: ${kindOf(field.type)}`, ...fieldPaths(field.type, at)];
    }),
  );
}

function recordsOf(type: AvroType): readonly AvroRecord[] {
  if (typeof type === 'string') return [];
  if (isUnion(type)) return type.flatMap(recordsOf);
  return type.type === 'record' ? [type] : [];
}

function kindOf(type: AvroType): string {
  if (typeof type === 'string') return type;
  if (isUnion(type)) return type.map(kindOf).join('|');
  return type.type === 'record' || type.type === 'enum' ? type.name : type.type;
}
