/**
 * The schema registry over HTTP (Confluent's API, also Apicurio's under /apis/ccompat/v7). Four requests are all that is
 * needed, and the compatibility level has to be set before the first version, which the usual client does after it.
 */
import { CodecFault } from './codec-fault.ts';
import type { AvroType } from './schema-files.ts';
import type { SchemaRegistrar } from './schema-source.ts';

export interface RegistryOptions {
  /** Base address, with the path of the Confluent API if it has one. */
  readonly registryUrl: string;
  readonly auth?: { readonly username: string; readonly password: string };
  /** Per request, milliseconds. */
  readonly timeoutMs?: number;
}

const COMPATIBILITY = 'FULL_TRANSITIVE';
const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json';
const DEFAULT_TIMEOUT_MS = 10_000;
const NOT_FOUND = 404;
const CONFLICT = 409;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export function createRegistrySchemas(options: RegistryOptions): SchemaRegistrar {
  const subjectPath = (subject: string): string => `/subjects/${encodeURIComponent(subject)}`;
  const ask = (method: string, path: string, body?: unknown): Promise<Answer> => request(options, { method, path, body });
  return {
    async register(subject, schema) {
      // Before the first version, so that none is ever taken unchecked; a subject without versions keeps its level.
      const setLevel = (): Promise<Answer> => ask('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility: COMPATIBILITY });
      const level = await setLevel();
      // Somebody else sets it at this moment, for the first time too: now it is there to be changed.
      expectOk(level.status === CONFLICT ? await setLevel() : level, `cannot set ${COMPATIBILITY} for ${subject}`);
      const answer = await ask('POST', `${subjectPath(subject)}/versions`, { schema: JSON.stringify(schema) });
      expectOk(answer, `the registry refused the schema of ${subject}`);
      return numberAt(answer.body, 'id');
    },
    async idOf(subject, schema) {
      const answer = await ask('POST', subjectPath(subject), { schema: JSON.stringify(schema) });
      if (answer.status === NOT_FOUND)
        throw new CodecFault('LR_CODEC_SUBJECT_MISSING', `${subject} has no version like this one: register the schemas first`);
      expectOk(answer, `cannot look up the schema of ${subject}`);
      return numberAt(answer.body, 'id');
    },
    async schemaOf(id) {
      const answer = await ask('GET', `/schemas/ids/${id}`);
      if (answer.status === NOT_FOUND) return null;
      expectOk(answer, `cannot fetch schema ${id}`);
      return parseSchema(answer.body);
    },
  };
}

async function request(
  options: RegistryOptions,
  call: { readonly method: string; readonly path: string; readonly body: unknown },
): Promise<Answer> {
  const headers: Record<string, string> = { accept: CONTENT_TYPE };
  if (call.body !== undefined) headers['content-type'] = CONTENT_TYPE;
  if (options.auth !== undefined)
    headers.authorization = `Basic ${Buffer.from(`${options.auth.username}:${options.auth.password}`).toString('base64')}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(options.registryUrl.replace(/\/+$/, '') + call.path, {
      method: call.method,
      headers,
      signal: AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
    text = await response.text();
  } catch (cause) {
    throw new CodecFault('LR_CODEC_REGISTRY_UNAVAILABLE', `the schema registry does not answer ${call.method} ${call.path}`, { cause });
  }
  if (response.status >= 500 || response.status === 429 || response.status === 408) {
    throw new CodecFault(
      'LR_CODEC_REGISTRY_UNAVAILABLE',
      `the schema registry answered ${response.status} to ${call.method} ${call.path}: ${text.slice(0, 300)}`,
    );
  }
  return { status: response.status, body: parseJson(text) };
}

function expectOk(answer: Answer, message: string): void {
  if (answer.status >= 200 && answer.status < 300) return;
  const detail = isObject(answer.body) && typeof answer.body.message === 'string' ? answer.body.message : JSON.stringify(answer.body);
  const isRefusal = answer.status === 409 || answer.status === 422;
  const isUnknown = answer.status === 401 || answer.status === 403;
  throw new CodecFault(
    isRefusal ? 'LR_CODEC_REGISTRATION_REFUSED' : 'LR_CODEC_REGISTRY_UNAVAILABLE',
    `${message} (${answer.status}): ${detail}${isUnknown ? '; check SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD' : ''}`,
  );
}

function numberAt(body: unknown, key: string): number {
  const value = isObject(body) ? body[key] : undefined;
  if (typeof value !== 'number')
    throw new CodecFault('LR_CODEC_REGISTRY_UNAVAILABLE', `the schema registry gave no ${key}: is its address right?`);
  return value;
}

/** What is no Avro schema becomes one that nothing is compatible with, so that its records are dead letters and no retry. */
function parseSchema(body: unknown): AvroType | null {
  const text = isObject(body) ? body.schema : undefined;
  if (typeof text !== 'string') return null;
  const schema = parseJson(text);
  return isAvroShape(schema) ? schema : null;
}

/** Only the outside: avsc checks the inside when it compiles the schema. */
function isAvroShape(schema: unknown): schema is AvroType {
  return typeof schema === 'string' || Array.isArray(schema) || (isObject(schema) && typeof schema.type === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
