/**
 * The one rule for what a lead is, at every door: HTTP, import, and intake records once decoded. Any value at all gives
 * a lead or a list of faults, each naming its field; a lead that nobody can be reached by is a lead.
 */
import type { Company, Consent, Fulfilment, Lead, LeadId, Location, Person, Qualification } from '@lead-router/domain/lead.ts';
import { AUTHORITIES, TIME_FRAMES } from '@lead-router/domain/lead-words.ts';
import { type LeadName, leadIdFor } from './ids.ts';
import { FaultList, SUBMISSION_LIMITS, type SubmissionFault } from './submission-faults.ts';
import { FieldReader, isObject } from './submission-fields.ts';

export interface Submission {
  readonly leadId: LeadId;
  readonly lead: Lead;
  /** null when nothing personal was said. */
  readonly person: Person | null;
}

export type SubmissionResult =
  | { readonly ok: true; readonly submission: Submission }
  | { readonly ok: false; readonly faults: readonly SubmissionFault[] };

export interface SubmissionOptions {
  /** Who sends it, as the door knows (API key, topic), never as the lead says. */
  readonly vendor: string;
  /** Names a lead that has no reference of its own: by idempotency key or content. Without it such a lead is refused. */
  readonly nameUnreferenced?: () => LeadName;
}

/** Every field a submission may have, as dotted paths; lists with []. */
export const SUBMISSION_PATHS: readonly string[] = [
  ...['vendor', 'vendorReference', 'channel', 'campaign', 'initiative', 'language', 'createdAt', 'attributes'],
  ...['person.firstName', 'person.lastName', 'person.jobTitle', 'person.email', 'person.phone', 'person.mobile', 'person.fax'],
  ...['person.fullName', 'person.street', 'person.comments', 'person.notes'],
  ...['company.name', 'company.website', 'company.industry', 'company.employeeCount', 'company.annualRevenue'],
  ...['location.country', 'location.region', 'location.postalCode', 'location.city'],
  ...['qualification.budget', 'qualification.authority', 'qualification.need', 'qualification.timeFrame', 'qualification.productInterest'],
  ...['fulfilments[].item', 'fulfilments[].receivedAt'],
  ...['consent.email', 'consent.phone', 'consent.proof', 'consent.givenAt'],
];

/** Total: never throws for what JSON or Avro can hold. Does not keep or change `value`. */
export function parseSubmission(value: unknown, options: SubmissionOptions): SubmissionResult {
  const faults = new FaultList(SUBMISSION_PATHS);
  if (!isObject(value)) {
    faults.add('LR_LEAD_NOT_AN_OBJECT', '', 'a lead is a JSON object with at least vendorReference');
    return { ok: false, faults: faults.faults };
  }
  const reader = new FieldReader(value, '', faults);
  checkVendor(reader, options.vendor, faults);
  const reference = reader.line('vendorReference', SUBMISSION_LIMITS.reference);
  const name = nameOf(reference, options, faults);
  const body = readBody(reader);
  const person = readPerson(reader.object('person'));
  reader.close();
  if (faults.faults.length > 0 || name === null) return { ok: false, faults: faults.faults };
  const lead: Lead = { vendor: options.vendor, vendorReference: referenceText(name), ...body };
  return { ok: true, submission: { leadId: leadIdFor(options.vendor, name), lead, person } };
}

function checkVendor(reader: FieldReader, vendor: string, faults: FaultList): void {
  const said = reader.line('vendor');
  if (said !== null && said !== vendor) faults.add('LR_LEAD_VENDOR_MISMATCH', 'vendor', `must be ${vendor}, or be left out`);
}

function nameOf(reference: string | null, options: SubmissionOptions, faults: FaultList): LeadName | null {
  if (reference !== null) return { kind: 'REFERENCE', reference };
  if (faults.faults.some((fault) => fault.field === 'vendorReference')) return null;
  if (options.nameUnreferenced !== undefined) return options.nameUnreferenced();
  faults.add('LR_LEAD_REFERENCE_MISSING', 'vendorReference', "must be the vendor's own reference of this lead, unlike any other's");
  return null;
}

function referenceText(name: LeadName): string {
  switch (name.kind) {
    case 'REFERENCE':
      return name.reference;
    case 'IDEMPOTENCY_KEY':
      return name.key;
    case 'CONTENT':
      return `content:${name.digest}`;
  }
}

function readBody(reader: FieldReader): Omit<Lead, 'vendor' | 'vendorReference'> {
  return {
    channel: reader.line('channel'),
    campaign: reader.line('campaign'),
    initiative: reader.line('initiative'),
    language: reader.line('language'),
    createdAt: reader.time('createdAt'),
    company: readCompany(reader.object('company')),
    location: readLocation(reader.object('location')),
    qualification: readQualification(reader.object('qualification')),
    fulfilments: reader.objects('fulfilments', SUBMISSION_LIMITS.fulfilments).flatMap(readFulfilment),
    consent: readConsent(reader.object('consent')),
    attributes: reader.attributes('attributes'),
  };
}

function readCompany(reader: FieldReader): Company {
  const company: Company = {
    name: reader.line('name'),
    website: reader.line('website', SUBMISSION_LIMITS.webAddress),
    industry: reader.line('industry'),
    employeeCount: reader.count('employeeCount', SUBMISSION_LIMITS.employees),
    annualRevenue: reader.money('annualRevenue'),
  };
  reader.close();
  return company;
}

function readLocation(reader: FieldReader): Location {
  const location: Location = {
    country: reader.line('country'),
    region: reader.line('region'),
    postalCode: reader.line('postalCode'),
    city: reader.line('city'),
  };
  reader.close();
  return location;
}

/** Also for the answers of an activity. */
export function readQualification(reader: FieldReader): Qualification {
  const qualification: Qualification = {
    budget: reader.money('budget'),
    authority: reader.word('authority', AUTHORITIES) ?? 'UNKNOWN',
    need: reader.text('need'),
    timeFrame: reader.word('timeFrame', TIME_FRAMES) ?? 'UNKNOWN',
    productInterest: reader.lines('productInterest'),
  };
  reader.close();
  return qualification;
}

function readFulfilment(reader: FieldReader): readonly Fulfilment[] {
  const item = reader.required(reader.line('item'), 'item');
  const receivedAt = reader.required(reader.time('receivedAt'), 'receivedAt');
  reader.close();
  return item === null || receivedAt === null ? [] : [{ item, receivedAt }];
}

function readConsent(reader: FieldReader): Consent {
  const consent: Consent = {
    email: reader.flag('email'),
    phone: reader.flag('phone'),
    proof: reader.line('proof', SUBMISSION_LIMITS.webAddress),
    givenAt: reader.time('givenAt'),
  };
  reader.close();
  return consent;
}

/** null when every field is. */
export function readPerson(reader: FieldReader): Person | null {
  const person: Person = {
    firstName: reader.line('firstName'),
    lastName: reader.line('lastName'),
    jobTitle: reader.line('jobTitle'),
    email: reader.line('email', SUBMISSION_LIMITS.mailAddress),
    phone: reader.line('phone', SUBMISSION_LIMITS.phone),
    mobile: reader.line('mobile', SUBMISSION_LIMITS.phone),
    fax: reader.line('fax', SUBMISSION_LIMITS.mailAddress),
    street: reader.line('street'),
    comments: reader.text('comments'),
    notes: reader.text('notes'),
    fullName: reader.line('fullName'),
    found: null,
  };
  // Part of the schema, so any Avro writer has it; what enrichment finds is for enrichment to say.
  if (!reader.has('found')) reader.take('found');
  reader.close();
  return Object.values(person).every((value) => value === null) ? null : person;
}
