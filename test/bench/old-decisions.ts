/**
 * A history as years leave it behind: so many old decisions over 24 months with their leads, contexts, identities, batches and applied events,
 * made by Postgres itself. What is decided after it runs over tables and indexes of that size.
 */
import pg from 'pg';

export interface HistoryOptions {
  readonly decisions: number;
  readonly onProgress: (line: string) => void;
}

const MONTHS = 24;
/** Each lead is decided when it comes, and once more: an answer, a hand-off. The first needs no entry as an applied event. */
const DECISIONS_A_LEAD = 2;
const DECISIONS_A_BATCH = 500;
const IDENTITIES_A_LEAD = 2;
/** Bytes, as a batch of the benchmark's leads comes to, and a lead's context. */
const BODY_BYTES_A_DECISION = 150;
const CONTEXT_BYTES = 480;
const MD5_BYTES = 16;

/** Ids rise within a month and lie all over their range, so an index of a month is written from left to right, and looks as it would. */
const LEAD_ID = `(lpad(to_hex(i * 4294967295 / $1::bigint), 8, '0') || substr(md5(i || '/' || $2), 9))::uuid`;
const MONTH = `(date_trunc('month', now(), 'UTC') - $2::integer * interval '1 month')`;
const TIME = `${MONTH} + i * (interval '28 days' / $1::double precision)`;

/** $1 leads a month, $2 how many months ago, from 1. */
const DECISIONS = `
  INSERT INTO decisions (lead_id, revision, batch_id, input_index, event_id, kind, cause, version, grade, score, pool_id, agent_id, destination_id,
                         rule_id, rule_set_version, accept_by, submitted_at, decided_at)
  SELECT ${LEAD_ID}, revision, 'old-' || $2 || '-' || (i * ${DECISIONS_A_LEAD} / ${DECISIONS_A_BATCH}), i % ${DECISIONS_A_BATCH},
         gen_random_uuid(), 'ASSIGNED', CASE revision WHEN 1 THEN 'SUBMITTED' ELSE 'ANSWERED' END, revision, 'HIGH_POTENTIAL', 61.5,
         'pool-' || i % 20, 'pool-' || i % 20 || '-agent-' || i % 10, 'sales', 'rule-' || i % 50, 1, ${TIME} + interval '15 minutes', ${TIME}, ${TIME}
    FROM generate_series(0::bigint, $1::bigint - 1) i CROSS JOIN generate_series(1, ${DECISIONS_A_LEAD}) revision`;

const BATCHES = `
  INSERT INTO decision_batches (batch_id, partition, epoch, from_offset, to_offset, rule_set_version, decided_at, seed, body)
  SELECT 'old-' || $2 || '-' || i, i % 6, 1, i * ${DECISIONS_A_BATCH}, (i + 1) * ${DECISIONS_A_BATCH}, 1, ${TIME}, 1,
         decode(repeat(md5(i || '/' || $2), ${Math.ceil((DECISIONS_A_BATCH * BODY_BYTES_A_DECISION) / MD5_BYTES)}), 'hex')
    FROM generate_series(0::bigint, $1::bigint - 1) i`;

const LEADS = `
  INSERT INTO leads (lead_id, version, revision, stage, vendor, grade, score, pool_id, agent_id, destination_id, rule_id, rule_set_version, identities,
                     former_agents, is_qualified, submitted_at, decided_at, accepted_at, responded_at, timer_generation, context)
  SELECT ${LEAD_ID}, 4, ${DECISIONS_A_LEAD}, CASE i % 5 WHEN 0 THEN 'ASSIGNED' ELSE 'CLOSED' END, 'vendor-' || i % 3, 'HIGH_POTENTIAL', 61.5,
         'pool-' || i % 20, 'pool-' || i % 20 || '-agent-' || i % 10, 'sales', 'rule-' || i % 50, 1,
         ARRAY[md5('mail' || i || '/' || $2), md5('phone' || i || '/' || $2)], '{}', false, ${TIME}, ${TIME}, ${TIME}, ${TIME}, 2,
         decode(repeat(md5(i::text), ${CONTEXT_BYTES / MD5_BYTES}), 'hex')
    FROM generate_series(0::bigint, $1::bigint - 1) i`;

const IDENTITIES = `
  INSERT INTO identities (identity, lead_id, pool_id, agent_id, destination_id, last_agent_id, is_open, last_decided_at)
  SELECT md5(kind || i || '/' || $2)::uuid, ${LEAD_ID}, 'pool-' || i % 20, 'pool-' || i % 20 || '-agent-' || i % 10, 'sales',
         'pool-' || i % 20 || '-agent-' || i % 10, i % 5 = 0, ${TIME}
    FROM generate_series(0::bigint, $1::bigint - 1) i CROSS JOIN unnest(ARRAY['mail', 'phone']) kind`;

const APPLIED = `
  INSERT INTO applied_events (event_id, applied_at)
  SELECT gen_random_uuid(), ${TIME} FROM generate_series(0::bigint, $1::bigint - 1) i CROSS JOIN generate_series(2, ${DECISIONS_A_LEAD})`;

/** Tables that are one for all time: their keys are made when the rows are there, which takes a tenth of the time. */
const KEYED = [
  { table: 'leads', key: 'lead_id' },
  { table: 'identities', key: 'identity' },
  { table: 'applied_events', key: 'event_id' },
] as const;

const ALL = ['decisions', 'decision_batches', ...KEYED.map(({ table }) => table)] as const;

/** Returns how long it took, seconds. Nothing of it is left to vacuum or to write when it comes back, so that a measurement can begin. */
export async function fillHistory(databaseUrl: string, { decisions, onProgress }: HistoryOptions): Promise<number> {
  const startedAt = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedAt) / 1000);
  const leads = Math.ceil(decisions / DECISIONS_A_LEAD / MONTHS);
  const clients = [connect(databaseUrl), connect(databaseUrl)] as const;
  const [first, second] = clients;
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await Promise.all(clients.map((client) => client.query(SETTINGS)));
    for (const { table } of KEYED) await first.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey`);
    for (let ago = MONTHS; ago > 0; ago--) {
      await first.query(`SELECT ensure_decision_month(date_trunc('month', now(), 'UTC') - $1::integer * interval '1 month')`, [ago]);
      await Promise.all([
        inTurn(first, [DECISIONS, APPLIED], [leads, ago]).then(() =>
          first.query(BATCHES, [Math.ceil((leads * DECISIONS_A_LEAD) / DECISIONS_A_BATCH), ago]),
        ),
        inTurn(second, [LEADS, IDENTITIES], [leads, ago]),
      ]);
    }
    onProgress(
      `${leads * DECISIONS_A_LEAD * MONTHS} decisions of ${leads * MONTHS} leads, ${leads * MONTHS * IDENTITIES_A_LEAD} identities after ${seconds()} s`,
    );
    for (const { table, key } of KEYED) await first.query(`ALTER TABLE ${table} ADD PRIMARY KEY (${key})`);
    await first.query(`VACUUM (FREEZE, ANALYZE) ${ALL.join(', ')}`);
    await first.query('CHECKPOINT');
    // Into the buffers, where they are in a system that is at work.
    for (const { table, key } of KEYED) await first.query(`SELECT count(${key}) FROM ${table}`);
    const size = await first.query<{ size: string }>('SELECT pg_size_pretty(pg_database_size(current_database())) AS size');
    onProgress(`filled: ${size.rows[0]?.size ?? '?'} after ${seconds()} s`);
    return seconds();
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** What is lost by a crash here is made again. An index is read as a whole when its keys are counted. */
const SETTINGS = `SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; SET work_mem = '64MB'; SET timezone = 'UTC'; SET jit = off;
  SET enable_seqscan = off; SET enable_bitmapscan = off; SET max_parallel_workers_per_gather = 0`;

const connect = (connectionString: string): pg.Client => new pg.Client({ connectionString, application_name: 'lead-router bench' });

async function inTurn(client: pg.Client, statements: readonly string[], values: readonly number[]): Promise<void> {
  for (const text of statements) await client.query(text, [...values]);
}
