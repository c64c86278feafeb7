/** Old readers read new writers, new readers read old ones: what FULL_TRANSITIVE promises, seen at the bytes. */
import { compileSchema, encodeAfter, schemaFiles, typeOf } from '@lead-router/contracts/avro-types.ts';
import type { LeadSla } from '@lead-router/contracts/generated/wire-types.ts';
import { composeSchema } from '@lead-router/contracts/schema-files.ts';
import { avroArbitrary } from '@lead-router/testkit/avro-arbitrary.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evolvedSchema } from './evolved-schema.ts';

const anySla = avroArbitrary(composeSchema('LeadSla', schemaFiles())) as fc.Arbitrary<LeadSla>;
const added = { name: 'priority', type: 'int', doc: 'How urgent it is.', default: 3 } as const;

describe('a field with a default, added', () => {
  const newer = compileSchema(evolvedSchema('LeadSla', { file: 'LeadSla', addField: added }));
  const older = typeOf('LeadSla');

  test('is passed over by an old reader', () => {
    fc.assert(
      fc.property(anySla, fc.integer(), (sla, priority) => {
        const bytes = encodeAfter(newer, { ...sla, priority }, { before: 0 });
        expect(older.fromBuffer(bytes, older.createResolver(newer))).toEqual(sla);
      }),
    );
  });

  test('has its default for a new reader of an old value', () => {
    fc.assert(
      fc.property(anySla, (sla) => {
        const bytes = encodeAfter(older, sla, { before: 0 });
        expect(newer.fromBuffer(bytes, newer.createResolver(older))).toEqual({ ...sla, priority: 3 });
      }),
    );
  });
});

describe('an enum symbol, added', () => {
  const newer = compileSchema(evolvedSchema('LeadSla', { file: 'SlaKind', addSymbol: 'QUALIFY_BREACHED' }));
  const older = typeOf('LeadSla');

  test('is UNKNOWN to an old reader, and the rest is read', () => {
    fc.assert(
      fc.property(anySla, (sla) => {
        const bytes = encodeAfter(newer, { ...sla, kind: 'QUALIFY_BREACHED' }, { before: 0 });
        expect(older.fromBuffer(bytes, older.createResolver(newer))).toEqual({ ...sla, kind: 'UNKNOWN' });
      }),
    );
  });
});

test('a field without a default cannot be added: old values would have none', () => {
  const { default: _, ...mandatory } = added;
  const newer = compileSchema(evolvedSchema('LeadSla', { file: 'LeadSla', addField: mandatory }));
  expect(() => newer.createResolver(typeOf('LeadSla'))).toThrow(/priority/);
});
