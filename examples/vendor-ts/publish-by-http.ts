/**
 * Sends leads, one JSON object a line, to the gateway, and prints what became of each. What is not answered is sent again with the same
 * idempotency key: it gets the same answer, and no lead is made twice.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const BATCH = 500;
const ATTEMPTS = 10;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;

interface Answer {
  /** Of a 202. */
  readonly leads?: readonly LineResult[];
  /** Of anything else; with lines when every one of them was refused. */
  readonly error?: { readonly message: string; readonly lines?: readonly LineResult[] };
}

interface LineResult {
  readonly line: number;
  readonly status: 'accepted' | 'repeat' | 'refused';
  readonly faults?: readonly { readonly code: string; readonly field?: string; readonly message: string }[];
}

const { GATEWAY_URL, GATEWAY_KEY } = process.env;
const [file] = process.argv.slice(2);
if (!GATEWAY_URL || !GATEWAY_KEY || !file) {
  process.stderr.write('usage: GATEWAY_URL=http://... GATEWAY_KEY=... node publish-by-http.ts LEADS.ndjson\n');
  process.exit(64);
}

const lines = readFileSync(file, 'utf8').split('\n');
const counts = { accepted: 0, repeat: 0, refused: 0 };
for (let from = 0; from < lines.length; from += BATCH) {
  const body = lines.slice(from, from + BATCH).join('\n');
  if (body.trim() === '') continue;
  for (const { line, status, faults = [] } of await send(body)) {
    counts[status] += 1;
    for (const fault of faults) process.stderr.write(`line ${from + line}: ${fault.code} ${fault.field ?? ''}: ${fault.message}\n`);
  }
}
process.stdout.write(`${JSON.stringify(counts)}\n`);
process.exitCode = counts.refused === 0 ? 0 : 1;

async function send(body: string): Promise<readonly LineResult[]> {
  const headers = {
    authorization: `Bearer ${GATEWAY_KEY}`,
    'content-type': 'application/x-ndjson',
    'idempotency-key': createHash('sha256').update(body).digest('hex'),
  };
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${GATEWAY_URL}/v1/leads`, { method: 'POST', headers, body }).catch(() => null);
    // No answer, a 5xx, 409 (still at work) and 429 (too many, or the day's quota) are worth another attempt.
    const isFinal = response !== null && response.status < 500 && response.status !== 409 && response.status !== 429;
    if (isFinal) return resultsOf(response.status, JSON.parse(await response.text()));
    if (attempt === ATTEMPTS) throw new Error(`no answer after ${ATTEMPTS} attempts: ${response?.status ?? 'nothing listens'}`);
    const askedMs = Number(response?.headers.get('retry-after') ?? 0) * 1000;
    await response?.body?.cancel();
    await sleep(Math.max(askedMs, Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1))));
  }
}

function resultsOf(status: number, { leads, error }: Answer): readonly LineResult[] {
  const results = leads ?? error?.lines;
  if (results) return results;
  throw new Error(`${status}: ${error?.message}`);
}
