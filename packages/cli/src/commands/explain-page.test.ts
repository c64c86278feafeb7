/** The page holds what vendors sent, in reasons of rules; whatever that is, it stays text. */
import { compileRuleSet } from '@lead-router/domain/compile-rule-set.ts';
import { locksFor } from '@lead-router/domain/decide-batch.ts';
import { explainDecision } from '@lead-router/domain/explain-decision.ts';
import { whyNot } from '@lead-router/domain/why-not.ts';
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { explainPage } from './explain-page.ts';

const RULES = `
name: page
scoring: { grades: [{ grade: HOT, minScore: 1 }, { grade: LOW_POTENTIAL }] }
rules:
  - { id: pro, when: lead.attributes.plan == "pro", to: desk }
  - { id: rest, when: "true", to: desk }
lastResort: chiefs
destinations: [{ id: sales, kind: SALES }]
pools:
  - { id: desk, destination: sales, agents: [{ id: ann }, { id: bob }] }
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
`;

function pageAbout(plan: string): string {
  const compiled = compileRuleSet({ source: RULES, tables: new Map(), hash: () => 'digest' });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const { ruleSet } = compiled;
  const world = new World({ ruleSet }).submit('lead', buildFacts({ attributes: { plan } }));
  const inputs = world.logs[0] ?? [];
  const result = explainDecision({ ...world.request(inputs), snapshot: world.snapshot(locksFor({ ruleSet, inputs, peeked: world })) }, 0);
  const effect = result.kind === 'EXPLAINED' ? result.explanation.effects.find(({ kind }) => kind === 'DECISION') : undefined;
  if (result.kind !== 'EXPLAINED' || effect?.kind !== 'DECISION') throw new Error(result.kind);
  const { lead, ...decided } = effect.decision;
  return explainPage({
    decision: { ...lead, ...decided, batchId: '0-0-1', inputIndex: 0 },
    explanation: result.explanation,
    whyNot: whyNot(ruleSet, result.explanation, 'chief'),
  });
}

describe('the page about a decision', () => {
  it('names the rule that matched, who has the lead and who has not', () => {
    const page = pageAbout('free');
    const text = page.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain('pro does not match attribute plan is &quot;free&quot;, not &quot;pro&quot; rest matches');
    expect(page.match(/<td[^>]*>chosen<\/td>/g)).toHaveLength(1);
    expect(text).toContain('Why not chief?');
  });

  it.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'</td></table><style>*{display:none}</style>",
    '&lt;b&gt;',
    '2026-13-45T99:00:00.000Z',
    '2026-02-31T10:00:00.000Z',
  ])('keeps %s a text', (plan) => {
    const tags = (page: string): readonly string[] => page.match(/<[^>]*>/g) ?? [];
    expect(tags(pageAbout(plan))).toEqual(tags(pageAbout('free')));
    const shown = plan.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(pageAbout(plan)).toContain(shown.replaceAll('"', '&quot;').replaceAll("'", '&#39;'));
  });

  it('loads nothing and runs nothing', () => {
    expect(pageAbout('free')).not.toMatch(/<script|https?:|url\(|@import|\son\w+=/);
  });
});
