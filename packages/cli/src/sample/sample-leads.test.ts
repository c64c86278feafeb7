/** The sample is the same everywhere, has the shares it promises, and the doors will say of each line what it expects. */
import { hash } from 'node:crypto';
import { typeOf } from '@lead-router/contracts/avro-types.ts';
import { parseSubmission } from '@lead-router/contracts/parse-submission.ts';
import { schemaIdOf } from '@lead-router/contracts/wire-format.ts';
import { parsePhone } from '@lead-router/domain/enrichment/phone-number.ts';
import { describe, expect, test } from 'vitest';
import { SAMPLE_COUNT, type SampleLead, sampleLeads } from './sample-leads.ts';
import { sampleVendors } from './vendors.ts';

const sample = [...sampleLeads({ count: SAMPLE_COUNT })];
const intakeType = typeOf('LeadIntake');

const shareOf = (isCounted: (lead: SampleLead) => boolean, leads: readonly SampleLead[] = sample): number =>
  leads.filter(isCounted).length / leads.length;

/** What a door makes of it; a record's bytes that nobody can decode are no lead. */
function verdict(lead: SampleLead) {
  const options = { vendor: lead.vendor };
  if (lead.door === 'kafka') return lead.kind === 'intake' ? parseSubmission(lead.intake, options) : undefined;
  try {
    return parseSubmission(JSON.parse(lead.text), options);
  } catch {
    return undefined;
  }
}

const submissionOf = (lead: SampleLead) => {
  const result = verdict(lead);
  return result?.ok === true ? result.submission : undefined;
};

/** Everything a run would send, in a form that can be compared. */
const printed = (leads: Iterable<SampleLead>): string =>
  [...leads].map((lead) => JSON.stringify(lead, (_key, value) => (value instanceof Uint8Array ? [...value] : value))).join('\n');

describe('determinism', () => {
  test('the first thousand are always these', () => {
    expect(hash('sha256', printed(sample.slice(0, 1_000)))).toBe('716060c95ac57e2c25e9880e933e08c5f9fc37ae3ae655d3d460f0025aa9ebb8');
  });

  test('any part can be had by itself', () => {
    expect(printed(sampleLeads({ from: 7_000, count: 50 }))).toBe(printed(sample.slice(7_000, 7_050)));
  });

  test('another seed gives other leads', () => {
    expect(printed(sampleLeads({ count: 50, seed: 2 }))).not.toBe(printed(sample.slice(0, 50)));
  });
});

describe('shares', () => {
  test('2.5 % retries, 2.5 % known persons, 1 % broken', () => {
    expect(Math.abs(shareOf(({ expectation }) => expectation === 'repeat') - 0.025)).toBeLessThan(0.003);
    expect(Math.abs(shareOf(({ expectation }) => expectation === 'linked') - 0.025)).toBeLessThan(0.003);
    expect(Math.abs(shareOf(({ expectation }) => expectation === 'refused') - 0.01)).toBeLessThan(0.003);
  });

  test('each vendor has a good part, through its own door', () => {
    for (const { name, door } of sampleVendors) {
      const own = sample.filter(({ vendor }) => vendor === name);
      expect(own.length / sample.length).toBeGreaterThan(0.2);
      expect(own.every((lead) => lead.door === door)).toBe(true);
    }
    expect(sampleVendors.map(({ door }) => door).toSorted()).toEqual(['http', 'http', 'kafka']);
  });

  test('none are repeated or broken when none are wanted, and no two share an address', () => {
    const clean = [...sampleLeads({ count: 5_000, repeats: 0, malformed: 0 })];
    const addresses = clean.flatMap((lead) => {
      const person = submissionOf(lead)?.person;
      const phones = [person?.phone, person?.mobile].map((phone) => (phone ? parsePhone(phone, 'US')?.e164 : undefined));
      return [...new Set([person?.email?.toLowerCase(), ...phones])].filter((address) => address);
    });
    expect(shareOf(({ expectation }) => expectation === 'accepted', clean)).toBe(1);
    expect(new Set(addresses).size).toBe(addresses.length);
  });
});

describe('what the doors say', () => {
  test('a lead is refused exactly when it is expected', () => {
    const wrong = sample.filter((lead) => (submissionOf(lead) !== undefined) !== (lead.expectation !== 'refused'));
    expect(wrong.map(({ index, vendor }) => `${vendor}, place ${index}`)).toEqual([]);
  });

  test('a retry is the same lead, a known person another lead with the same address', () => {
    for (const lead of sample.filter(({ repeats }) => repeats !== null)) {
      const [again, first] = [submissionOf(lead), submissionOf(sample[lead.repeats ?? -1] ?? lead)];
      expect(again?.leadId === first?.leadId).toBe(lead.expectation === 'repeat');
      expect(again?.person?.email).toBe(first?.person?.email);
      expect(again?.person?.phone).toBe(first?.person?.phone);
    }
  });

  test('bytes that are no Avro name no schema of ours', () => {
    const bytes = sample.flatMap((lead) => (lead.door === 'kafka' && lead.kind === 'bytes' ? [Buffer.from(lead.bytes)] : []));
    expect(bytes.length).toBeGreaterThan(10);
    for (const value of bytes) expect([null, 0x7fffffff]).toContain(schemaIdOf(value));
  });

  test('American numbers are valid', () => {
    const phones = sample.flatMap((lead) => submissionOf(lead)?.person?.phone ?? []);
    expect(phones.filter((phone) => parsePhone(phone, 'US') === null)).toEqual([]);
  });
});

test('a lead is about 600 bytes on the wire and of at least 30 fields', () => {
  const submissions = sample.slice(0, 2_000).flatMap((lead) => submissionOf(lead) ?? []);
  const sizes = submissions.map(({ lead, person }) => intakeType.toBuffer({ ...lead, person }).length);
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  expect(mean).toBeGreaterThan(500);
  expect(mean).toBeLessThan(700);
  const fields = submissions.map(({ lead, person }) => countSaid(lead) + countSaid(person));
  expect(fields.reduce((sum, count) => sum + count, 0) / fields.length).toBeGreaterThan(30);
});

function countSaid(value: unknown): number {
  if (value === null || value === 'UNKNOWN') return 0;
  return typeof value === 'object' ? Object.values(value).reduce((sum: number, part) => sum + countSaid(part), 0) : 1;
}
