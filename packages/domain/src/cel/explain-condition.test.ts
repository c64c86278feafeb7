/** The words in which a rule says why it did or did not match. */
import { describe, expect, it } from 'vitest';
import { factsFor } from '../../../../test/support/example-leads.ts';
import type { Facts } from '../facts.ts';
import { createCelEnvironment } from './cel-environment.ts';
import { compileCondition } from './compile-condition.ts';
import { explainCondition } from './explain-condition.ts';

const environment = createCelEnvironment(new Map());

describe('explainCondition', () => {
  it.each<[string, Partial<Facts>, string]>([
    ['lead.country == "DE"', { country: 'DE' }, 'country is "DE"'],
    ['lead.country == "DE"', { country: 'US' }, 'country is "US", not "DE"'],
    ['lead.country == "DE"', {}, 'country is not known'],
    ['lead.country != "DE"', { country: 'DE' }, 'country is "DE", which is excluded'],
    ['lead.score >= 60', { score: 45 }, 'score is 45, not at least 60'],
    ['lead.score >= 60', { score: 61 }, 'score is 61 (at least 60)'],
    [
      'lead.employeeCount < 10 && lead.country == "DE"',
      { employeeCount: 5, country: 'DE' },
      'employee count is 5 (below 10), and country is "DE"',
    ],
    ['lead.score >= 60 && lead.country == "DE"', { score: 70, country: 'US' }, 'country is "US", not "DE"'],
    ['has(lead.country) && lead.budget > 5.0', { country: 'US' }, 'budget is not known'],
    ['lead.grade in ["HOT", "HIGH_POTENTIAL"]', { grade: 'LOW_POTENTIAL' }, 'grade is "LOW_POTENTIAL", none of "HOT", "HIGH_POTENTIAL"'],
    ['lead.grade in ["HOT"]', { grade: 'HOT' }, 'grade is "HOT"'],
    ['"demo" in lead.topics', { topics: ['pricing'] }, 'topics: "pricing"; without "demo"'],
    ['"demo" in lead.topics', { topics: [] }, 'topics: none; without "demo"'],
    ['"demo" in lead.topics', { topics: ['demo'] }, 'topics have "demo"'],
    ['lead.country == "DE" || lead.score > 5', { country: 'US', score: 1 }, 'none of: country is "US", not "DE"; score is 1, not above 5'],
    ['lead.country == "DE" || lead.score > 5', { country: 'US', score: 6 }, 'score is 6 (above 5)'],
    ['lead.isQualified', {}, 'is qualified: no'],
    ['!lead.isQualified', {}, 'is qualified: no'],
    ['lead.consentEmail', {}, 'consent email is not known'],
    ['lead.attributes.plan == "pro"', { attributes: { plan: 'free' } }, 'attribute plan is "free", not "pro"'],
    ['lead.attributes.plan == "pro"', {}, 'attribute plan is not known'],
    ['lead.city.startsWith("New")', { city: 'Old York' }, 'lead.city.startsWith("New") is not true: city is "Old York"'],
    ['lead.city.startsWith("New")', {}, 'city is not known, needed for lead.city.startsWith("New")'],
    ['true', {}, 'true is true'],
  ])('%s over %o: %s', (source, known, words) => {
    expect(explainCondition(compileCondition(source, environment), factsFor(known))).toBe(words);
  });
});
