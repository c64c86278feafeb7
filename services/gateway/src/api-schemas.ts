/** The gateway's answers as schemas: the types of what it sends, and the API's documentation. */
import { Type } from 'typebox';
import { LINE_CODE_LIST, REQUEST_CODE_LIST, REQUEST_CODES, type RequestCode } from './error-codes.ts';

const Id = Type.String({ format: 'uuid', description: 'Lead id: follows from vendor and reference, so it is the same at every retry.' });
const Line = Type.Integer({ minimum: 1, description: 'Line of the body (NDJSON) or place in the list, from 1.' });
const Time = Type.Union([Type.String({ format: 'date-time' }), Type.Null()]);
const nullable = <T extends 'string' | 'number'>(type: T, description: string) =>
  Type.Union([type === 'string' ? Type.String() : Type.Number(), Type.Null()], { description });

const Fault = Type.Object(
  {
    code: Type.Enum([...LINE_CODE_LIST]),
    field: Type.String({ description: 'Dotted path; empty for the whole line.' }),
    message: Type.String({ description: 'What to do about it. Never repeats a value.' }),
  },
  { description: 'What is wrong with a line.' },
);

const Refused = Type.Object({ line: Line, status: Type.Literal('refused'), faults: Type.Array(Fault, { minItems: 1 }) });

const LeadResult = Type.Union([
  Type.Object({ line: Line, leadId: Id, status: Type.Literal('accepted') }),
  Type.Object(
    {
      line: Line,
      leadId: Id,
      status: Type.Literal('repeat'),
      changed: Type.Boolean({ description: 'It said something else then; the first stays.' }),
    },
    { description: 'Known before: nothing new was made of it, and it does not count against the cap.' },
  ),
  Refused,
]);

const counts = {
  accepted: Type.Integer({ minimum: 0 }),
  repeats: Type.Integer({ minimum: 0 }),
  refused: Type.Integer({ minimum: 0 }),
};

export const LeadsAnswer = Type.Object(
  {
    ...counts,
    leads: Type.Array(LeadResult, { description: 'One for each line, in their order.' }),
    quota: Type.Union(
      [Type.Object({ remaining: Type.Integer({ minimum: 0 }), reopensAt: Type.String({ format: 'date-time' }) }), Type.Null()],
      {
        description: 'What is left of the daily cap; null without one.',
      },
    ),
  },
  {
    description: 'Every lead that is not refused is in Kafka, acknowledged by all replicas.',
    examples: [
      {
        accepted: 1,
        repeats: 0,
        refused: 1,
        leads: [
          { line: 1, leadId: '2f0c3f5e-5d1a-5b7e-9a43-0d6b2c1f7a10', status: 'accepted' },
          {
            line: 2,
            status: 'refused',
            faults: [{ code: 'LR_LEAD_FIELD_UNKNOWN', field: 'mail', message: 'there is no such field: did you mean person.email?' }],
          },
        ],
        quota: { remaining: 999, reopensAt: '2026-06-01T04:00:00.000Z' },
      },
    ],
  },
);

export const ActivitiesAnswer = Type.Object(
  {
    ...counts,
    activities: Type.Array(Type.Union([Type.Object({ line: Line, leadId: Id, status: Type.Literal('accepted') }), Refused])),
  },
  { description: 'Every activity that is not refused is in Kafka. Whether it repeats an earlier one the router finds out.' },
);

export const LeadStatusAnswer = Type.Object(
  {
    leadId: Id,
    stage: Type.Enum(['SUBMITTED', 'ASSIGNED', 'OFFERED', 'LINKED', 'WAITING', 'EXCEPTION', 'CLOSED'], {
      description: 'SUBMITTED until the first decision.',
    }),
    submittedAt: Time,
    revision: Type.Integer({ description: 'Number of the latest decision, 0 before the first.' }),
    grade: nullable('string', 'HOT, HIGH_POTENTIAL and so on.'),
    score: nullable('number', 'Points.'),
    ruleId: nullable('string', 'Rule that matched.'),
    ruleSetVersion: nullable('number', 'Version of the rule set.'),
    poolId: nullable('string', 'Pool that has it.'),
    agentId: nullable('string', 'Agent who owns it.'),
    destinationId: nullable('string', 'Destination it went to.'),
    isQualified: Type.Boolean(),
    decidedAt: Time,
    acceptedAt: Time,
    respondedAt: Time,
    waitingSince: Time,
  },
  { description: 'Where a lead stands. Holds no personal data.' },
);

export const ErrorAnswer = Type.Object(
  {
    error: Type.Object({
      code: Type.Enum([...REQUEST_CODE_LIST]),
      message: Type.String({ description: 'What to do about it.' }),
      requestId: Type.String({ description: 'Also in the header x-request-id; finds the request in the log.' }),
      lines: Type.Optional(Type.Array(LeadResult, { description: 'What became of each line.' })),
      leadIds: Type.Optional(Type.Array(Id, { description: 'Leads that the request in flight will make.' })),
      reopensAt: Type.Optional(Type.String({ format: 'date-time', description: 'When the daily cap reopens.' })),
    }),
  },
  {
    description: 'The one shape of all errors.',
    examples: [
      {
        error: {
          code: 'LR_GATEWAY_API_KEY_MISSING',
          message: 'send an API key: Authorization: Bearer KEY',
          requestId: '5f6c1c9e-0f57-4a33-9a0e-0a6f0e0c5d11',
        },
      },
    ],
  },
);

/** One documented answer for each status that the codes have. */
export function errorResponses(
  codes: readonly RequestCode[],
): Readonly<Record<number, { readonly description: string; readonly content: unknown }>> {
  const responses: Record<number, { readonly description: string; readonly content: unknown }> = {};
  for (const code of codes) {
    const { status, meaning } = REQUEST_CODES[code];
    const before = responses[status];
    const description = `${before === undefined ? '' : `${before.description}\n\n`}\`${code}\`: ${meaning}`;
    responses[status] = { description, content: { 'application/json': { schema: ErrorAnswer } } };
  }
  return responses;
}
