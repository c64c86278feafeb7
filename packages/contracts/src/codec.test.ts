import { avroArbitrary } from '@lead-router/testkit/avro-arbitrary.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileSchema, encodeAfter, schemaFiles, typeOf } from './avro-types.ts';
import { openCodec, openTopicCodec } from './codec.ts';
import { CodecFault } from './codec-fault.ts';
import { decodeContext, encodeContext, openContext, openStoredContexts, restOf, withFindings, withScoring } from './context-codec.ts';
import type { InboxEvent, LeadContext, LeadEnriched, LeadIntake, LeadState, Person, PersonFindings } from './generated/wire-types.ts';
import { type AvroRecord, type AvroType, composeSchema, contextTailOf } from './schema-files.ts';
import { createMemorySchemas } from './schema-source.ts';
import type { RecordName } from './topics.ts';
import { HEADER_BYTES, stampSchemaId } from './wire-format.ts';

/** The arbitrary follows the schema that the type was generated from. */
const anyValue = <T>(record: RecordName): fc.Arbitrary<T> => avroArbitrary(composeSchema(record, schemaFiles())) as fc.Arbitrary<T>;

const records = [...schemaFiles().values()].filter((schema) => schema.type === 'record').map((schema) => schema.name as RecordName);
const withContext = ['LeadSubmitted', 'LeadEnriched', 'LeadScored', 'LeadDecided', 'LeadState', 'InboxEvent'] as const;

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof CodecFault ? error.code : String(error);
  }
  return 'no fault';
}

/** The schema as a later version would have it: one more field at the end of the record of that name. */
function evolved(record: RecordName, inRecord: string): AvroType {
  const files = new Map(schemaFiles());
  const old = files.get(inRecord) as AvroRecord;
  const added = { name: 'addedLater', type: ['null', 'string'] as const, doc: 'New.', default: null };
  files.set(inRecord, { ...old, fields: [added, ...old.fields] });
  return composeSchema(record, files);
}

describe('every record', () => {
  test.each(records)('%s comes back as it was', async (record) => {
    const codec = await openCodec(createMemorySchemas(), { subject: `${record}-value`, record });
    fc.assert(
      fc.property(anyValue<never>(record), (value) => {
        expect(codec.decode(codec.encode(value))).toEqual(value);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a value with a context', () => {
  test.each(withContext)('%s is the same bytes whether encoded whole or from its parts', async (record) => {
    const codec = await openCodec(createMemorySchemas(), { subject: `${record}-value`, record });
    fc.assert(
      fc.property(anyValue<never>(record), (value) => {
        const whole = codec.encode(value);
        const cut = codec.decodePrefix(whole);
        expect(codec.encodeWithContext(cut.prefix as never, cut.context).equals(whole)).toBe(true);
        expect(cut.context === null).toBe(contextOf(value) === null);
        if (cut.context !== null) expect(decodeContext(cut.context)).toEqual(contextOf(value));
        expect(JSON.stringify(cut.prefix)).not.toContain('"context":');
      }),
      { numRuns: 50 },
    );
  });

  test('is cut without a copy', async () => {
    const codec = await openTopicCodec(createMemorySchemas(), 'enriched');
    const value = codec.encode(sample<LeadEnriched>('LeadEnriched'));
    const { context } = codec.decodePrefix(value);
    expect(context?.buffer).toBe(value.buffer);
  });

  test('refuses a context where there is none, and none where there is one', async () => {
    const codec = await openTopicCodec(createMemorySchemas(), 'inbox');
    const envelope = sample<InboxEvent>('InboxEvent').envelope;
    const route = { envelope, body: { 'leadrouter.v1.RouteLead': { poolId: 'p', cause: 'POOL_OPENED' } } } as const;
    const scored = { envelope, body: { 'leadrouter.v1.LeadScored': { submittedAt: 1, ruleSetVersion: 1 } } } as const;
    expect(codeOf(() => codec.encodeWithContext(route, Buffer.from([1])))).toBe('LR_CODEC_VALUE_REFUSED');
    expect(codeOf(() => codec.encodeWithContext(scored, null))).toBe('LR_CODEC_VALUE_REFUSED');
    expect(codeOf(() => codec.decodePrefix(Buffer.concat([codec.encodeWithContext(route, null), Buffer.from([0])])))).toBe(
      'LR_CODEC_MALFORMED',
    );
  });

  test('ends with it, as the records that have one say', () => {
    expect(records.filter((record) => contextTailOf(record, schemaFiles()) !== 'NEVER').sort()).toEqual([...withContext].sort());
  });
});

describe('bytes that are no value', () => {
  test('any bytes give a value or a CodecFault', async () => {
    const codec = await openTopicCodec(createMemorySchemas(), 'state');
    const intake = await openCodec(createMemorySchemas(), { subject: 'intake', record: 'LeadIntake' });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const value = Buffer.concat([Buffer.from([0, 0, 0, 0, 1]), bytes]);
        for (const decode of [intake.decode, codec.decodePrefix])
          expect(['no fault', 'LR_CODEC_MALFORMED']).toContain(codeOf(() => decode(value)));
      }),
    );
  });

  test('a value cut short or with something behind it is malformed', async () => {
    const codec = await openTopicCodec(createMemorySchemas(), 'state');
    const whole = codec.encode(sample<LeadState>('LeadState'));
    for (let length = 0; length < whole.length; length++)
      expect(codeOf(() => codec.decode(whole.subarray(0, length)))).toBe('LR_CODEC_MALFORMED');
    expect(codeOf(() => codec.decode(Buffer.concat([whole, Buffer.from([0])])))).toBe('LR_CODEC_MALFORMED');
    expect(codeOf(() => codec.decode(Buffer.from('{"json": true}')))).toBe('LR_CODEC_MALFORMED');
  });

  test('a claim of a million million items costs nothing', async () => {
    const codec = await openCodec(createMemorySchemas(), { subject: 'intake', record: 'LeadIntake' });
    const honest = codec.encode({ ...sample<LeadIntake>('LeadIntake'), attributes: {}, fulfilments: [] });
    const claim = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10]);
    // Wherever the claim lands, it is a length or a count that the bytes cannot keep.
    for (let at = HEADER_BYTES; at < honest.length; at++) {
      expect(['no fault', 'LR_CODEC_MALFORMED']).toContain(
        codeOf(() => codec.decode(Buffer.concat([honest.subarray(0, at), claim, honest.subarray(at)]))),
      );
    }
  });

  test('a refused value is named by its path, never by what stands there', async () => {
    const codec = await openTopicCodec(createMemorySchemas(), 'state');
    const value = { ...sample<LeadState>('LeadState'), vendor: { secret: 'jane@example.com' } };
    const encode = codec.encode as (value: unknown) => Buffer;
    expect(() => encode(value)).toThrow(/LeadState at vendor/);
    expect(() => encode(value)).not.toThrow(/jane/);
  });
});

describe('other writers', () => {
  test('are read through their own schema once it is prepared', async () => {
    const source = createMemorySchemas();
    const codec = await openTopicCodec(source, 'enriched');
    const laterSchema = evolved('LeadEnriched', 'Lead');
    const later = await laterWriter(source, laterSchema);
    const value = sample<LeadEnriched>('LeadEnriched');
    const bytes = later({ ...value, context: { ...value.context, lead: { ...value.context.lead, addedLater: 'news' } } });

    expect(codeOf(() => codec.decode(bytes))).toBe('LR_CODEC_NOT_PREPARED');
    await codec.prepare([null, bytes]);
    expect(codec.decode(bytes)).toEqual(value);
    const cut = codec.decodePrefix(bytes);
    expect(cut.context?.equals(encodeContext(value.context))).toBe(true);
    expect(codec.encodeWithContext(cut.prefix, cut.context).equals(codec.encode(value))).toBe(true);
  });

  test('nobody knows, or that wrote something else, are faults of the value', async () => {
    const source = createMemorySchemas();
    const codec = await openTopicCodec(source, 'enriched');
    const sla = await openTopicCodec(source, 'sla');
    const foreign = sla.encode(sample('LeadSla'));
    const unknown = Buffer.from([0, 0, 0, 9, 9, 1]);
    await codec.prepare([foreign, unknown]);
    expect(codeOf(() => codec.decode(foreign))).toBe('LR_CODEC_SCHEMA_INCOMPATIBLE');
    expect(codeOf(() => codec.decodePrefix(unknown))).toBe('LR_CODEC_SCHEMA_UNKNOWN');
  });

  test('with made-up ids by the thousand do not push out the ones of the batch', async () => {
    const codec = await openTopicCodec(createMemorySchemas(), 'sla');
    const batch = Array.from({ length: 1_500 }, (_, index) => Buffer.from([0, 0, 1, index >> 8, index & 0xff, 1]));
    await codec.prepare(batch);
    await codec.prepare(batch);
    for (const value of batch) expect(codeOf(() => codec.decode(value))).toBe('LR_CODEC_SCHEMA_UNKNOWN');
    const own = sample('LeadSla');
    expect(codec.decode(codec.encode(own as never))).toEqual(own);
  });

  test('of the intake are walked by their own schema', async () => {
    const source = createMemorySchemas();
    const codec = await openCodec(source, { subject: 'intake', record: 'LeadIntake' });
    const later = await laterWriter(source, evolved('LeadIntake', 'Company'));
    const value = sample<LeadIntake>('LeadIntake');
    const bytes = later({ ...value, company: { ...value.company, addedLater: 'news' } });
    await codec.prepare([bytes]);
    expect(codec.decode(bytes)).toEqual(value);
  });
});

describe('a context alone', () => {
  test('is read up to the person without the person', () => {
    fc.assert(
      fc.property(anyValue<LeadContext>('LeadContext'), (context) => {
        const { lead, enrichment, scoring } = openContext(encodeContext(context));
        expect({ lead, enrichment, scoring }).toEqual({ lead: context.lead, enrichment: context.enrichment, scoring: context.scoring });
        expect(restOf(openContext(encodeContext(context))).person).toEqual(context.person);
      }),
      { numRuns: 50 },
    );
  });

  test('gets other findings without its person being read', () => {
    fc.assert(
      fc.property(anyValue<LeadContext>('LeadContext'), anyValue<LeadContext>('LeadContext'), (context, other) => {
        const { enrichment, scoring } = other;
        const opened = openContext(encodeContext(context));
        expect(withFindings(opened, { enrichment, scoring }).equals(encodeContext({ ...context, enrichment, scoring }))).toBe(true);
        expect(withScoring(opened, scoring).equals(encodeContext({ ...context, scoring }))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('gets findings of its person, whatever was found and said before', () => {
    const nullOr = <T>(value: T) => fc.constantFrom(value, null);
    fc.assert(
      fc.property(anyValue<LeadContext>('LeadContext'), anyValue<Person>('Person'), fc.gen(), (whole, other, pick) => {
        const found = pick(nullOr<PersonFindings | null>, other.found);
        const context: LeadContext = {
          ...whole,
          person: whole.person === null ? null : { ...whole.person, found: pick(nullOr<PersonFindings | null>, whole.person.found) },
          personSealed: pick(nullOr<Buffer | null>, whole.personSealed),
        };
        const { person: said, enrichment, scoring } = context;
        for (const person of [null, other, ...(said === null ? [] : [{ ...said, found }])]) {
          const opened = openContext(encodeContext(context));
          const expected = encodeContext({ ...context, enrichment, scoring, person });
          expect(withFindings(opened, { enrichment, scoring, person }).equals(expected)).toBe(true);
          expect(withFindings(opened, { enrichment, scoring, person }, restOf(opened)).equals(expected)).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('is stored with its schema, so that a later version can read it', async () => {
    const source = createMemorySchemas();
    const stored = await openStoredContexts(source);
    const context = sample<LeadContext>('LeadContext');
    const bytes = encodeContext(context);
    expect(stored.fromStored(stored.toStored(bytes)).equals(bytes)).toBe(true);

    const other = await laterWriter(source, evolved('LeadContext', 'Person'));
    const written = other({ ...context, person: context.person === null ? null : { ...context.person, addedLater: null } });
    await stored.prepare([written]);
    expect(stored.fromStored(written).equals(bytes)).toBe(true);
  });

  test('that is damaged is a fault', () => {
    const bytes = encodeContext(sample<LeadContext>('LeadContext'));
    expect(codeOf(() => decodeContext(bytes.subarray(1)))).toBe('LR_CODEC_MALFORMED');
    expect(codeOf(() => openContext(bytes.subarray(0, 4)))).toBe('LR_CODEC_MALFORMED');
  });
});

async function laterWriter(source: ReturnType<typeof createMemorySchemas>, schema: AvroType): Promise<(value: unknown) => Buffer> {
  const id = await source.idOf('later', schema);
  const type = compileSchema(schema);
  return (value) => stampSchemaId(encodeAfter(type, value, { before: HEADER_BYTES }), id);
}

function sample<T>(record: RecordName): T {
  const [value] = fc.sample(anyValue<T>(record), { numRuns: 1, seed: 7 });
  if (value === undefined || !typeOf(record).isValid(value)) throw new Error(`no sample of ${record}`);
  return value;
}

function contextOf(value: unknown): unknown {
  const { context, body } = value as { context?: unknown; body?: Readonly<Record<string, { context?: unknown }>> };
  return context ?? Object.values(body ?? {})[0]?.context ?? null;
}
