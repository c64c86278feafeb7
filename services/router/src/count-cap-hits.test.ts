/** A cap counts once when it is reached, not for every lead that finds it full. */
import type { HourCount } from '@lead-router/domain/routing-model.ts';
import type { Caps } from '@lead-router/domain/rule-set.ts';
import { describe, expect, it } from 'vitest';
import { type CountedBatch, capHitsOf } from './count-cap-hits.ts';

const poolId = 'inside-sales';
const agentId = 'ann';

const capped = (caps: Caps): CountedBatch['ruleSet'] => ({
  pools: new Map([[poolId, { caps, agents: [{ agentId, caps }] }]]),
  destinations: new Map(),
});

const books = (figures: { readonly open: number; readonly daily: number; readonly day: string; readonly hour?: HourCount }) => ({
  poolId,
  generation: 0,
  ...figures,
  waiting: 0,
  wakePending: false,
  wakeAt: null,
  wakeGeneration: 0,
  members: [{ agentId, credit: 0, total: 0, ...figures }],
});

const hits = (
  rules: CountedBatch['ruleSet'],
  [before, after]: readonly [Parameters<typeof books>[0] | null, Parameters<typeof books>[0]],
): readonly string[] =>
  capHitsOf({
    ruleSet: rules,
    before: { pools: new Map(before === null ? [] : [[poolId, books(before)]]), destinations: new Map() },
    writes: { pools: [books(after)], destinations: [] },
  }).map(({ scope, cap }) => `${scope} ${cap}`);

const day = '2026-11-20';

describe('capHitsOf', () => {
  it('counts the moment at which a cap is reached, for the pool and its members', () => {
    const rules = capped({ open: 3, daily: null });
    expect(hits(rules, [null, { open: 2, daily: 2, day }])).toEqual([]);
    expect(
      hits(rules, [
        { open: 2, daily: 2, day },
        { open: 3, daily: 3, day },
      ]),
    ).toEqual(['pool open', 'agent open']);
    expect(
      hits(rules, [
        { open: 3, daily: 3, day },
        { open: 3, daily: 4, day },
      ]),
    ).toEqual([]);
  });

  it('counts hours of the clock, each anew', () => {
    const rules = capped({ open: null, daily: null, hourly: 2 });
    const at = (from: number, given: number) => ({ open: 1, daily: 1, day, hour: { from, given } });
    expect(hits(rules, [at(0, 1), at(0, 2)])).toEqual(['pool hourly', 'agent hourly']);
    expect(hits(rules, [at(0, 2), at(0, 2)])).toEqual([]);
    expect(hits(rules, [at(0, 2), at(3_600_000, 2)])).toEqual(['pool hourly', 'agent hourly']);
  });

  it('lets a daily cap be reached again on the next day', () => {
    const rules = capped({ open: null, daily: 2 });
    const full = { open: 1, daily: 2, day };
    expect(hits(rules, [{ open: 1, daily: 1, day }, full])).toEqual(['pool daily', 'agent daily']);
    expect(hits(rules, [full, full])).toEqual([]);
    expect(hits(rules, [full, { ...full, day: '2026-11-21' }])).toEqual(['pool daily', 'agent daily']);
  });

  it('says nothing where there is no cap', () => {
    expect(hits(capped({ open: null, daily: null }), [null, { open: 9, daily: 9, day }])).toEqual([]);
  });
});
