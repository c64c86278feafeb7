/** The sample and the sample rule set fit each other: whoever watches sees every grade given and every rule taken. */
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parseSubmission } from '@lead-router/contracts/parse-submission.ts';
import { evaluateLead } from '@lead-router/domain/evaluate-lead.ts';
import { GRADE_RANK } from '@lead-router/domain/rule-set.ts';
import { expect, test } from 'vitest';
import { readRuleSetFile } from '../setup/read-rule-set.ts';
import { sampleLeads } from './sample-leads.ts';

const file = await readRuleSetFile(fileURLToPath(new URL('../../../../deploy/rule-sets/departments/rules.yaml', import.meta.url)));
if (!file.ok) throw new Error(`the sample rule set has faults: ${JSON.stringify(file.faults)}`);
const { ruleSet } = file;

const hashIdentity = (text: string): string => createHmac('sha256', 'a key for this test').update(text).digest('hex').slice(0, 32);
const decided = [...sampleLeads({ count: 4_000, repeats: 0, malformed: 0 })].flatMap((lead) => {
  const value: unknown = lead.door === 'http' ? JSON.parse(lead.text) : lead.kind === 'intake' ? lead.intake : null;
  const result = parseSubmission(value, { vendor: lead.vendor });
  if (!result.ok) return [];
  const { facts, enrichment } = evaluateLead(ruleSet, { ...result.submission, isQualified: false, hashIdentity });
  return [{ grade: facts.grade, ruleId: ruleSet.matchRule(facts).rule.ruleId, accountId: enrichment.accountId }];
});

test('each of the six grades is given', () => {
  expect(new Set(decided.map(({ grade }) => grade))).toEqual(new Set(Object.keys(GRADE_RANK)));
});

test('each rule is taken, but for those that need a qualified lead', () => {
  const taken = new Set(decided.map(({ ruleId }) => ruleId));
  const unused = ruleSet.rules.filter(({ ruleId, when }) => !taken.has(ruleId) && !when?.includes('&& lead.isQualified'));
  expect(unused.map(({ ruleId }) => ruleId)).toEqual([]);
});

test('most key accounts are known again in spite of how they were typed', () => {
  const share = decided.filter(({ accountId }) => accountId !== null).length / decided.length;
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.26);
});
