/** The migrations of a release, without a database: what `migrate` would refuse is not merged. */
import { expect, it } from 'vitest';
import { readMigrations } from './migrate.ts';

it('are numbered from 1 without a gap, and none is empty', async () => {
  const all = await readMigrations();
  expect(all.map(({ version }) => version)).toEqual(all.map((_migration, index) => index + 1));
  expect(all.filter(({ sql }) => sql.trim() === '')).toEqual([]);
});
