/** Reference tables are part of the rule set: activated, and taken back, under a running enricher; each lead is stamped with the version it saw. */
import { createHash } from 'node:crypto';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { decodeContext } from '@lead-router/contracts/context-codec.ts';
import { leadIdFor, submittedEventId } from '@lead-router/contracts/ids.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import { compilePublished } from '@lead-router/service-kit/open-dependencies.ts';
import { activateRuleSet } from '@lead-router/store/activate-rule-set.ts';
import { createCompiledRuleSets } from '@lead-router/store/compiled-rule-sets.ts';
import { publishRuleSet } from '@lead-router/store/rule-set-store.ts';
import { createRuleSetReader } from '@lead-router/store/service-instances.ts';
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leadFor, personFor } from '../../../test/support/example-leads.ts';
import { consumedRecord, onlyFlow, runFlow } from '../../../test/support/step-harness.ts';
import { enricherTopology } from './topology.ts';

const RULES = `
name: small
tables: { accounts: { csv: accounts.csv, key: id } }
enrichment: { accounts: { table: accounts, name: name } }
scoring: { grades: [{ grade: HOT }] }
rules: [{ id: all, when: "true", to: team }]
lastResort: team
destinations: [{ id: sales, kind: SALES }]
pools: [{ id: team, destination: sales, acceptWithin: 1d, agents: [{ id: ann }] }]
`;
const leadId = leadIdFor('vendor-a', { kind: 'REFERENCE', reference: 'r-1' });
const known = { eventId: submittedEventId(leadId), leadId, occurredAt: 1_700_000_000_000, recordedAt: 1_700_000_000_000 };

let postgres: TestPool;
beforeAll(async () => {
  postgres = await openTestPool();
});
afterAll(() => postgres.close());

async function publish(accounts: string): Promise<number> {
  const digest = createHash('sha256').update(RULES).update(accounts).digest('hex');
  const tables = new Map([['accounts.csv', `id,name\n${accounts}\n`]]);
  const { version } = await publishRuleSet(postgres.pool, { name: 'small', digest, source: RULES, tables, publishedBy: 'ann' });
  return version;
}

async function activate(version: number): Promise<void> {
  const result = await activateRuleSet(postgres.pool, {
    version,
    by: 'ann',
    reason: null,
    timeoutMs: 2_000,
    poolTimerId: () => '00000000-0000-4000-8000-00000000000a',
  });
  expect(result).toMatchObject({ ok: true, version });
}

test('a changed table is used from its activation on, without a restart, and no longer after the way back', async () => {
  const first = await publish('OLD,Bergen Marine');
  await activate(first);
  const reader = createRuleSetReader(postgres.pool, { instanceId: 'enricher-1', service: 'enricher', address: null });
  const ruleSets = createCompiledRuleSets({ compile: compilePublished, reader });
  await ruleSets.start();

  const schemas = createMemorySchemas();
  const [submitted, enriched] = await Promise.all([openTopicCodec(schemas, 'submitted'), openTopicCodec(schemas, 'enriched')]);
  const clock = { now: () => known.recordedAt, sleep: async () => undefined };
  const hashIdentity = (normalised: string) => normalised;
  const flow = onlyFlow(enricherTopology({ version: 'test', submitted, enriched, ruleSets, hashIdentity, clock }));
  const lead = leadFor({ company: { ...leadFor().company, name: 'Bergen Marine Inc.' } });
  const value = submitted.encode({ envelope: toEnvelope(known), source: 'HTTP', context: toContext({ lead, person: personFor() }) });
  const enrich = async () => {
    const [outcome] = await runFlow(flow, [consumedRecord(value)]);
    const record = outcome?.kind === 'ok' ? outcome.value[0] : undefined;
    const { prefix, context } = enriched.decodePrefix(record?.value ?? Buffer.alloc(0));
    return [prefix.ruleSetVersion, decodeContext(context ?? Buffer.alloc(0)).enrichment?.accountId];
  };

  expect(await enrich()).toEqual([first, 'OLD']);
  const second = await publish('NEW,Bergen Marine');
  await ruleSets.refresh();
  expect(await enrich()).toEqual([first, 'OLD']);
  await activate(second);
  await ruleSets.refresh();
  expect(await enrich()).toEqual([second, 'NEW']);
  await activate(first);
  await ruleSets.refresh();
  expect(await enrich()).toEqual([first, 'OLD']);
});
