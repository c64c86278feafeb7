/** A database for all tests of a file, emptied before each, with the three partitions of the router's inbox. */
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { ensurePartitions } from './partitions.ts';

const PARTITIONS = 3;

/** Call within a `describe`, or at the top of the file; what it returns is there once the tests run. */
export function usePartitionedDatabase(): () => TestPool {
  let opened: TestPool;
  beforeAll(async () => {
    opened = await openTestPool();
  });
  beforeEach(async () => {
    await opened.reset();
    await ensurePartitions(opened.pool, PARTITIONS);
  });
  afterAll(() => opened.close());
  return () => opened;
}
