/** The explanation says what was decided and why, candidate by candidate, from the record alone. */
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import { buildFacts, buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, it } from 'vitest';
import { type DecideBatchRequest, decideBatch, locksFor } from './decide-batch.ts';
import { explainDecision } from './explain-decision.ts';

const DAY = ['2026-01-05', '2026-01-06'] as const;

const ruleSet = buildTestRuleSet({
  pools: [
    {
      poolId: 'sales',
      overflowTo: 'center',
      agents: [
        { agentId: 'ann', weight: 3 },
        { agentId: 'bob', leave: [{ from: DAY[0], to: DAY[1] }] },
        { agentId: 'cid', active: false },
        { agentId: 'dot', caps: { open: 0, daily: null } },
      ],
    },
    { poolId: 'center', agents: ['eve'] },
  ],
});

/** The batch as the router would have recorded it. */
function record(world: World): DecideBatchRequest {
  const inputs = world.logs[0] ?? [];
  const locks = locksFor({ ruleSet, inputs, peeked: world });
  return { ...world.request(inputs), snapshot: world.snapshot(locks) };
}

function explain(batch: DecideBatchRequest, inputIndex: number) {
  const result = explainDecision(batch, inputIndex);
  if (result.kind !== 'EXPLAINED') throw new Error(result.kind);
  return result.explanation;
}

describe('an explanation', () => {
  it('names the rule, the pool, and for each candidate why or why not', () => {
    const explanation = explain(record(new World({ ruleSet }).submit('lead', buildFacts({ pool: 'sales' }))), 0);
    expect(explanation.rules.at(-1)).toMatchObject({ ruleId: 'to-sales', matched: true });
    const pool = explanation.steps.find((step) => step.kind === 'POOL');
    expect(pool?.candidates.map(({ agentId, verdict }) => [agentId, verdict])).toEqual([
      ['ann', 'CHOSEN'],
      ['bob', 'ON_LEAVE'],
      ['cid', 'INACTIVE'],
      ['dot', 'OPEN_CAP'],
    ]);
    expect(explanation.lines).toEqual([
      'Lead lead of acme arrived, graded HOT with 0 points.',
      'Revision 1, because it was submitted: ASSIGNED with ann in pool sales.',
      'Rule to-sales: matches: its test holds.',
      'Rule to-sales: "leads for sales", to sales.',
      'Pool sales takes it; whose turn it is is in the ledger.',
      '  ann: chosen (share 100 %, owed 0.00 leads; 0 open, 0 today).',
      '  bob: on leave.',
      '  cid: not active.',
      '  dot: at the cap of open leads (0 open, 0 today).',
      '  Ledger before and after: the pool 0 to 1 open, 0 to 1 today.',
    ]);
  });

  it('says of those who were as much in turn that it was by lot', () => {
    const pair = buildTestRuleSet({ pools: [{ poolId: 'sales', agents: ['ann', 'eve'] }] });
    const world = new World({ ruleSet: pair }).submit('lead', buildFacts({ pool: 'sales' }));
    const inputs = world.logs[0] ?? [];
    const snapshot = world.snapshot(locksFor({ ruleSet: pair, inputs, peeked: world }));
    const { steps, lines } = explain({ ...world.request(inputs), snapshot }, 0);
    const pool = steps.find((step) => step.kind === 'POOL');
    const winner = pool?.candidates.find(({ verdict }) => verdict === 'CHOSEN')?.agentId ?? '';
    const other = winner === 'ann' ? 'eve' : 'ann';
    expect(lines).toContain(`  ${other}: equally in turn, and the lot went to ${winner} (share 50 %, owed 0.00 leads; 0 open, 0 today).`);
  });

  it('shows the books as they stood at that input of the batch', () => {
    const world = new World({ ruleSet }).submit('one', buildFacts({ pool: 'sales' })).submit('two', buildFacts({ pool: 'sales' }));
    expect(explain(record(world), 1).lines).toContain('  ann: chosen (share 100 %, owed 0.00 leads; 1 open, 1 today).');
  });

  it('follows a lead from pool to pool, to those who had it before, and to the final decision makers', () => {
    const world = new World({ ruleSet }).submit('lead', buildFacts({ pool: 'sales' })).drain();
    world.act('lead', 'DECLINED').drain().act('lead', 'DECLINED').drain();
    expect(world.lead('lead')).toMatchObject({ stage: 'WAITING', poolId: 'sales', formerAgents: ['ann', 'eve'] });
    world.act('lead', 'QUALIFIED', { agentId: null });
    expect(explain(record(world), 0).lines).toContain('No new decision: the lead is WAITING in pool sales.');
  });

  it('says why nothing came of an input', () => {
    const world = new World({ ruleSet })
      .submit('lead', buildFacts({ pool: 'sales' }))
      .drain()
      .act('lead', 'WON', { agentId: 'eve' });
    const explanation = explain(record(world), 0);
    expect(explanation.ignored).toBe('NOT_THE_OWNER');
    expect(explanation.lines.at(-1)).toBe('Nothing came of it: it came from somebody who does not own the lead.');
  });

  it('changes nothing about the decision', () => {
    const batch = record(new World({ ruleSet }).submit('one', buildFacts({ pool: 'sales' })).submit('two', buildFacts({ pool: 'center' })));
    const before = decideBatch(batch);
    explain(batch, 0);
    expect(decideBatch(batch)).toEqual(before);
  });

  it('refuses a record that does not hold what the batch looked at', () => {
    const batch = record(new World({ ruleSet }).submit('lead', buildFacts({ pool: 'sales' })));
    const locked = { ...batch.snapshot.locked, pools: [] };
    expect(explainDecision({ ...batch, snapshot: { ...batch.snapshot, locked } }, 0)).toEqual({ kind: 'RECORD_INCOMPLETE' });
    expect(explainDecision(batch, 7)).toEqual({ kind: 'NO_SUCH_INPUT' });
  });
});
