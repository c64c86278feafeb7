/**
 * A request with leads to its answer: read, parse, claim the idempotency key, accept, keep the answer. Each line has exactly one
 * outcome, under its own number.
 */
import type { LeadName } from '@lead-router/contracts/ids.ts';
import { parseSubmission, type Submission } from '@lead-router/contracts/parse-submission.ts';
import type { BatchFates, Fate, LeadBatch } from './accept-leads.ts';
import type { Digests } from './digests.ts';
import type { LineFault } from './error-codes.ts';
import { GatewayError } from './gateway-error.ts';
import type { IdempotentAnswers } from './idempotent-answers.ts';
import { countLines, type LineResult } from './line-results.ts';
import { type Body, type BodyFormat, type BodyLine, readBody } from './read-body.ts';

export interface LeadsRequest {
  readonly vendor: string;
  readonly body: Buffer;
  readonly format: BodyFormat;
  readonly idempotencyKey: string | null;
  readonly traceparent: string | null;
}

export interface SubmitOptions {
  readonly accept: (batch: LeadBatch) => Promise<BatchFates>;
  readonly answers: IdempotentAnswers;
  readonly digests: Digests;
  readonly now: () => number;
  /** Once for each refused line of an answer that is made, not of one that is given again. */
  readonly onRefused: (fault: LineFault) => void;
}

type ParsedLine =
  | { readonly line: number; readonly submission: Submission }
  | { readonly line: number; readonly faults: readonly LineFault[] };

/** The body of the 202, byte for byte the same for the same key. A GatewayError when nothing could be accepted. */
export async function submitLeads(options: SubmitOptions, request: LeadsRequest): Promise<Buffer> {
  const { vendor, idempotencyKey, traceparent } = request;
  const parsed = parseLines(readBody(request.body, request.format), request);
  const leads = parsed.flatMap((line) => ('submission' in line ? [line.submission] : []));
  if (leads.length === 0)
    throw allRefused(
      options,
      parsed.map((line) => toResult(line, null)),
    );
  const work = async (): Promise<Buffer> => {
    const { fates, quota } = await options.accept({ vendor, leads, bytes: request.body.length, traceparent });
    let next = 0;
    const lines = parsed.map((line) => toResult(line, 'submission' in line ? (fates[next++] ?? null) : null));
    const { accepted, repeats } = countLines(lines);
    if (accepted + repeats === 0) throw overQuota(options, lines, quota.reopensAt);
    return acceptedAnswer(options, lines, quota);
  };
  if (idempotencyKey === null) return work();
  const payloadDigest = options.digests.ofPayload(request.format, request.body);
  const leadIds = leads.map(({ leadId }) => leadId);
  return options.answers.once({ vendor, key: idempotencyKey, payloadDigest, leadIds }, work);
}

function parseLines(body: Body, request: LeadsRequest): readonly ParsedLine[] {
  const { vendor, idempotencyKey: key } = request;
  const nameOf = (line: number): { readonly nameUnreferenced?: () => LeadName } =>
    key === null ? {} : { nameUnreferenced: () => ({ kind: 'IDEMPOTENCY_KEY', key: body.isBatch ? `${key} ${line}` : key }) };
  return body.lines.map(({ line, content }: BodyLine): ParsedLine => {
    if (!content.ok) return { line, faults: [content.fault] };
    const result = parseSubmission(content.value, { vendor, ...nameOf(line) });
    return result.ok ? { line, submission: result.submission } : { line, faults: result.faults };
  });
}

const QUOTA_FAULT: LineFault = { code: 'LR_GATEWAY_QUOTA_EXCEEDED', field: '', message: 'the daily cap was reached before this line' };

function toResult(parsed: ParsedLine, fate: Fate | null): LineResult {
  const { line } = parsed;
  if ('faults' in parsed) return { line, status: 'refused', faults: parsed.faults };
  const { leadId } = parsed.submission;
  switch (fate) {
    case 'ACCEPTED':
      return { line, leadId, status: 'accepted' };
    case 'REPEAT':
      return { line, leadId, status: 'repeat', changed: false };
    case 'REPEAT_CHANGED':
      return { line, leadId, status: 'repeat', changed: true };
    case 'OVER_QUOTA':
      return { line, status: 'refused', faults: [QUOTA_FAULT] };
    case null:
      throw new Error('a lead came back without an outcome');
  }
}

function acceptedAnswer(options: SubmitOptions, lines: readonly LineResult[], quota: BatchFates['quota']): Buffer {
  countRefused(options, lines);
  const remaining = quota.remaining === null ? null : { remaining: quota.remaining, reopensAt: new Date(quota.reopensAt).toISOString() };
  return Buffer.from(JSON.stringify({ ...countLines(lines), leads: lines, quota: remaining }));
}

function allRefused(options: SubmitOptions, lines: readonly LineResult[]): GatewayError {
  countRefused(options, lines);
  const message =
    lines.length === 1
      ? 'the lead is refused: mend what the faults name'
      : `all ${lines.length} leads are refused: mend what the faults name`;
  return new GatewayError('LR_GATEWAY_ALL_REFUSED', message, { lines });
}

const SECOND_MS = 1_000;

function overQuota(options: SubmitOptions, lines: readonly LineResult[], reopensAt: number): GatewayError {
  countRefused(options, lines);
  const message = 'the daily cap is reached: send the leads again after it reopens';
  const retryAfterSeconds = Math.max(1, Math.ceil((reopensAt - options.now()) / SECOND_MS));
  return new GatewayError('LR_GATEWAY_QUOTA_EXCEEDED', message, { lines, reopensAt, retryAfterSeconds });
}

function countRefused(options: SubmitOptions, lines: readonly LineResult[]): void {
  for (const line of lines) {
    if (line.status !== 'refused') continue;
    const [fault] = line.faults;
    if (fault !== undefined) options.onRefused(fault);
  }
}
