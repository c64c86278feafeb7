/** Each way of not getting a lead has its sentence, and the record is enough for all of them. */
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { locksFor } from './decide-batch.ts';
import { explainDecision } from './explain-decision.ts';
import { whyNot } from './why-not.ts';

const ruleSet = buildTestRuleSet({
  pools: [
    { poolId: 'first' },
    {
      poolId: 'sales',
      overflowTo: 'center',
      agents: [
        { agentId: 'ann', weight: 3 },
        { agentId: 'bea', weight: 1 },
        { agentId: 'bob', leave: [{ from: '2026-01-05', to: '2026-01-06', cover: 'ann' }] },
        { agentId: 'cid', active: false },
        { agentId: 'dot', caps: { open: 0, daily: null } },
      ],
    },
    { poolId: 'center', agents: ['eve'] },
  ],
});

/** The input that is still to be decided, explained from what the router would have recorded. */
function explained(world: World, { leadIndex = 0 } = {}) {
  const inputs = world.logs[0] ?? [];
  const locks = locksFor({ ruleSet: world.ruleSet, inputs, peeked: world });
  const result = explainDecision({ ...world.request(inputs), snapshot: world.snapshot(locks) }, leadIndex);
  if (result.kind !== 'EXPLAINED') throw new Error(result.kind);
  return result.explanation;
}

const submitted = () => new World({ ruleSet }).submit('lead', buildFacts({ pool: 'sales' }));
const reasons = (world: World, target: string) => whyNot(world.ruleSet, explained(world), target)?.reasons;

describe('why somebody did not get a lead', () => {
  it('says of a member what stood against it', () => {
    expect(reasons(submitted(), 'bob')).toEqual(['In pool sales: it was on leave, and ann stands in for it.']);
    expect(reasons(submitted(), 'cid')).toEqual(['In pool sales: it is not active in the rule set.']);
    expect(reasons(submitted(), 'dot')).toEqual(['In pool sales: its cap of open leads was reached, with 0 open.']);
  });

  it('says of a member who was free what the ledger said, with both deadlines', () => {
    expect(reasons(submitted(), 'bea')).toEqual([
      'In pool sales: not in turn: it was owed 0 leads, ann 0; with this one it would be too far ahead of its share.',
    ]);
  });

  it('says the same of the last resort and of a pool by hand, whatever the caps; and that a named agent has it out of turn', () => {
    const full = { open: 0, daily: null };
    const last = buildTestRuleSet({
      pools: [
        { poolId: 'sales', agents: ['sue'] },
        {
          poolId: 'final',
          agents: [
            { agentId: 'max', weight: 3, caps: full },
            { agentId: 'mia', caps: full },
            { agentId: 'moe', active: false },
          ],
        },
      ],
    });
    const fresh = () => new World({ ruleSet: last });
    const inTurn = ['In pool final: not in turn: it was owed 0 leads, max 0; with this one it would be too far ahead of its share.'];
    const exception = fresh().submit('lead', buildFacts());
    expect(reasons(exception, 'mia')).toEqual(inTurn);
    expect(reasons(exception, 'moe')).toEqual(['In pool final: it is not active in the rule set.']);
    const byHand = (to: string) => {
      const world = fresh()
        .submit('lead', buildFacts({ pool: 'sales' }))
        .drain();
      const { leadId } = world.lead('lead');
      return world.send({ kind: 'REASSIGN', leadId, occurredAt: world.now, to, by: 'a person', reason: 'asked for', facts: null });
    };
    expect(reasons(byHand('final'), 'mia')).toEqual(inTurn);
    expect(reasons(byHand('final/mia'), 'max')).toEqual(['In pool final: its cap of open leads was reached, with 0 open.']);
    const free = new World({ ruleSet }).submit('lead', buildFacts({ pool: 'center' })).drain();
    const { leadId } = free.lead('lead');
    free.send({ kind: 'REASSIGN', leadId, occurredAt: free.now, to: 'sales/bea', by: 'a person', reason: 'asked for', facts: null });
    expect(reasons(free, 'ann')).toEqual(['In pool sales: it was free; bea was chosen by hand, out of turn.']);
  });

  it('says that who had it before does not get it back', () => {
    const world = submitted().drain();
    world.act('lead', 'DECLINED');
    expect(reasons(world, 'ann')).toEqual([
      'In pool sales: it had this lead before: who lost a lead does not get it back unless a person says so.',
    ]);
  });

  it('says of pools and destinations that were not asked which rule stood in between', () => {
    expect(reasons(submitted(), 'eve')).toEqual([
      'Pool center was not asked.',
      '  Rule to-center sends leads there, but comes after rule to-sales, which matched.',
      '  Overflow from sales leads to it, and did not get that far.',
    ]);
    expect(reasons(submitted(), 'first')).toEqual([
      'Pool first was not asked.',
      '  Rule to-first sends leads there, but does not match: its test does not hold.',
    ]);
    expect(reasons(submitted(), 'final')?.[0]).toMatch(/the final decision makers get only what nobody else can take/);
  });

  it('tells who has it, who is unknown, and where nothing was decided', () => {
    expect(whyNot(ruleSet, explained(submitted()), 'ann')).toEqual({
      target: 'ann',
      is: 'AGENT',
      hasIt: true,
      reasons: ['ann did get it.'],
    });
    expect(whyNot(ruleSet, explained(submitted()), 'sales')).toMatchObject({ is: 'POOL', hasIt: true });
    expect(whyNot(ruleSet, explained(submitted()), 'zoe')).toBeNull();
    const world = submitted().drain().act('lead', 'WON', { agentId: 'eve' });
    expect(reasons(world, 'eve')).toEqual(['Nothing was assigned here: no decision came of this input.']);
  });
});
