/** Decisions by month: what was there moves into its months, no decision fails for want of one, whole months go and nothing else does. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '@lead-router/testkit/test-postgres.ts';
import { describe, expect, it } from 'vitest';
import { aLead, anEventId, commitBatch, faultKindOf } from '../../../test/contract/router-store-fixture.ts';
import { findRevisionFaults, scanDecisions } from './audit-store.ts';
import { dropDecisionMonths, ensureDecisionMonths, listDecisionMonths, MONTHS_AHEAD, readKeptFrom } from './decision-months.ts';
import { readDecisions } from './lead-store.ts';
import { migrate, readMigrations } from './migrate.ts';
import { usePartitionedDatabase } from './partitioned-database.test-support.ts';
import { createPostgresPool } from './postgres-pool.ts';
import { createPostgresRouterStore } from './postgres-router-store.ts';
import { readQueueFigures } from './queue-figures.ts';
import { statement } from './statement.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const inMonth = (year: number, month: number): number => Date.UTC(year, month - 1, 15);

describe('decisions by month', () => {
  const database = usePartitionedDatabase();

  const sql = <Row extends object>(name: string, text: string) => database().pool.run<Row>(statement(`test-months-${name}`, text));
  const months = async () => (await listDecisionMonths(database().pool)).map(({ month }) => month);
  const decide = (lead: ReturnType<typeof aLead>, decidedAt: number) =>
    commitBatch(createPostgresRouterStore(database().pool, { poolTimerId: () => '00000000-0000-4000-8000-000000000000' }), {
      now: decidedAt,
      writes: { leads: [{ ...lead, decidedAt }] },
      decisions: [
        {
          inputIndex: 0,
          decision: {
            ...{ eventId: anEventId(), kind: 'ASSIGNED', cause: 'SUBMITTED', previousAgentId: null, acceptBy: null },
            lead: { ...lead, decidedAt },
          },
        },
      ],
    });
  const again = (lead: ReturnType<typeof aLead>) => ({ ...lead, revision: lead.revision + 1, version: lead.version + 1 });

  it('has months made ahead, makes those that are missing, and does so once however many ask', async () => {
    const later = inMonth(2031, 2);
    const made = await Promise.all([1, 2, 3].map(() => ensureDecisionMonths(database().pool, later)));
    expect(made.reduce((sum, count) => sum + count, 0)).toBe(1 + MONTHS_AHEAD);
    expect(await months()).toEqual(expect.arrayContaining(['2031-02', '2031-03', '2031-04', '2031-05']));
    expect(await ensureDecisionMonths(database().pool, later)).toBe(0);
  });

  it('decides in a month that nobody made, tells of it, and puts it right', async () => {
    const lead = aLead({ submittedAt: inMonth(2040, 7) });
    await decide(lead, inMonth(2040, 7));
    expect((await readQueueFigures(database().pool)).months).toMatchObject({ outside: 2 });
    expect(await readDecisions(database().pool, lead.leadId)).toMatchObject([{ revision: 1 }]);
    await ensureDecisionMonths(database().pool, NOW);
    expect((await readQueueFigures(database().pool)).months).toMatchObject({ outside: 0 });
    expect(await months()).toContain('2040-07');
    expect(await readDecisions(database().pool, lead.leadId)).toMatchObject([{ revision: 1, decidedAt: inMonth(2040, 7) }]);
  });

  it('makes a month while batches are under way, those of the default tables included', async () => {
    const store = createPostgresRouterStore(database().pool, { poolTimerId: () => '00000000-0000-4000-8000-000000000000' });
    const leads = Array.from({ length: 30 }, () => aLead());
    /** As the router does: a month that came into being in between is a conflict, never a value that Postgres refuses. */
    const untilDecided = async (lead: ReturnType<typeof aLead>, at: number): Promise<void> => {
      while ((await faultKindOf(decide(lead, at))) === 'conflict');
    };
    const deciding = leads.map((lead, index) => untilDecided(lead, index % 2 === 0 ? inMonth(2041, 3) : NOW));
    const making = Array.from({ length: 5 }, () => ensureDecisionMonths(database().pool, inMonth(2041, 3)));
    await Promise.all([...deciding, ...making]);
    await ensureDecisionMonths(database().pool, inMonth(2041, 3));
    const found = await Promise.all(leads.map(({ leadId }) => readDecisions(database().pool, leadId)));
    expect(found.flat()).toHaveLength(30);
    expect(await sql('tables', `SELECT DISTINCT tableoid::regclass::text AS name FROM decisions ORDER BY 1`)).toEqual([
      { name: 'decisions_2026_11' },
      { name: 'decisions_2041_03' },
    ]);
    expect((await store.peek({ leads: leads.map(({ leadId }) => leadId) })).leads.size).toBe(30);
  });

  it('drops whole months, only those, and never what guards against repeats', async () => {
    const [gone, half, kept] = [aLead(), aLead(), aLead()].map((lead) => ({ ...lead, submittedAt: inMonth(2025, 1) }));
    if (!gone || !half || !kept) throw new Error('three leads');
    for (const at of [inMonth(2025, 1), inMonth(2025, 3), NOW]) await ensureDecisionMonths(database().pool, at);
    await decide(gone, inMonth(2025, 1));
    await decide(half, inMonth(2025, 1));
    await decide(again(half), inMonth(2025, 3));
    await decide({ ...kept, submittedAt: NOW }, NOW);
    await sql('applied', `INSERT INTO applied_events (event_id, applied_at) VALUES (gen_random_uuid(), '2025-01-15')`);
    const plan = await dropDecisionMonths(database().pool, { now: NOW, keptMonths: 21, isDryRun: true });
    expect(plan).toMatchObject({ keptFrom: Date.UTC(2025, 1, 1), dropped: [{ month: '2025-01' }] });
    expect(await readKeptFrom(database().pool)).toBeNull();
    expect(await findRevisionFaults(database().pool, 10)).toEqual({ total: 0, first: [] });

    expect(await dropDecisionMonths(database().pool, { now: NOW, keptMonths: 21, isDryRun: false })).toEqual(plan);
    expect(await readKeptFrom(database().pool)).toBe(Date.UTC(2025, 1, 1));
    expect(await months()).not.toContain('2025-01');
    expect(await readDecisions(database().pool, gone.leadId)).toEqual([]);
    expect((await readDecisions(database().pool, half.leadId)).map(({ revision }) => revision)).toEqual([2]);
    expect(await sql('left', 'SELECT (SELECT count(*) FROM leads) AS leads, (SELECT count(*) FROM applied_events) AS applied')).toEqual([
      { leads: 3, applied: 1 },
    ]);
    expect(await findRevisionFaults(database().pool, 10)).toEqual({ total: 0, first: [] });
    expect((await dropDecisionMonths(database().pool, { now: NOW, keptMonths: 21, isDryRun: false })).dropped).toEqual([]);
    await expect(dropDecisionMonths(database().pool, { now: NOW, keptMonths: 1, isDryRun: false })).rejects.toThrow('at least 2 months');
  });

  it('lets the audit tell a revision that was decided twice, in two months, and one that is missing without having been dropped', async () => {
    const [twice, hole] = [aLead({ submittedAt: inMonth(2026, 9) }), aLead({ submittedAt: inMonth(2026, 9) })];
    for (const at of [inMonth(2026, 9), NOW]) await ensureDecisionMonths(database().pool, at);
    await decide(twice, inMonth(2026, 9));
    await decide(again(twice), NOW);
    await sql(
      'double',
      `INSERT INTO decisions SELECT (jsonb_populate_record(d, '{"revision": 1}')).* FROM decisions d WHERE revision = 2 AND lead_id = '${twice.leadId}'`,
    );
    await decide(again(hole), NOW);
    const { total, first } = await findRevisionFaults(database().pool, 10);
    expect(total).toBe(2);
    expect(first.map(({ leadId, decided }) => [leadId, decided]).sort()).toEqual(
      [
        [twice.leadId, 3],
        [hole.leadId, 1],
      ].sort(),
    );
  });

  it('finds each batch of a page in its month', async () => {
    const leads = [aLead(), aLead()];
    for (const [index, at] of [inMonth(2026, 9), NOW].entries()) {
      await ensureDecisionMonths(database().pool, at);
      await decide(leads[index] ?? aLead(), at);
    }
    const pages = [];
    for await (const page of scanDecisions(database().pool, 1)) pages.push(...page);
    expect(pages.map(({ partition, batchTo }) => [partition, batchTo])).toEqual([
      [0, 10],
      [0, 10],
    ]);
  });
});

it('moves the decisions of a database that was made before into their months', async () => {
  const database = await createTestDatabase();
  const pool = createPostgresPool({
    ...{ databaseUrl: database.databaseUrl, applicationName: 'test', maxConnections: 2, onConnectionError: () => undefined },
  });
  const folder = await mkdtemp(join(tmpdir(), 'migrations-'));
  const sql = <Row extends object>(name: string, text: string) => pool.run<Row>(statement(`test-conversion-${name}`, text));
  try {
    await sql('drop', 'DROP SCHEMA public CASCADE');
    await sql('make', 'CREATE SCHEMA public');
    const all = await readMigrations();
    for (const { name } of all.slice(0, 10)) await cp(new URL(`../migrations/${name}`, import.meta.url), join(folder, name));
    await migrate(database.databaseUrl, { folder });
    await sql(
      'batches',
      `INSERT INTO decision_batches SELECT n::text, 0, 1, n, n + 1, 1, '2026-03-31T12:00Z'::timestamptz + n * interval '1 day', 1, '\\x00' FROM generate_series(0, 60) n`,
    );
    await sql(
      'decisions',
      `INSERT INTO decisions (lead_id, revision, batch_id, input_index, event_id, kind, cause, version, grade, score, rule_set_version, submitted_at, decided_at)
       SELECT gen_random_uuid(), 1, batch_id, 0, gen_random_uuid(), 'LINKED', 'SUBMITTED', 1, 'HOT', 1, 1, decided_at, decided_at FROM decision_batches`,
    );
    expect((await migrate(database.databaseUrl)).applied).toEqual(all.slice(10).map(({ name }) => name));
    expect(await sql('count', 'SELECT tableoid::regclass::text AS name, count(*) AS rows FROM decisions GROUP BY 1 ORDER BY 1')).toEqual([
      { name: 'decisions_2026_03', rows: 1 },
      { name: 'decisions_2026_04', rows: 30 },
      { name: 'decisions_2026_05', rows: 30 },
    ]);
    expect(
      await sql(
        'joined',
        'SELECT count(*) AS rows FROM decisions JOIN decision_batches USING (batch_id, decided_at) WHERE octet_length(body) = 1',
      ),
    ).toEqual([{ rows: 61 }]);
    expect((await listDecisionMonths(pool)).length).toBeGreaterThanOrEqual(3 + 1 + MONTHS_AHEAD);
  } finally {
    await pool.close();
    await database.drop();
    await rm(folder, { recursive: true });
  }
});
