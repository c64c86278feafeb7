/** The outputs that Postgres keeps of each partition's last batch, for the case that their Kafka half is missing, are what Kafka has. */
import { hash } from 'node:crypto';
import { decodeOutputs } from '@lead-router/router/stored-outputs.ts';
import { statement } from '@lead-router/store/statement.ts';
import type { RecordHeaders } from '@lead-router/stream/kafka-port.ts';
import { expect } from 'vitest';
import type { Scenario } from './scenario.ts';

const KEPT = statement('e2e-kept-outputs', 'SELECT outputs FROM router_partitions WHERE outputs IS NOT NULL ORDER BY partition');

interface Written {
  readonly key: string | Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders;
}

/** Call at rest. */
export async function expectKeptOutputs({ system, read }: Scenario): Promise<void> {
  const rows = await system.pool.run<{ readonly outputs: Buffer }>(KEPT);
  const kept = Map.groupBy(
    rows.flatMap(({ outputs }) => decodeOutputs(outputs)),
    ({ topic }) => topic,
  );
  expect(kept.size).toBeGreaterThan(0);
  for (const [topic, outputs] of kept) {
    const published = new Set((await read(topic)).map(digestOf));
    expect(outputs.filter((output) => !published.has(digestOf(output))).map(({ key }) => `${topic} ${key}`)).toEqual([]);
  }
}

function digestOf({ key, value, headers }: Written): string {
  const plain = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
  return hash('sha1', JSON.stringify([key === null ? null : String(key), value?.toString('base64') ?? null, plain]));
}
