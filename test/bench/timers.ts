/**
 * Many clocks due at one instant. Leads are decided, then all their clocks are set to the same instant, as if they had
 * been given out at once; measured is how long after it the last one has fired, and the last lead has its next owner.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { statement } from '@lead-router/store/statement.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import type { BenchCluster } from './bench-cluster.ts';
import { preload } from './bench-leads.ts';

export interface TimersOptions {
  readonly leads: number;
  /** Watchdogs that share the work. */
  readonly watchdogs: number;
  readonly onProgress: (line: string) => void;
}

export interface TimersResult {
  readonly due: number;
  /** From the instant to the last `TimerFired` in the inbox. */
  readonly firedSeconds: number;
  /** From the instant to the last decision that followed. */
  readonly decidedSeconds: number;
  /** `TimerFired` that came more than once; each is applied once all the same. */
  readonly repeats: number;
  /** Leads that were not decided again, or more than once. */
  readonly wrong: number;
}

const COUNT = statement('bench-timers-count', 'SELECT count(*)::integer AS decided FROM decisions WHERE revision = $1');
/** Both together, as the router would have written them: a clock and its row. */
const SET_CLOCKS = statement(
  'bench-timers-leads',
  'UPDATE leads SET timer_due_at = to_timestamp($1::float8 / 1000) WHERE timer_kind IS NOT NULL',
);
const SET_TIMERS = statement(
  'bench-timers-rows',
  `WITH changed AS (UPDATE timers SET due_at = to_timestamp($1::float8 / 1000) WHERE kind = 'ACCEPT' RETURNING 1)
   SELECT count(*)::integer AS due FROM changed`,
);
const OUTCOME = statement(
  'bench-timers-outcome',
  `SELECT extract(epoch FROM max(decided_at) FILTER (WHERE revision = 2)) * 1000 AS "lastAt",
          (SELECT count(*) FROM leads WHERE stage IN ('ASSIGNED', 'EXCEPTION') AND revision <> 2)::integer AS wrong
     FROM decisions`,
);
const LEAD_MS = 2_000;
const POLL_MS = 250;
const STALLED_MS = 60_000;

export async function timers(cluster: BenchCluster, options: TimersOptions): Promise<TimersResult> {
  const { pool } = cluster;
  await preload(cluster, options.leads);
  const services = await cluster.startServices({ watchdog: options.watchdogs });
  await untilDecided(cluster, { revision: 1, count: options.leads });
  options.onProgress(`${options.leads} leads have an owner and a clock`);
  const instant = Date.now() + LEAD_MS;
  const due = await pool.inTransaction(async (transaction) => {
    void transaction.run(SET_CLOCKS, [instant]);
    const [row] = await transaction.run<{ due: number }>(SET_TIMERS, [instant]);
    return row?.due ?? 0;
  });
  await untilDecided(cluster, { revision: 2, count: due });
  const [outcome] = await pool.run<{ lastAt: number; wrong: number }>(OUTCOME);
  const fired = await firedTimers(cluster);
  await services.stop();
  return {
    due,
    firedSeconds: (fired.lastAt - instant) / 1_000,
    decidedSeconds: ((outcome?.lastAt ?? 0) - instant) / 1_000,
    repeats: fired.events - fired.distinct,
    wrong: outcome?.wrong ?? due,
  };
}

async function untilDecided({ pool }: BenchCluster, wanted: { readonly revision: number; readonly count: number }): Promise<void> {
  let last = { decided: 0, at: Date.now() };
  while (last.decided < wanted.count) {
    await sleep(POLL_MS);
    const [row] = await pool.run<{ decided: number }>(COUNT, [wanted.revision]);
    const decided = row?.decided ?? 0;
    if (decided > last.decided) last = { decided, at: Date.now() };
    else if (Date.now() - last.at > STALLED_MS) throw new Error(`stalled at ${decided} decisions of revision ${wanted.revision}`);
  }
}

/** By the time that the records bear. */
async function firedTimers({ kafka, schemas }: BenchCluster) {
  const inbox = await openTopicCodec(schemas, 'inbox');
  const ids = new Set<string>();
  let events = 0;
  let lastAt = 0;
  await readTopic(kafka, {
    topic: TOPICS.inbox.topic,
    groupId: `bench-timers-${process.pid}`,
    onRecords: (records) => {
      for (const { value, timestampMs } of records) {
        const prefix = value === null ? null : inbox.decodePrefix(value).prefix;
        if (prefix === null || !('leadrouter.v1.TimerFired' in prefix.body)) continue;
        if (prefix.body['leadrouter.v1.TimerFired'].timer !== 'ACCEPT') continue;
        events++;
        ids.add(prefix.envelope.eventId);
        lastAt = Math.max(lastAt, timestampMs);
      }
    },
  });
  return { events, distinct: ids.size, lastAt };
}
