/** What is learned of a lead is the same in whatever order, and however often, it is told. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadFor, personFor } from '../../../test/support/example-leads.ts';
import type { Qualification } from './lead.ts';
import { eventOf, type LeadData, learn, MOST_EVENTS, type ReportedActivity, remember } from './lead-history.ts';

const NO_ANSWERS: Qualification = { budget: null, authority: 'UNKNOWN', need: null, timeFrame: 'UNKNOWN', productInterest: [] };
const START: LeadData = {
  lead: leadFor({ attributes: { plan: 'basic' } }),
  person: personFor({ email: 'ann@example.com', notes: 'From the vendor.\n\nTwo paragraphs.' }),
  isSealed: false,
  history: [],
};

const report = (known: Partial<ReportedActivity> = {}): ReportedActivity => ({
  eventId: 'e-1',
  activity: 'ANSWERED',
  occurredAt: Date.UTC(2026, 0, 5, 12),
  system: 'crm',
  agentId: 'ann',
  reason: null,
  isHumanResponse: true,
  answers: null,
  attributes: {},
  person: null,
  ...known,
});

const tell = (data: LeadData, reports: readonly ReportedActivity[]): LeadData =>
  reports.reduce((known, one) => ({ ...learn(known, one), history: remember(known.history, eventOf(one)) }), data);

const text = fc.constantFrom('one', 'two', 'three', '');
const reports = fc.uniqueArray(
  fc.record({
    eventId: fc.stringMatching(/^[a-e]{1,2}$/),
    activity: fc.constantFrom('ANSWERED', 'NOTED', 'QUALIFIED', 'ENGAGED', 'CONTACTED'),
    occurredAt: fc.integer({ min: 0, max: 4 }),
    system: fc.constantFrom('crm', 'mail'),
    agentId: fc.option(fc.constantFrom('ann', 'bob')),
    reason: fc.option(text),
    isHumanResponse: fc.boolean(),
    answers: fc.option(
      fc.record({
        budget: fc.option(fc.integer({ min: 0, max: 9 })),
        authority: fc.constantFrom('UNKNOWN', 'DECIDES', 'NONE'),
        need: fc.option(text),
        timeFrame: fc.constantFrom('UNKNOWN', 'WITHIN_3_MONTHS', 'LATER'),
        productInterest: fc.array(text, { maxLength: 2 }),
      }),
    ),
    attributes: fc.dictionary(fc.constantFrom('plan', 'seats'), text, { noNullPrototype: true }),
    person: fc.option(fc.record({ phone: fc.option(text), notes: fc.option(text) }).map((known) => personFor(known))),
  }),
  { selector: ({ eventId }) => eventId, maxLength: 8 },
);

describe('what is learned of a lead', () => {
  it('is the same in any order, with repeats, sealed or not', () => {
    const shuffled = reports.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 }), fc.boolean()),
    );
    fc.assert(
      fc.property(shuffled, ([all, again, isSealed]) => {
        const start = { ...START, isSealed };
        expect(tell(start, again)).toEqual(tell(start, all));
      }),
      { numRuns: 500 },
    );
  });

  it('has each field as of its latest report, and what the vendor said where nobody knows better', () => {
    const early = report({ eventId: 'a', occurredAt: 1, answers: { ...NO_ANSWERS, budget: 5, timeFrame: 'LATER' } });
    const late = report({ eventId: 'b', occurredAt: 2, answers: { ...NO_ANSWERS, budget: 9 }, attributes: { seats: '40' } });
    const { lead, history } = tell(START, [late, early]);
    expect(lead.qualification).toMatchObject({ budget: 9, timeFrame: 'LATER' });
    expect(lead.attributes).toEqual({ plan: 'basic', seats: '40' });
    expect(history.map(({ eventId, learned }) => [eventId, learned])).toEqual([
      ['a', ['answers.budget', 'answers.timeFrame']],
      ['b', ['answers.budget', 'attributes.seats']],
    ]);
  });

  it('keeps notes side by side, in the order of their times, after what the vendor wrote', () => {
    const called = report({ eventId: 'a', activity: 'NOTED', person: personFor({ notes: 'Wants forty.\n\n\nCall on Monday.' }) });
    const before = report({
      eventId: 'b',
      occurredAt: called.occurredAt - 1_000,
      agentId: null,
      person: personFor({ notes: 'No answer.' }),
    });
    expect(tell(START, [called, before]).person?.notes).toBe(
      'From the vendor.\n\nTwo paragraphs.\n\n[2026-01-05T11:59:59.000Z crm] No answer.\n\n[2026-01-05T12:00:00.000Z ann] Wants forty.\nCall on Monday.',
    );
  });

  it('corrects the person, makes one of the first thing that is known, and never opens a sealed one', () => {
    const phone = report({ person: personFor({ phone: '+1 212 555 0100' }) });
    expect(tell(START, [phone]).person).toMatchObject({ email: 'ann@example.com', phone: '+1 212 555 0100' });
    expect(tell({ ...START, person: null }, [phone]).person).toMatchObject({ email: null, phone: '+1 212 555 0100' });
    expect(tell({ ...START, person: null, isSealed: true }, [phone]).person).toBeNull();
  });

  it('holds nothing personal in the history, which keeps the latest', () => {
    const many = Array.from({ length: MOST_EVENTS + 5 }, (_, n) =>
      report({ eventId: `e-${n}`, occurredAt: n, person: personFor({ notes: 'secret', phone: 'secret' }) }),
    );
    const { history, person } = tell(START, many);
    expect(history).toHaveLength(MOST_EVENTS);
    expect(history[0]?.occurredAt).toBe(5);
    expect(JSON.stringify(history)).not.toContain('secret');
    expect(person?.notes?.length).toBeLessThan(20_000);
  });
});
