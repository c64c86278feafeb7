import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VendorEncoder } from '@lead-router/contracts/vendor-encoder.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sampleLeads } from '../sample/sample-leads.ts';
import { sampleVendors } from '../sample/vendors.ts';
import { endOf, hasReached, noMarks, openSampleMarker, readSampleMarks } from './sample-marks.ts';
import { streamSample } from './sample-stream.ts';

const COUNT = 1_200;

let folder: string;
let gateway: Server;
let posted: { readonly key: string; readonly lines: readonly string[] }[];
let produced: OutgoingRecord[];
/** Called with the number of requests so far. */
let onRequest: (requests: number) => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lead-router-sample-'));
  posted = [];
  produced = [];
  onRequest = () => {};
  gateway = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const lines = body.split('\n');
      posted.push({ key: String(request.headers['idempotency-key']), lines });
      onRequest(posted.length);
      response.end(JSON.stringify({ leads: lines.map(() => ({ status: 'accepted' })) }));
    });
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await new Promise((resolve) => gateway.close(resolve));
  await rm(folder, { recursive: true });
});

const encoderOf = (vendor: string): VendorEncoder => ({
  topic: `lead.intake.${vendor}.v1`,
  encode: async (intake) => Buffer.from(JSON.stringify(intake)),
});

/** One `npm start` on the folder, as far as the sample goes. */
async function run(count: number, signal: AbortSignal = new AbortController().signal): Promise<void> {
  const address = gateway.address();
  const marks = await readSampleMarks(folder);
  const marker = openSampleMarker(folder, marks);
  await streamSample(
    {
      count,
      from: new Map(marks.next),
      leadsPerSecond: Number.POSITIVE_INFINITY,
      gatewayUrl: () => `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
      apiKeys: new Map(),
      encoders: new Map(sampleVendors.map(({ name }) => [name, encoderOf(name)])),
      producer: {
        send: async (records) => {
          produced.push(...records);
        },
      },
      onDelivered: marker.note,
      signal,
    },
    marks.progress,
  );
  if (marks.progress.isDone) marker.complete(count);
  await marker.finish();
}

const arrived = (): number => posted.reduce((sum, { lines }) => sum + lines.length, 0) + produced.length;

describe('the sample of a data folder', () => {
  test('is sent once, however often it is started', async () => {
    await run(COUNT);
    expect(arrived()).toBe(COUNT);
    await run(COUNT);
    expect(arrived()).toBe(COUNT);
    const { next, progress } = await readSampleMarks(folder);
    expect(progress.sent).toBe(COUNT);
    expect(hasReached(next, COUNT)).toBe(true);
    expect(hasReached(next, COUNT + 1)).toBe(false);
  });

  test('goes on behind what an interrupted run has sent, with the requests that a whole run would have made', async () => {
    const ending = new AbortController();
    onRequest = (requests) => {
      if (requests === 5) ending.abort();
    };
    await run(COUNT, ending.signal);
    const { sent } = (await readSampleMarks(folder)).progress;
    expect(sent).toBeGreaterThan(0);
    expect(sent).toBeLessThan(COUNT);
    // The request that was under way is not known to have arrived: the same one again.
    const underWay = posted.pop();
    await run(COUNT);
    expect(posted.map(({ key }) => key)).toContain(underWay?.key);
    expect(arrived()).toBe(COUNT);
    const all = [...posted.flatMap(({ lines }) => lines), ...produced.map(({ value }) => value?.toString() ?? '')];
    const wanted = [...sampleLeads({ count: COUNT })].map((lead) =>
      lead.door === 'http' ? lead.text : lead.kind === 'intake' ? JSON.stringify(lead.intake) : Buffer.from(lead.bytes).toString(),
    );
    expect(all.sort()).toEqual(wanted.sort());
  });

  test('can be followed by more of it', async () => {
    await run(COUNT);
    const { next } = await readSampleMarks(folder);
    await run(endOf(next) + 300);
    expect(arrived()).toBe(COUNT + 300);
    expect(new Set(posted.map(({ key }) => key)).size).toBe(posted.length);
  });

  test('begins anew where nothing is written down, or nothing that can be read', async () => {
    expect(await readSampleMarks(folder)).toEqual(noMarks());
    await writeFile(join(folder, 'sample.json'), '{"next": {"leadwave": -1, "acme-media": "x"}, "sent": nul');
    expect(await readSampleMarks(folder)).toEqual(noMarks());
    await run(100);
    expect(JSON.parse(await readFile(join(folder, 'sample.json'), 'utf8'))).toMatchObject({ sent: 100, refused: {} });
  });
});
