/** Whatever is sent: each line has exactly one outcome, under its own number, and only what was promised is in Kafka and in the books. */
import { leadIdFor } from '@lead-router/contracts/ids.ts';
import { systemClock } from '@lead-router/stream/clock.ts';
import { KafkaFault, type OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptLeads, type LeadBatch } from './accept-leads.ts';
import { createCoalescer } from './coalescer.ts';
import { GatewayError } from './gateway-error.ts';
import { createIdempotentAnswers } from './idempotent-answers.ts';
import type { LineResult } from './line-results.ts';
import { createMemoryGatewayStore } from './memory-gateway-store.test-support.ts';
import { submitLeads } from './submit-leads.ts';
import { DIGESTS, VENDOR } from './test-gateway.test-support.ts';

const VENDORS = ['acme', 'leadwave'] as const;

interface Line {
  readonly text: string;
  /** null: refused, whatever happens. */
  readonly reference: string | null;
}

const goodLine = fc.nat({ max: 12 }).map((n): Line => ({ text: `{"vendorReference":"r${n}"}`, reference: `r${n}` }));
const badLine = fc
  .constantFrom('{', '{}', '{"vendorReference":7}', '{"vendorReference":"x","mail":"y"}', '[]', 'null')
  .map((text): Line => ({ text, reference: null }));
const aRequest = fc.record({
  vendor: fc.constantFrom(...VENDORS),
  lines: fc.array(fc.oneof({ weight: 3, arbitrary: goodLine }, badLine), { minLength: 1, maxLength: 12 }),
});
const anyWorld = fc.record({
  cap: fc.option(fc.nat({ max: 10 })),
  requests: fc.array(aRequest, { minLength: 1, maxLength: 12 }),
  /** Which produce calls fail. */
  failures: fc.array(fc.boolean(), { maxLength: 6 }),
  maxFlushSize: fc.integer({ min: 1, max: 20 }),
});

describe('any requests at once', () => {
  it('have an outcome for each line, and promise what is there', async () => {
    await fc.assert(
      fc.asyncProperty(anyWorld, async ({ cap, requests, failures, maxFlushSize }) => {
        const world = createWorld({ cap, failures, maxFlushSize });
        const answers = await Promise.all(requests.map((request) => world.submit(request)));
        const promised = new Map<string, number>();
        for (const [index, request] of requests.entries()) {
          const { vendor, lines } = request;
          const outcome = answers[index];
          if (outcome === undefined) throw new Error('a request without an answer');
          if (outcome === 'DOWN') continue;
          expect(outcome.map(({ line }) => line)).toEqual(lines.map((_, at) => at + 1));
          for (const [at, result] of outcome.entries()) {
            const reference = lines[at]?.reference ?? null;
            if (reference === null) expect(result.status).toBe('refused');
            if (result.status === 'refused') {
              if (reference !== null) expect(result.faults.map(({ code }) => code)).toEqual(['LR_GATEWAY_QUOTA_EXCEEDED']);
              continue;
            }
            const leadId = leadIdFor(vendor, { kind: 'REFERENCE', reference: reference ?? '' });
            expect(result.leadId).toBe(leadId);
            expect(world.sent.has(leadId)).toBe(true);
            expect(world.store.submissions.has(leadId)).toBe(true);
            if (result.status === 'accepted') promised.set(leadId, (promised.get(leadId) ?? 0) + 1);
          }
        }
        // Each lead is new once; the count is that of the books, and never above the cap.
        for (const times of promised.values()) expect(times).toBe(1);
        expect(world.store.submissions.size).toBe(promised.size);
        for (const vendor of VENDORS) {
          const booked = [...world.store.submissions.values()].filter((row) => row.vendor === vendor).length;
          expect(world.store.countOf(vendor)).toBe(booked);
          if (vendor === 'acme' && cap !== null) expect(booked).toBeLessThanOrEqual(cap);
        }
      }),
      { numRuns: 200 },
    );
  });
});

it('a vendor whose cap cannot be counted does not spoil the others', async () => {
  const world = createWorld({ cap: null, failures: [], maxFlushSize: 10 });
  const lines = [{ text: '{"vendorReference":"r1"}', reference: 'r1' }];
  const [stranger, known] = await Promise.allSettled([
    world.submit({ vendor: 'stranger', lines }),
    world.submit({ vendor: 'acme', lines }),
  ]);
  expect(stranger).toMatchObject({ status: 'rejected', reason: { message: 'there is no vendor stranger' } });
  expect(known).toMatchObject({ status: 'fulfilled', value: [{ status: 'accepted' }] });
});

function createWorld(options: { readonly cap: number | null; readonly failures: readonly boolean[]; readonly maxFlushSize: number }) {
  const store = createMemoryGatewayStore();
  for (const vendor of VENDORS) store.putVendor({ ...VENDOR, vendor, dailyCap: vendor === 'acme' ? options.cap : null }, vendor);
  const sent = new Set<string>();
  let calls = 0;
  const send = async (records: readonly OutgoingRecord[]): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (options.failures[calls++] === true) throw new KafkaFault('unavailable', 'Kafka: away');
    for (const { key } of records) sent.add(String(key));
  };
  const accept = createCoalescer({
    flush: (batches: readonly LeadBatch[]) =>
      acceptLeads(
        {
          ...{ store, send, digests: DIGESTS, now: Date.now },
          toRecord: ({ leadId }) => ({ topic: 't', key: leadId, value: null }),
          onQuotaLost: () => undefined,
        },
        batches,
      ),
    sizeOf: ({ leads }) => leads.length,
    maxFlushSize: options.maxFlushSize,
    maxWaitingSize: 1_000,
    maxFlushes: 2,
  });
  const answers = createIdempotentAnswers({ store, clock: systemClock, leaseMs: 1_000, waitMs: 0, onAbandonFailed: () => undefined });
  const submit = async (request: { readonly vendor: string; readonly lines: readonly Line[] }): Promise<readonly LineResult[] | 'DOWN'> => {
    const body = Buffer.from(request.lines.map(({ text }) => text).join('\n'));
    try {
      const answer = await submitLeads(
        { accept, answers, digests: DIGESTS, now: Date.now, onRefused: () => undefined },
        { vendor: request.vendor, body, format: 'NDJSON', idempotencyKey: null, traceparent: null },
      );
      return JSON.parse(answer.toString()).leads;
    } catch (error) {
      if (error instanceof KafkaFault) return 'DOWN';
      if (error instanceof GatewayError && error.details.lines !== undefined) return error.details.lines;
      throw error;
    }
  };
  return { store, sent, submit };
}
