/** The API's documentation, made of the schemas that the answers are typed by. */
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import { type TSchema, Type } from 'typebox';
import { ActivitiesAnswer, errorResponses, LeadStatusAnswer, LeadsAnswer } from './api-schemas.ts';
import type { RequestCode } from './error-codes.ts';
import { ActivityInput, EXAMPLE_ACTIVITY, EXAMPLE_LEAD, LeadInput } from './field-schemas.ts';
import { BODY_LIMITS } from './read-body.ts';

const OF_EVERY_ROUTE = [
  ...(['LR_GATEWAY_API_KEY_MISSING', 'LR_GATEWAY_API_KEY_UNKNOWN', 'LR_GATEWAY_SCOPE_MISSING', 'LR_GATEWAY_VENDOR_INACTIVE'] as const),
  ...(['LR_GATEWAY_RATE_LIMITED', 'LR_GATEWAY_INTERNAL'] as const),
  ...(['LR_GATEWAY_UNAVAILABLE', 'LR_GATEWAY_OVERLOADED', 'LR_GATEWAY_STOPPING', 'LR_GATEWAY_ROUTE_UNKNOWN'] as const),
] satisfies readonly RequestCode[];

const OF_BODIES = [
  ...(['LR_GATEWAY_BODY_UNREADABLE', 'LR_GATEWAY_BODY_EMPTY', 'LR_GATEWAY_BODY_TOO_LARGE', 'LR_GATEWAY_BATCH_TOO_LARGE'] as const),
  ...(['LR_GATEWAY_CONTENT_TYPE', 'LR_GATEWAY_ALL_REFUSED'] as const),
] satisfies readonly RequestCode[];

const OF_LEADS = [
  ...(['LR_GATEWAY_IDEMPOTENCY_KEY_MALFORMED', 'LR_GATEWAY_IN_FLIGHT', 'LR_GATEWAY_IDEMPOTENCY_CONFLICT'] as const),
  'LR_GATEWAY_QUOTA_EXCEEDED',
] as const satisfies readonly RequestCode[];

const asLines = (examples: readonly object[]): string => `${examples.map((example) => JSON.stringify(example)).join('\n')}\n`;
const answer = (description: string, schema: TSchema) => ({ description, content: { 'application/json': { schema } } });

const limits = `At most ${BODY_LIMITS.lines} lines and ${BODY_LIMITS.bytes} bytes.`;

export const LEADS_ROUTE = {
  operationId: 'submitLeads',
  summary: 'Submit one lead or a batch',
  description: `One object, a list, or one object a line (NDJSON). ${limits} Each line is accepted or refused by itself. Needs the scope leads:write.`,
  headers: Type.Object({
    'idempotency-key': Type.Optional(
      Type.String({
        pattern: '^[\\x21-\\x7e]{1,200}$',
        description: 'The same key with the same payload gets the same answer, byte for byte; with another payload 422. Kept for 48 hours.',
      }),
    ),
  }),
  body: {
    content: {
      'application/json': {
        schema: Type.Union([LeadInput, Type.Array(LeadInput, { maxItems: BODY_LIMITS.lines })], { examples: [EXAMPLE_LEAD] }),
      },
      'application/x-ndjson': { schema: Type.String({ description: 'A lead a line.', examples: [asLines([EXAMPLE_LEAD])] }) },
    },
  },
  response: {
    202: answer('Every lead that is not refused is in Kafka, acknowledged by all replicas.', LeadsAnswer),
    ...errorResponses([...OF_BODIES, ...OF_LEADS, ...OF_EVERY_ROUTE]),
  },
};

export const ACTIVITIES_ROUTE = {
  operationId: 'reportActivities',
  summary: 'Report what was done with leads',
  description: `One object, a list, or one object a line (NDJSON). ${limits} Needs the scope activities:write.`,
  body: {
    content: {
      'application/json': {
        schema: Type.Union([ActivityInput, Type.Array(ActivityInput, { maxItems: BODY_LIMITS.lines })], { examples: [EXAMPLE_ACTIVITY] }),
      },
      'application/x-ndjson': { schema: Type.String({ description: 'An activity a line.', examples: [asLines([EXAMPLE_ACTIVITY])] }) },
    },
  },
  response: {
    202: answer('Every activity that is not refused is in Kafka.', ActivitiesAnswer),
    ...errorResponses([...OF_BODIES, ...OF_EVERY_ROUTE]),
  },
};

export const LEAD_ROUTE = {
  operationId: 'readLead',
  summary: 'See where a lead stands',
  description: 'From the first moment after its 202. A vendor sees its own leads only. Needs the scope leads:read or leads:write.',
  params: Type.Object({ leadId: Type.String({ format: 'uuid' }) }),
  response: { 200: answer('Where the lead stands.', LeadStatusAnswer), ...errorResponses(['LR_GATEWAY_LEAD_UNKNOWN', ...OF_EVERY_ROUTE]) },
};

export function openApiDocument(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Lead router gateway',
        version,
        description: 'Where vendors submit leads and systems report what was done with them.',
      },
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' } },
      },
      security: [{ bearer: [] }, { apiKey: [] }],
    },
  };
}
