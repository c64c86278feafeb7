/** Batches decided together see, and write, what they would have seen and written one after the other. */
import { histories, perform, ruleSets } from '@lead-router/testkit/builders/decision-history.ts';
import { World } from '@lead-router/testkit/builders/decision-world.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JointSnapshot, mergeWrites } from './joint-snapshot.ts';
import { levelsOf } from './margin/conversion.ts';
import type { BatchSnapshot, BatchWrites, LockSet } from './routing-model.ts';
import { GRADE_RANK, type RuleSet } from './rule-set.ts';

const worlds = fc.record({
  ruleSet: ruleSets,
  seed: fc.nat(),
  partitions: fc.integer({ min: 1, max: 3 }),
  waitersPerPool: fc.constantFrom(1, 2, 200),
});

function everything(world: World): LockSet {
  return {
    identities: [...world.identities.keys()].sort(),
    leads: [...world.leads.keys()].sort(),
    destinations: [...world.destinations.keys()].sort(),
    pools: [...world.ruleSet.pools.keys()].sort(),
    conversions: allCells(world.ruleSet),
  };
}

function allCells({ destinations }: RuleSet): readonly string[] {
  const keys = [...destinations.keys()].flatMap((destinationId) =>
    Object.keys(GRADE_RANK).flatMap((grade) => levelsOf(`${destinationId}/${grade}/`)),
  );
  return [...new Set(keys)].sort();
}

/** A pool without waiters may be listed or not. */
function comparable(snapshot: BatchSnapshot) {
  return { ...snapshot, waiters: new Map([...snapshot.waiters].filter(([, waiters]) => waiters.length > 0)) };
}

interface Company {
  readonly version: number;
  readonly books: JointSnapshot;
  readonly writes: BatchWrites[];
  readonly start: BatchSnapshot;
}

/** Every so many batches a new transaction begins; what it shows after each batch is held against the world's own books. */
function playTogether(world: World, together: number, check: (company: Company) => void): void {
  let company: Company | null = null;
  const decide = world.decide.bind(world);
  world.decide = (inputs) => {
    if (company === null || company.writes.length === together || company.version !== world.outsideChanges) {
      const start = world.snapshot(everything(world));
      const books = new JointSnapshot(start, { waitersPerPool: world.waitersPerPool });
      company = { version: world.outsideChanges, books, writes: [], start };
    }
    const outcome = decide(inputs);
    company.books.apply(outcome.writes);
    company.writes.push(outcome.writes);
    check(company);
    return outcome;
  };
}

describe('a joint snapshot', () => {
  it('shows each batch what the store would, or says that only the store can', () => {
    let shown = 0;
    let left = 0;
    fc.assert(
      fc.property(worlds, histories, fc.integer({ min: 2, max: 6 }), (options, history, together) => {
        const world = new World(options);
        playTogether(world, together, ({ books }) => {
          for (const locks of [everything(world), { ...everything(world), pools: [...world.pools.keys()].slice(0, 2) }]) {
            const read = books.read(locks);
            if (read === null) left++;
            else {
              shown++;
              expect(comparable(read)).toEqual(comparable(world.snapshot(locks)));
            }
          }
        });
        for (const command of history) perform(world, command);
      }),
      { numRuns: 300 },
    );
    expect([shown > 0, left > 0]).toEqual([true, true]);
  });
});

describe('merged writes', () => {
  it('leave the books as the writes one after the other do', () => {
    fc.assert(
      fc.property(worlds, histories, fc.integer({ min: 1, max: 6 }), (options, history, together) => {
        const world = new World({ ...options, waitersPerPool: 1_000 });
        playTogether(world, together, ({ start, writes }) => {
          const books = new JointSnapshot(start, { waitersPerPool: 1_000 });
          books.apply(mergeWrites(writes));
          const locks = everything(world);
          const read = books.read(locks);
          expect(read && comparable(read)).toEqual(comparable(world.snapshot(locks)));
        });
        for (const command of history) perform(world, command);
      }),
      { numRuns: 150 },
    );
  });
});
