/** How well agents suit a lead. */
import { buildFacts } from '@lead-router/testkit/builders/test-rule-set.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEST_FIT } from './best-fit.ts';
import { aCandidate, NO_QUESTION, want } from './candidate.test-support.ts';
import { skillKey } from './skills.ts';

const facts = buildFacts({ language: 'es', productInterest: ['routers'] });
const wants = { required: [want('language')], preferred: [want('product', { weight: 3 }), want('industry')] };
const question = { facts, wants };
const skilled = (language: number, product: number) =>
  new Map([
    [skillKey('language', 'es'), language],
    [skillKey('product', 'routers'), product],
  ]);

describe('best-fit', () => {
  it('weighs each skill by its weight, and leaves out what the lead does not say', () => {
    expect(BEST_FIT.score(aCandidate({ agentId: 'ann', skills: skilled(5, 5) }), question)).toBe(1);
    expect(BEST_FIT.score(aCandidate({ agentId: 'bob', skills: skilled(5, 0) }), question)).toBe(0.25);
    expect(BEST_FIT.score(aCandidate({ agentId: 'cid', skills: skilled(0, 4) }), question)).toBe(0.6);
    expect(BEST_FIT.score(aCandidate({ agentId: 'dot' }), question)).toBe(0);
  });

  it('counts effectiveness as a factor, and by itself where nothing is asked for', () => {
    expect(BEST_FIT.score(aCandidate({ agentId: 'ann', skills: skilled(5, 5), effectiveness: 1.2 }), question)).toBe(1.2);
    expect(BEST_FIT.score(aCandidate({ agentId: 'bob', effectiveness: 0.8 }), NO_QUESTION)).toBe(0.8);
    expect(BEST_FIT.score(aCandidate({ agentId: 'cid' }), NO_QUESTION)).toBe(1);
  });

  it('never falls with a better skill', () => {
    const level = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(level, level, level, (language, product, better) => {
        const score = (one: number) => BEST_FIT.score(aCandidate({ agentId: 'ann', skills: skilled(language, one) }), question);
        expect(score(Math.max(product, better))).toBeGreaterThanOrEqual(score(product));
      }),
    );
  });
});
