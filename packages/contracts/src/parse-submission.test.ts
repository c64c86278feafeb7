import { avroArbitrary } from '@lead-router/testkit/avro-arbitrary.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schemaFiles } from './avro-types.ts';
import { openCodec } from './codec.ts';
import type { LeadIntake } from './generated/wire-types.ts';
import { leadIdFor } from './ids.ts';
import { parseSubmission, SUBMISSION_PATHS, type SubmissionResult } from './parse-submission.ts';
import { composeSchema } from './schema-files.ts';
import { createMemorySchemas } from './schema-source.ts';
import { SUBMISSION_LIMITS } from './submission-faults.ts';

const parse = (value: unknown): SubmissionResult => parseSubmission(value, { vendor: 'acme' });

function faultsOf(value: unknown): readonly string[] {
  const result = parse(value);
  return result.ok ? [] : result.faults.map((fault) => `${fault.code} ${fault.field}`);
}

function leadOf(value: unknown): Extract<SubmissionResult, { ok: true }>['submission'] {
  const result = parse(value);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.submission;
}

const full = {
  vendorReference: 'A-1',
  channel: 'web',
  campaign: 'spring',
  initiative: 'voice',
  language: 'en-US',
  createdAt: '2026-05-31T14:05:00Z',
  person: { firstName: 'Jane', email: 'jane@example.com', comments: 'Line one\r\nline two' },
  company: { name: 'IBM', website: 'https://ibm.com', industry: 'IT', employeeCount: 300_000, annualRevenue: 6.2e10 },
  location: { country: 'US', region: 'NY', postalCode: '10504', city: 'Armonk' },
  qualification: { budget: 10_000, authority: 'decides', need: 'phones', timeFrame: 'WITHIN_3_MONTHS', productInterest: ['pbx', 'dect'] },
  fulfilments: [{ item: 'brochure', receivedAt: 1_780_000_000_000 }],
  consent: { email: true, phone: false, proof: 'https://acme.example/form?v=3', givenAt: '2026-05-31' },
  attributes: { utm_source: 'search', seats: 12, trial: true, none: null },
};

describe('a lead', () => {
  test('with all fields keeps all of them', () => {
    const { leadId, lead, person } = leadOf(full);
    expect(leadId).toBe(leadIdFor('acme', { kind: 'REFERENCE', reference: 'A-1' }));
    expect(lead).toMatchObject({
      vendor: 'acme',
      vendorReference: 'A-1',
      createdAt: Date.UTC(2026, 4, 31, 14, 5),
      company: full.company,
      location: full.location,
    });
    expect(lead.qualification).toEqual({ ...full.qualification, authority: 'DECIDES' });
    expect(lead.consent.givenAt).toBe(Date.UTC(2026, 4, 31));
    expect(lead.attributes).toEqual({ utm_source: 'search', seats: '12', trial: 'true' });
    expect(person).toMatchObject({ firstName: 'Jane', lastName: null, comments: 'Line one\nline two' });
  });

  test('may bring a whole name, and nothing of what enrichment is to find', () => {
    expect(leadOf({ vendorReference: 'A-1', person: { fullName: ' Dr. Jane Lee ', found: null } }).person).toMatchObject({
      fullName: 'Dr. Jane Lee',
      found: null,
    });
    const refused = parseSubmission({ vendorReference: 'A-1', person: { found: { name: null, phones: [] } } }, { vendor: 'acme' });
    expect(refused).toMatchObject({ ok: false, faults: [{ code: 'LR_LEAD_FIELD_UNKNOWN', field: 'person.found' }] });
  });

  test('needs a reference and nothing else', () => {
    const { lead, person } = leadOf({ vendorReference: 'A-1' });
    expect(lead.qualification).toEqual({ budget: null, authority: 'UNKNOWN', need: null, timeFrame: 'UNKNOWN', productInterest: [] });
    expect(person).toBeNull();
    expect(faultsOf({ vendorReference: ' \u0000 ' })).toEqual(['LR_LEAD_REFERENCE_MISSING vendorReference']);
    expect(faultsOf({ vendorReference: 7 })).toEqual(['LR_LEAD_FIELD_TYPE vendorReference']);
  });

  test('without a reference can be named by its door', () => {
    const named = parseSubmission({}, { vendor: 'acme', nameUnreferenced: () => ({ kind: 'IDEMPOTENCY_KEY', key: 'k' }) });
    expect(named).toMatchObject({
      ok: true,
      submission: { leadId: leadIdFor('acme', { kind: 'IDEMPOTENCY_KEY', key: 'k' }), lead: { vendorReference: 'k' } },
    });
  });

  test('cannot speak for another vendor', () => {
    expect(leadOf({ vendor: 'acme', vendorReference: 'A-1' }).lead.vendor).toBe('acme');
    expect(faultsOf({ vendor: 'other', vendorReference: 'A-1' })).toEqual(['LR_LEAD_VENDOR_MISMATCH vendor']);
  });

  test('is cleaned of what no store can hold', () => {
    const { lead, person } = leadOf({
      vendorReference: 'A\u00001',
      company: { name: ' I\u0000B\tM \u0007' },
      person: { firstName: 'x\ud800y', notes: 'a\u0000\n\tb' },
    });
    expect(lead).toMatchObject({ vendorReference: 'A1', company: { name: 'IB M' } });
    expect(person).toMatchObject({ firstName: 'x\ufffdy', notes: 'a\n\tb' });
  });
});

describe('a fault', () => {
  test.each([
    [[], 'LR_LEAD_NOT_AN_OBJECT '],
    [{ ...full, createdAt: 'yesterday' }, 'LR_LEAD_FIELD_TYPE createdAt'],
    [{ ...full, createdAt: '2026-05-31T14:05:00' }, 'LR_LEAD_FIELD_TYPE createdAt'],
    [{ ...full, createdAt: '2026-02-31T14:05:00Z' }, 'LR_LEAD_FIELD_TYPE createdAt'],
    [{ ...full, createdAt: 1_780_000_000_000_000 }, 'LR_LEAD_FIELD_RANGE createdAt'],
    [{ ...full, company: 'IBM' }, 'LR_LEAD_FIELD_TYPE company'],
    [{ ...full, company: { employeeCount: '12' } }, 'LR_LEAD_FIELD_TYPE company.employeeCount'],
    [{ ...full, company: { employeeCount: 1.5 } }, 'LR_LEAD_FIELD_TYPE company.employeeCount'],
    [{ ...full, company: { annualRevenue: -1 } }, 'LR_LEAD_FIELD_RANGE company.annualRevenue'],
    [{ ...full, qualification: { timeFrame: 'SOON' } }, 'LR_LEAD_FIELD_VALUE qualification.timeFrame'],
    [{ ...full, qualification: { productInterest: ['a', 5] } }, 'LR_LEAD_FIELD_TYPE qualification.productInterest[1]'],
    [{ ...full, fulfilments: [{ item: 'x', receivedAt: 0 }, { item: 'y' }] }, 'LR_LEAD_FIELD_MISSING fulfilments[1].receivedAt'],
    [{ ...full, fulfilments: ['x'] }, 'LR_LEAD_FIELD_TYPE fulfilments[0]'],
    [{ ...full, consent: { email: 'yes' } }, 'LR_LEAD_FIELD_TYPE consent.email'],
    [{ ...full, attributes: { 'a b': 'x' } }, 'LR_LEAD_FIELD_VALUE attributes.a b'],
    [{ ...full, attributes: JSON.parse('{"__proto__": "x"}') }, 'LR_LEAD_FIELD_VALUE attributes.__proto__'],
    [{ ...full, attributes: { a: {} } }, 'LR_LEAD_FIELD_TYPE attributes.a'],
    [{ ...full, channel: 'x'.repeat(SUBMISSION_LIMITS.line + 1) }, 'LR_LEAD_FIELD_TOO_LONG channel'],
    [{ ...full, qualification: { productInterest: Array(51).fill('x') } }, 'LR_LEAD_TOO_MANY_ITEMS qualification.productInterest'],
  ])('names its field: %#', (value, fault) => {
    expect(faultsOf(value)).toEqual([fault]);
  });

  test.each([
    [{ email: 'x' }, /did you mean person\.email\?/],
    [{ reference: 'x' }, /did you mean vendorReference\?/],
    [{ campaing: 'x' }, /did you mean campaign\?/],
    [{ company: { employees: 5, nmae: 'x' } }, /did you mean company\.name\?/],
    [{ shoeSize: 45 }, /put it under attributes/],
  ])('suggests what was meant: %#', (value, advice) => {
    const result = parse({ vendorReference: 'A-1', ...value });
    expect(result.ok ? '' : result.faults.map((fault) => `${fault.code} ${fault.message}`).join()).toMatch(advice);
  });

  test('is told with all the others, up to a limit', () => {
    expect(faultsOf({ createdAt: true, company: 5 })).toHaveLength(3);
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`unknown${index}`, 1]));
    expect(faultsOf(many)).toHaveLength(SUBMISSION_LIMITS.faults);
  });

  test('never repeats a value', () => {
    const secret = 'jane@example.com';
    const wrong = {
      vendorReference: [secret],
      createdAt: secret,
      company: secret,
      fulfilments: secret,
      consent: { email: secret },
      qualification: { authority: secret, budget: secret },
    };
    expect(JSON.stringify(parse(wrong))).not.toContain(secret);
  });
});

describe('whatever comes', () => {
  /** Near misses: the right names with anything under them. */
  const nearly = fc.dictionary(
    fc.constantFrom(...SUBMISSION_PATHS.map((path) => path.split(/[.[]/)[0] ?? path)),
    fc.anything({ maxDepth: 4 }),
  );

  test('there is a lead or a list of faults', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything({ withNullPrototype: true, withDate: true, withMap: true }), nearly), (value) => {
        const result = parse(value);
        if (!result.ok) expect(result.faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  /** JSON has no infinity. */
  const isJson = ({ qualification, company }: LeadIntake): boolean =>
    [qualification.budget, company.annualRevenue].every((value) => value === null || Number.isFinite(value));
  const intake = (avroArbitrary(composeSchema('LeadIntake', schemaFiles())) as fc.Arbitrary<LeadIntake>).filter(isJson);

  test('an intake record and the same as JSON are judged alike, and what is accepted is accepted again unchanged', async () => {
    const codec = await openCodec(createMemorySchemas(), { subject: 'lead.intake.acme.v1-value', record: 'LeadIntake' });
    let accepted = 0;
    const tame = intake.map((value) => ({
      ...value,
      vendorReference: `r${value.vendorReference}`,
      createdAt: 5,
      fulfilments: [],
      consent: { ...value.consent, givenAt: null },
      company: { ...value.company, employeeCount: 3, annualRevenue: 1 },
      qualification: { ...value.qualification, budget: null },
      attributes: { a: 'b' },
    }));
    fc.assert(
      fc.property(fc.oneof(intake, tame), (value) => {
        const fromWire = parse(codec.decode(codec.encode(value)));
        expect(fromWire).toEqual(parse(JSON.parse(JSON.stringify(value))));
        if (!fromWire.ok) return;
        accepted++;
        const { lead, person } = fromWire.submission;
        expect(parse({ ...lead, person })).toEqual(fromWire);
        const sent = { ...lead, person };
        expect(codec.decode(codec.encode(sent))).toEqual({ ...sent, vendor: undefined });
      }),
    );
    expect(accepted).toBeGreaterThan(0);
  });

  test('nothing accepted holds a control character or half a surrogate pair', () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const bad = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
    const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)), maxLength: 30 });
    fc.assert(
      fc.property(text, text, (line, block) => {
        const { lead, person } = leadOf({
          vendorReference: `r${line}`,
          channel: line,
          person: { notes: block, firstName: line },
          attributes: { a: line },
        });
        for (const value of [lead.vendorReference, lead.channel, lead.attributes.a, person?.notes, person?.firstName]) {
          expect(value ?? '').not.toMatch(bad);
          expect((value ?? '').isWellFormed()).toBe(true);
        }
      }),
    );
  });
});
