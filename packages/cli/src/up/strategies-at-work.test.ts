/** By the sample's own rule set, which has strategies of pools and of rules. */
import { expect, it } from 'vitest';
import { readRuleSetFile } from '../setup/read-rule-set.ts';
import { strategiesAtWork } from './strategies-at-work.ts';
import { SAMPLE_RULE_SET } from './system.ts';

it('counts what is owned by how agents and pools are chosen, most used first', async () => {
  const read = await readRuleSetFile(SAMPLE_RULE_SET);
  if (!read.ok) throw new Error('the sample has faults');
  const owned = (leads: number) => ({ owned: leads, offered: 0, waiting: 9 });
  const counts = strategiesAtWork(read.ruleSet, {
    byPool: new Map([
      ['customer-service', owned(3)],
      ['outbound-calls', owned(20)],
      ['inside-sales', owned(4)],
      ['information-desk', owned(0)],
    ]),
    byRule: new Map([
      ['high-potential-welcome', 8],
      ['sales-elsewhere', 4],
    ]),
  });
  expect([...counts]).toEqual([
    ['least-loaded', 20],
    ['margin', 8],
    ['weighted', 4],
    ['best-fit', 3],
  ]);
});
