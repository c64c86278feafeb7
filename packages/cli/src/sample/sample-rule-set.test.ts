/** The sample and the sample rule set fit each other: whoever watches sees every grade given and every rule taken. */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSubmission } from '@lead-router/contracts/parse-submission.ts';
import { evaluateLead } from '@lead-router/domain/evaluate-lead.ts';
import { GRADE_RANK } from '@lead-router/domain/rule-set.ts';
import { expect, test } from 'vitest';
import { openImport, passFile } from '../import/import-file.ts';
import { readRuleSetFile } from '../setup/read-rule-set.ts';
import { CONTACTS_FILE, CONTACTS_MAPPING } from '../up/import-contacts.ts';
import { FILE_VENDOR } from '../up/prepare-vendors.ts';
import { sampleLeads } from './sample-leads.ts';

const file = await readRuleSetFile(fileURLToPath(new URL('../../../../deploy/rule-sets/departments/rules.yaml', import.meta.url)));
if (!file.ok) throw new Error(`the sample rule set has faults: ${JSON.stringify(file.faults)}`);
const { ruleSet } = file;

const hashIdentity = (text: string): string => createHmac('sha256', 'a key for this test').update(text).digest('hex').slice(0, 32);
const decide = (value: unknown, vendor: string) => {
  const result = parseSubmission(value, { vendor });
  if (!result.ok) return [];
  const { facts, enrichment } = evaluateLead(ruleSet, { ...result.submission, isQualified: false, hashIdentity });
  return [{ grade: facts.grade, ruleId: ruleSet.matchRule(facts).rule.ruleId, accountId: enrichment.accountId }];
};
const decided = [...sampleLeads({ count: 4_000, repeats: 0, malformed: 0 })].flatMap((lead) =>
  decide(lead.door === 'http' ? JSON.parse(lead.text) : lead.kind === 'intake' ? lead.intake : null, lead.vendor),
);

const imported: ReturnType<typeof decide>[number][] = [];
const opened = await openImport({ file: CONTACTS_FILE, vendor: FILE_VENDOR, source: await readFile(CONTACTS_MAPPING, 'utf8') });
if (opened.kind !== 'OPEN') throw new Error(`the mapping does not fit: ${JSON.stringify(opened.faults)}`);
await passFile(opened.job, {
  rejectsFile: join(tmpdir(), `lead-router-rejects-${process.pid}.csv`),
  send: async (leads) => {
    for (const lead of leads) imported.push(...decide(lead, FILE_VENDOR));
  },
});

test('each of the six grades is given', () => {
  expect(new Set(decided.map(({ grade }) => grade))).toEqual(new Set(Object.keys(GRADE_RANK)));
});

test('each rule is taken, but for those that need a qualified lead', () => {
  const taken = new Set([...decided, ...imported].map(({ ruleId }) => ruleId));
  const unused = ruleSet.rules.filter(({ ruleId, when }) => !taken.has(ruleId) && !when?.includes('&& lead.isQualified'));
  expect(unused.map(({ ruleId }) => ruleId)).toEqual([]);
});

test('the contacts of a bank, whom nobody here can reach, go back to where they can be reached', () => {
  const counts = Object.groupBy(imported, ({ ruleId }) => ruleId);
  expect(Object.fromEntries(Object.entries(counts).map(([rule, leads]) => [rule, leads?.length]))).toEqual({
    'vendor-callback': 1_511,
    'vendor-calls': 30_692,
    'vendor-records': 13_008,
  });
});

test('most key accounts are known again in spite of how they were typed', () => {
  const share = decided.filter(({ accountId }) => accountId !== null).length / decided.length;
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.26);
});
