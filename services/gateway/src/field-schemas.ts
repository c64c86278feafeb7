/** What a lead and an activity may hold, as JSON schemas: for documentation and generated clients. The rule itself is `parseSubmission`. */
import { ACTIVITIES } from '@lead-router/contracts/parse-activity.ts';
import { SUBMISSION_LIMITS } from '@lead-router/contracts/submission-faults.ts';
import { type TProperties, type TSchema, Type } from 'typebox';

const line = (description: string, maxLength: number = SUBMISSION_LIMITS.line) =>
  Type.Union([Type.String({ maxLength }), Type.Null()], { description });
const text = (description: string) => line(description, SUBMISSION_LIMITS.text);
const money = (description: string) =>
  Type.Union([Type.Number({ minimum: 0, maximum: SUBMISSION_LIMITS.money }), Type.Null()], { description });
const time = (description: string) =>
  Type.Union([Type.String(), Type.Integer(), Type.Null()], {
    description: `${description} ISO 8601 with a zone, or milliseconds since 1970.`,
  });
const flag = (description: string) => Type.Union([Type.Boolean(), Type.Null()], { description });
const count = (description: string) => Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], { description });
const word = (description: string, words: readonly string[]) => Type.Enum([...words], { description });

/** Every field may be left out, and what is not named here is refused. */
const loose = <P extends TProperties>(
  properties: P,
  options: { readonly description?: string; readonly examples?: unknown[] } = {},
): TSchema => Type.Object(properties, { ...options, required: [], additionalProperties: false });

const Attributes = Type.Record(
  Type.String(),
  Type.Union([Type.String({ maxLength: SUBMISSION_LIMITS.attributeValue }), Type.Number(), Type.Boolean()]),
  {
    description: 'Free attributes; never personal data.',
    maxProperties: SUBMISSION_LIMITS.attributes,
  },
);

const Person = loose(
  {
    firstName: line('Given name.'),
    lastName: line('Family name.'),
    fullName: line('Whole name, where it does not come in parts.'),
    jobTitle: line('Title or function.'),
    email: line('Mail address.', SUBMISSION_LIMITS.mailAddress),
    phone: line('Telephone number, as given.', SUBMISSION_LIMITS.phone),
    mobile: line('Mobile number, as given.', SUBMISSION_LIMITS.phone),
    fax: line('Fax number, or the mail address of a gateway to it.', SUBMISSION_LIMITS.mailAddress),
    street: line('Street and number.'),
    comments: text('What the person wrote.'),
    notes: text('Notes, from phone qualification and the like.'),
  },
  { description: 'All personal data, here and nowhere else.' },
);

const Qualification = loose({
  budget: money('In US dollars.'),
  authority: word('What the person may decide.', ['UNKNOWN', 'DECIDES', 'RECOMMENDS', 'RESEARCHES', 'NONE']),
  need: text('What is needed.'),
  timeFrame: word('When something is to be bought.', ['UNKNOWN', 'WITHIN_3_MONTHS', 'MONTHS_4_TO_6', 'MONTHS_7_TO_12', 'LATER', 'NONE']),
  productInterest: Type.Array(Type.String({ maxLength: SUBMISSION_LIMITS.line }), {
    description: 'Products asked about.',
    maxItems: SUBMISSION_LIMITS.listItems,
  }),
});

export const EXAMPLE_LEAD = {
  vendorReference: 'AM-4711',
  channel: 'web',
  campaign: 'spring-voice-upgrade',
  createdAt: '2026-05-31T14:05:00Z',
  person: {
    firstName: 'Ada',
    lastName: 'Example',
    email: 'ada@example.com',
    phone: '+1 202 555 0143',
    comments: 'Please call me about forty phones.',
  },
  company: { name: 'Example Industries', website: 'https://example.com', employeeCount: 240 },
  location: { country: 'US', region: 'NY', postalCode: '10001' },
  qualification: { budget: 25_000, authority: 'DECIDES', timeFrame: 'WITHIN_3_MONTHS', productInterest: ['voice'] },
  consent: { email: true, phone: true, proof: 'https://forms.example.com/contact v7', givenAt: '2026-05-31T14:05:00Z' },
};

export const LeadInput = loose(
  {
    vendor: line('May be left out; the API key says it.'),
    vendorReference: line(
      "The vendor's own reference of this lead: sending it again is a repeat. Without one, Idempotency-Key names the lead.",
      SUBMISSION_LIMITS.reference,
    ),
    channel: line('web, phone, event, partner and so on.'),
    campaign: line('Campaign that brought the lead.'),
    initiative: line('Marketing initiative the campaign belongs to.'),
    language: line('BCP 47 tag.'),
    createdAt: time('When the person made contact.'),
    person: Person,
    company: loose({
      name: line('Name, as given.'),
      website: line('Web address.', SUBMISSION_LIMITS.webAddress),
      industry: line('Industry, as given.'),
      employeeCount: Type.Union([Type.Integer({ minimum: 0, maximum: SUBMISSION_LIMITS.employees }), Type.Null()], {
        description: 'Number of employees.',
      }),
      annualRevenue: money('A year, in US dollars.'),
    }),
    location: loose({
      country: line('ISO code or name.'),
      region: line('State or province.'),
      postalCode: line('Postal code.'),
      city: line('City.'),
    }),
    qualification: Qualification,
    fulfilments: Type.Array(loose({ item: line('What it received.'), receivedAt: time('When it received it.') }), {
      description: 'What the lead was sent so far; both fields are needed.',
      maxItems: SUBMISSION_LIMITS.fulfilments,
    }),
    consent: loose({
      email: flag('May be written to.'),
      phone: flag('May be called.'),
      proof: line('How and where it was given.', SUBMISSION_LIMITS.webAddress),
      givenAt: time('When it was given.'),
    }),
    attributes: Attributes,
  },
  { description: 'A lead. Only vendorReference is needed.', examples: [EXAMPLE_LEAD] },
);

export const EXAMPLE_ACTIVITY = {
  activityId: 'crm-90125',
  vendor: 'acme-media',
  vendorReference: 'AM-4711',
  activity: 'QUALIFIED',
  occurredAt: '2026-05-31T15:20:00Z',
  agentId: 'call-center-7',
  person: { notes: 'Wants an offer for forty phones this quarter.' },
};

export const ActivityInput = loose(
  {
    activityId: line("The system's own id of the activity: sending it again is a repeat.", SUBMISSION_LIMITS.reference),
    leadId: line('Id of the lead; or vendor and vendorReference.'),
    vendor: line('Vendor of the lead.'),
    vendorReference: line("The vendor's own reference.", SUBMISSION_LIMITS.reference),
    activity: word('What happened.', ACTIVITIES),
    occurredAt: time('When it happened.'),
    agentId: line('Agent who did it.'),
    reason: line('Reason code or short reason, without personal data.'),
    revision: count('Decision that it is about: of an older one it moves nothing.'),
    isHumanResponse: flag('A person answered, not an automatic reply; true unless said otherwise.'),
    answers: Qualification,
    person: Person,
    attributes: Attributes,
  },
  { description: 'An activity. activityId, activity, occurredAt and a name of the lead are needed.', examples: [EXAMPLE_ACTIVITY] },
);
