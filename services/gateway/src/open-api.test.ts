/** The documentation says what the code does: codes, fields and routes, no more and no less. */
import { readFileSync } from 'node:fs';
import { ACTIVITY_PATHS, parseActivity } from '@lead-router/contracts/parse-activity.ts';
import { parseSubmission, SUBMISSION_PATHS } from '@lead-router/contracts/parse-submission.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeTables } from './code-tables.test-support.ts';
import { LINE_CODE_LIST, REQUEST_CODE_LIST } from './error-codes.ts';
import { ActivityInput, EXAMPLE_ACTIVITY, EXAMPLE_LEAD, LeadInput } from './field-schemas.ts';
import { createTestGateway, type TestGateway } from './test-gateway.test-support.ts';

const CODE = /LR_(?:GATEWAY|LEAD)_[A-Z_]+/g;

describe('openapi.json', () => {
  let gateway: TestGateway;
  let text: string;
  beforeAll(async () => {
    gateway = await createTestGateway();
    text = (await gateway.app.inject({ url: '/openapi.json' })).body;
  });
  afterAll(() => gateway.stop());

  it('names every code there is, and no other', () => {
    expect(new Set(text.match(CODE))).toEqual(new Set([...REQUEST_CODE_LIST, ...LINE_CODE_LIST]));
  });

  it('describes each request code where it is answered', () => {
    const described = new Set([...text.matchAll(/`(LR_[A-Z_]+)`/g)].map(([, code]) => code));
    expect(described).toEqual(new Set(REQUEST_CODE_LIST));
  });

  it('has the three routes, in OpenAPI 3.1, with both kinds of body', () => {
    const { openapi, paths } = JSON.parse(text);
    expect(openapi).toBe('3.1.0');
    expect(Object.keys(paths)).toEqual(['/v1/leads', '/v1/activities', '/v1/leads/{leadId}']);
    expect(Object.keys(paths['/v1/leads'].post.requestBody.content)).toEqual(['application/json', 'application/x-ndjson']);
    expect(paths['/v1/leads'].post.responses[202].content['application/json'].schema.properties.leads).toBeDefined();
    expect(paths['/v1/leads/{leadId}'].get.parameters).toMatchObject([{ in: 'path', name: 'leadId' }]);
  });
});

it('docs/api.md has the same codes', () => {
  const doc = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
  // The formatter fills the cells up.
  const bare = (text: string): string => text.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---');
  expect(bare(doc.slice(doc.indexOf('Of a request, always as')))).toBe(bare(codeTables()));
});

describe('the schemas', () => {
  it('have the fields that are read', () => {
    expect(pathsOf(LeadInput).sort()).toEqual([...SUBMISSION_PATHS].sort());
    expect(pathsOf(ActivityInput).sort()).toEqual([...ACTIVITY_PATHS].sort());
  });

  it('have examples that are accepted', () => {
    expect(parseSubmission(EXAMPLE_LEAD, { vendor: 'acme' })).toMatchObject({ ok: true });
    expect(parseActivity(EXAMPLE_ACTIVITY, 'crm')).toMatchObject({ ok: true });
  });
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Dotted paths of the leaves, lists of objects with []. */
function pathsOf(schema: Schema, prefix = ''): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    if (property.properties !== undefined) return pathsOf(property, `${prefix}${name}.`);
    if (property.items?.properties !== undefined) return pathsOf(property.items, `${prefix}${name}[].`);
    return [`${prefix}${name}`];
  });
}
