/** Typed names stay recognisable, and differ from the register's often enough to be a test of matching. */
import { expect, test } from 'vitest';
import { companies } from './references.ts';
import { seededRandom } from './seeded-random.ts';
import { typeCompanyName } from './type-company-name.ts';

const typed = companies.flatMap(({ name }, index) =>
  Array.from({ length: 20 }, (_, attempt) => ({ name, typed: typeCompanyName(name, seededRandom(7, index, attempt)) })),
);

test('some type the name as it is, most do not', () => {
  const same = typed.filter((each) => each.name === each.typed).length / typed.length;
  expect(same).toBeGreaterThan(0.2);
  expect(same).toBeLessThan(0.5);
});

test('nobody types nothing, or a letter more than twice the name and a legal form', () => {
  expect(typed.filter((each) => each.typed.trim() === '' || each.typed.length > 2 * each.name.length + 40)).toEqual([]);
});

test('the known names of the classic case appear', () => {
  const names = new Set(Array.from({ length: 2_000 }, (_, attempt) => typeCompanyName('IBM', seededRandom(attempt))));
  expect(names).toContain('IBM');
  expect(names).toContain('International Business Machines');
  expect([...names].some((name) => /Corp/.test(name))).toBe(true);
});
