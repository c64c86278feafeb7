/**
 * Does it learn? Regret, the margin that was missed against the best destination for a lead of that kind, falls as outcomes come in: on
 * destinations made up with a known truth, with outcomes late, and on the real contacts of a bank, the channel of the call as destination.
 *
 * What the bank's contacts prove, and what not. Nobody drew lots for the channel in 2008: cellular came into use later, `unknown` was the
 * first summer's. So a rate of a channel is that of the contacts that had it, and whether the same people would have answered otherwise on
 * another channel the file cannot say. The two tests take people of one earlier outcome as exchangeable between channels. Under
 * that assumption the one draws outcomes from the real contacts of the chosen channel, the other lets only those contacts count whose
 * real channel is the one chosen, thinned so that every channel is equally frequent among them (replay, Li et al. 2011). They prove that
 * the learner finds the best of real, rare and near rates from a real stream of leads. They do not prove what a phone is worth.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createRandom, type Random } from '@lead-router/testkit/random.ts';
import { describe, expect, it } from 'vitest';
import type { Grade } from '../lead.ts';
import { mix } from '../ledger.ts';
import { cellOf, levelsOf, NO_OUTCOMES, type OutcomeCounts } from './conversion.ts';
import { costOf, type Economics, worthOf } from './economics.ts';
import { type MarginRequest, rankByMargin } from './rank-by-margin.ts';

const BANK = new URL('../../../../deploy/imports/uci-bank-marketing.csv.gz', import.meta.url);
const SEEDS = [1, 2, 3, 4, 5];

const destination = (destinationId: string, cost: number, changes: Partial<Economics> = {}): MarginRequest['candidates'][number] => {
  const revenue: Economics['revenue'] = { kind: 'VALUE', byGrade: { HOT: 100, HIGH_POTENTIAL: 100, NEED_NURTURING: 100 } };
  const prior = { rate: 0.1, strength: 8 };
  return { destinationId, economics: { revenue, cost, handlingMs: 0, hourCost: 0, minShare: 0, prior, convertsOn: 'WON', ...changes } };
};

/** What the router keeps, and the regret beside it. */
class Learner {
  readonly #counts = new Map<string, OutcomeCounts>();
  readonly #candidates: MarginRequest['candidates'];
  readonly #rateOf: (destinationId: string, grade: Grade) => number;
  readonly #seed: number;
  readonly regrets: number[] = [];

  constructor(options: {
    readonly candidates: MarginRequest['candidates'];
    readonly rateOf: (destinationId: string, grade: Grade) => number;
    readonly seed: number;
  }) {
    this.#candidates = options.candidates;
    this.#rateOf = options.rateOf;
    this.#seed = options.seed;
  }

  choose(grade: Grade, lead: number): string {
    const counts = (key: string): OutcomeCounts => this.#counts.get(key) ?? NO_OUTCOMES;
    const [best] = rankByMargin({ grade, segment: null, candidates: this.#candidates, counts, seed: mix(this.#seed ^ mix(lead)) });
    return best?.destinationId ?? '';
  }

  book(destinationId: string, grade: Grade): void {
    const margins = this.#candidates.map((one) => this.marginOf(one.destinationId, grade));
    this.regrets.push(Math.max(...margins) - this.marginOf(destinationId, grade));
  }

  learn(destinationId: string, grade: Grade, isConversion: boolean): void {
    for (const key of levelsOf(cellOf({ destinationId, grade, segment: null }))) {
      const { outcomes, conversions } = this.#counts.get(key) ?? NO_OUTCOMES;
      this.#counts.set(key, { outcomes: outcomes + 1, conversions: conversions + Number(isConversion) });
    }
  }

  marginOf(destinationId: string, grade: Grade): number {
    const candidate = this.#candidates.find((one) => one.destinationId === destinationId);
    if (candidate === undefined) throw new Error(`${destinationId} is no candidate`);
    return this.#rateOf(destinationId, grade) * worthOf(candidate.economics, grade) - costOf(candidate.economics);
  }
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Over all seeds, in equal parts of each run. */
const inParts = (runs: readonly (readonly number[])[], parts: number): readonly number[] =>
  Array.from({ length: parts }, (_, part) =>
    average(runs.flatMap((run) => run.slice(Math.floor((part * run.length) / parts), Math.floor(((part + 1) * run.length) / parts)))),
  );

describe('regret on destinations of known truth', () => {
  const GRADES: readonly Grade[] = ['HOT', 'HIGH_POTENTIAL', 'NEED_NURTURING'];
  const RATES: Readonly<Record<string, readonly number[]>> = {
    field: [0.5, 0.2, 0.05],
    call: [0.3, 0.22, 0.1],
    web: [0.08, 0.07, 0.09],
  };
  const candidates = [destination('field', 15), destination('call', 6), destination('web', 0)];
  const rateOf = (destinationId: string, grade: Grade): number => RATES[destinationId]?.[GRADES.indexOf(grade)] ?? 0;

  const run = (seed: number, delay: number, between = candidates): Learner => {
    const random = createRandom(seed);
    const learner = new Learner({ candidates: between, rateOf, seed });
    const late: (() => void)[] = [];
    for (let lead = 0; lead < 12_000; lead++) {
      const grade = random.pick(GRADES);
      const chosen = learner.choose(grade, lead);
      learner.book(chosen, grade);
      const converts = random.chance(rateOf(chosen, grade));
      late.push(() => learner.learn(chosen, grade, converts));
      if (late.length > delay) late.shift()?.();
    }
    return learner;
  };

  it.each([0, 1_000])('falls to a tenth of what it was with outcomes %d leads late', (delay) => {
    const parts = inParts(
      SEEDS.map((seed) => run(seed, delay).regrets),
      12,
    );
    expect(parts.at(-1)).toBeLessThan((parts[0] ?? 0) / 10);
  });

  it('leaves the best fixed choice behind, since each kind of lead has a best of its own', () => {
    const learner = run(7, 0);
    const fixed = candidates.map(({ destinationId }) => average(GRADES.map((grade) => learner.marginOf(destinationId, grade))));
    const best = average(GRADES.map((grade) => Math.max(...candidates.map((one) => learner.marginOf(one.destinationId, grade)))));
    expect(average(learner.regrets)).toBeLessThan(best - Math.max(...fixed));
  });

  it('stays where a strong and wrong belief holds it, and a least share frees it', () => {
    // Expected 0.1, worth 20 outcomes: that 0.5 is true is then as good as impossible, so it is not tried.
    const sure = { prior: { rate: 0.1, strength: 20 } };
    const between = (minShare: number) => [
      destination('field', 15, { ...sure, minShare }),
      destination('call', 6, { ...sure, minShare }),
      destination('web', 0, sure),
    ];
    const last = (minShare: number): number => average(SEEDS.map((seed) => average(run(seed, 0, between(minShare)).regrets.slice(-3_000))));
    expect(last(0)).toBeGreaterThan(3);
    // What is left is the price of the shares themselves.
    expect(last(0.02)).toBeLessThan(1);
  });

  it('grows with the logarithm of the leads, not with their number', () => {
    const total = (leads: number): number =>
      average(
        SEEDS.map((seed) =>
          run(seed, 0)
            .regrets.slice(0, leads)
            .reduce((sum, one) => sum + one, 0),
        ),
      );
    const [early, late] = [total(3_000), total(12_000)];
    // Four times the leads: linear would be 4, a root 2.
    expect(late / early).toBeLessThan(2);
  });
});

interface Contact {
  readonly channel: string;
  readonly grade: Grade;
  readonly isConversion: boolean;
}

const GRADE_OF_EARLIER: Readonly<Record<string, Grade>> = { success: 'HOT', failure: 'HIGH_POTENTIAL', other: 'HIGH_POTENTIAL' };

describe("regret on a bank's real contacts", () => {
  const contacts = readContacts();
  const cells = new Map<string, Contact[]>();
  for (const contact of contacts) {
    const ofCell = cells.get(keyOf(contact));
    if (ofCell === undefined) cells.set(keyOf(contact), [contact]);
    else ofCell.push(contact);
  }
  const contactsOf = (channel: string, grade: Grade): readonly Contact[] => cells.get(keyOf({ channel, grade })) ?? [];
  const rates = new Map([...cells].map(([key, ofCell]) => [key, average(ofCell.map(({ isConversion }) => Number(isConversion)))]));
  const rateOf = (channel: string, grade: Grade): number => rates.get(keyOf({ channel, grade })) ?? 0;
  const candidates = [destination('cellular', 6), destination('telephone', 8), destination('unknown', 1)];

  it('reads what the file is known to hold', () => {
    expect(contacts.length).toBe(45_212);
    expect(contacts.filter(({ isConversion }) => isConversion).length).toBeGreaterThanOrEqual(5_289);
    expect(rateOf('cellular', 'NEED_NURTURING')).toBeCloseTo(0.12, 2);
    expect(rateOf('unknown', 'NEED_NURTURING')).toBeCloseTo(0.04, 2);
  });

  it('falls when outcomes are drawn from the real contacts of the chosen channel', () => {
    const runs = SEEDS.map((seed) => {
      const random = createRandom(seed);
      const learner = new Learner({ candidates, rateOf, seed });
      // Shuffled: in the order of the file the people called before come late, and a mix that changes would pass for learning.
      for (const [lead, { grade }] of random.shuffle(contacts).entries()) {
        const chosen = learner.choose(grade, lead);
        learner.book(chosen, grade);
        learner.learn(chosen, grade, random.pick(contactsOf(chosen, grade)).isConversion);
      }
      return learner;
    });
    const parts = inParts(
      runs.map(({ regrets }) => regrets),
      10,
    );
    expect(parts.at(-1)).toBeLessThan((parts[0] ?? 0) / 4);
    // Against the best channel for all: the whole run, its learning included, misses less than half of what the next best would.
    const [learner] = runs;
    const averages = candidates.map(({ destinationId }) =>
      average(contacts.map(({ grade }) => learner?.marginOf(destinationId, grade) ?? 0)),
    );
    const [best = 0, next = 0] = averages.toSorted((a, b) => b - a);
    expect(average(parts)).toBeLessThan((best - next) / 2);
  });

  it('falls when only those contacts count whose real channel was chosen', () => {
    const runs = SEEDS.map((seed) => {
      const random = createRandom(seed);
      const learner = new Learner({ candidates, rateOf, seed });
      for (const [lead, { channel, grade, isConversion }] of thinned(contacts, random).entries()) {
        if (learner.choose(grade, lead) !== channel) continue;
        learner.book(channel, grade);
        learner.learn(channel, grade, isConversion);
      }
      return learner.regrets;
    });
    for (const run of runs) expect(run.length).toBeGreaterThan(1_500);
    const parts = inParts(runs, 4);
    expect(parts.at(-1)).toBeLessThan((parts[0] ?? 0) * 0.6);
  });
});

/** Of each kind of lead as many contacts of every channel, in random order: as if lots had been drawn for the channel. */
function thinned(contacts: readonly Contact[], random: Random): readonly Contact[] {
  const channels = [...new Set(contacts.map(({ channel }) => channel))];
  const grades = [...new Set(contacts.map(({ grade }) => grade))];
  const kept = grades.flatMap((grade) => {
    const byChannel = channels.map((channel) => random.shuffle(contacts.filter((one) => one.channel === channel && one.grade === grade)));
    const least = Math.min(...byChannel.map((ofChannel) => ofChannel.length));
    return byChannel.flatMap((ofChannel) => ofChannel.slice(0, least));
  });
  return random.shuffle(kept);
}

function keyOf({ channel, grade }: Pick<Contact, 'channel' | 'grade'>): string {
  return `${channel}/${grade}`;
}

/** In the order of the file, which is that of the calls. */
function readContacts(): readonly Contact[] {
  const [head = '', ...lines] = gunzipSync(readFileSync(BANK)).toString('utf8').trim().split(/\r?\n/);
  const columns = head.split(',');
  const [channelAt, earlierAt, outcomeAt] = ['contact', 'poutcome', 'y'].map((name) => columns.indexOf(name));
  return lines.map((line) => {
    const cells = line.split(',');
    const cell = (at: number | undefined): string => cells[at ?? -1] ?? '';
    return {
      channel: cell(channelAt),
      grade: GRADE_OF_EARLIER[cell(earlierAt)] ?? 'NEED_NURTURING',
      isConversion: cell(outcomeAt) === 'yes',
    };
  });
}
