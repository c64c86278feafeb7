import { describe, expect, it } from 'vitest';
import { postgresSettings } from './postgres-settings.ts';

const GIBIBYTE = 2 ** 30;
const buffers = (memoryBytes: number, memory = false): string | undefined =>
  postgresSettings({ memory, memoryBytes }).find((setting) => setting.startsWith('shared_buffers='));

describe('the buffers of Postgres', () => {
  it.each([
    [1, 256],
    [8, 1024],
    [12, 1536],
    [64, 2048],
  ])('of a machine with %d GiB are %d MB', (gibibytes, mebibytes) => {
    expect(buffers(gibibytes * GIBIBYTE)).toBe(`shared_buffers=${mebibytes}MB`);
  });

  it('are small where the data is thrown away, however large the machine', () => {
    expect(buffers(64 * GIBIBYTE, true)).toBe('shared_buffers=256MB');
  });
});

it('forces what is kept to disk', () => {
  const settings = postgresSettings({ memory: false });
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) expect(settings).toContain(`${name}=on`);
});
