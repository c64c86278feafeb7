import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { activateRuleSet, readActivationLog } from './activate-rule-set.ts';
import { activeRuleSetVersion, listRuleSets, loadRuleSet, newestRuleSetVersion, publishRuleSet } from './rule-set-store.ts';
import { createRuleSetReader, leaveInstances, listLiveInstances, reportInstance } from './service-instances.ts';

const aRuleSet = (digest: string) => ({
  name: 'sample',
  digest,
  source: 'rules: []',
  tables: new Map([['zips', 'zip,territory\n10001,east\n']]),
  publishedBy: 'ann',
});
const WEST_TIMER = '00000000-0000-4000-8000-00000000000a';
const activation = { by: 'ann', reason: null, timeoutMs: 2_000, poolTimerId: () => WEST_TIMER };
const instance = (instanceId: string) => ({ instanceId, service: 'router', address: null });

describe('rule sets', () => {
  let test: TestPool;
  beforeAll(async () => {
    test = await openTestPool();
  });
  beforeEach(async () => {
    await test.reset();
  });
  afterAll(() => test.close());

  it('are published once each, and come back as they were', async () => {
    const { pool } = test;
    expect([await newestRuleSetVersion(pool), await activeRuleSetVersion(pool)]).toEqual([null, null]);
    expect(await publishRuleSet(pool, aRuleSet('a'))).toEqual({ version: 1, isNew: true });
    expect(await publishRuleSet(pool, aRuleSet('a'))).toEqual({ version: 1, isNew: false });
    expect(await publishRuleSet(pool, aRuleSet('b'))).toEqual({ version: 2, isNew: true });
    // Back to what there was before is a version of its own: versions only go up.
    expect(await publishRuleSet(pool, aRuleSet('a'))).toEqual({ version: 3, isNew: true });
    expect(await loadRuleSet(pool, 2)).toMatchObject({ ...aRuleSet('b'), version: 2 });
    expect(await loadRuleSet(pool, 9)).toBeNull();
    expect(await newestRuleSetVersion(pool)).toBe(3);
  });

  it('get numbers of their own when published at once', async () => {
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((digest) => publishRuleSet(test.pool, aRuleSet(digest))));
    expect(answers.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4]);
  });

  it('become active, and an older one again, with who did it and why', async () => {
    const { pool } = test;
    await publishRuleSet(pool, aRuleSet('a'));
    await publishRuleSet(pool, aRuleSet('b'));
    expect(await activateRuleSet(pool, { ...activation, version: 1 })).toEqual({ ok: true, version: 1, previousVersion: null });
    expect(await activateRuleSet(pool, { ...activation, version: 2 })).toEqual({ ok: true, version: 2, previousVersion: 1 });
    expect(await activateRuleSet(pool, { ...activation, version: 1, by: 'bob', reason: 'too many hot leads' })).toMatchObject({ ok: true });
    await activateRuleSet(pool, { ...activation, version: 1 });
    expect(await activeRuleSetVersion(pool)).toBe(1);
    expect((await listRuleSets(pool)).map(({ version, isActive }) => [version, isActive])).toEqual([
      [2, false],
      [1, true],
    ]);
    expect(await readActivationLog(pool, 10)).toMatchObject([
      { version: 1, previousVersion: 2, activatedBy: 'bob', reason: 'too many hot leads' },
      { version: 2, previousVersion: 1 },
      { version: 1, previousVersion: null },
    ]);
  });

  it('are not activated when they do not exist', async () => {
    expect(await activateRuleSet(test.pool, { ...activation, version: 7 })).toMatchObject({
      ok: false,
      failure: { kind: 'UNKNOWN_VERSION' },
    });
  });

  it('wait for every live instance to have compiled them, and name those that lag', async () => {
    const { pool } = test;
    await publishRuleSet(pool, aRuleSet('a'));
    await publishRuleSet(pool, aRuleSet('b'));
    await reportInstance(pool, instance('router-1'), 2);
    await reportInstance(pool, instance('router-2'), 1);
    const late = await activateRuleSet(pool, { ...activation, version: 2, timeoutMs: 150 });
    expect(late).toMatchObject({
      ok: false,
      failure: { kind: 'INSTANCES_LAG', lagging: [{ instanceId: 'router-2', compiledVersion: 1 }] },
    });
    expect(late).toHaveProperty('message', expect.stringContaining('router router-2 (has 1)'));
    expect(await activeRuleSetVersion(pool)).toBeNull();

    let waited = 0;
    const onWaiting = () => {
      waited += 1;
      if (waited === 1) void createRuleSetReader(pool, instance('router-2')).reportCompiled(2);
    };
    expect(await activateRuleSet(pool, { ...activation, version: 2, onWaiting })).toMatchObject({ ok: true });
    expect(waited).toBeGreaterThan(0);
  });

  it('do not wait for an instance that has left or was not heard of', async () => {
    const { pool } = test;
    await publishRuleSet(pool, aRuleSet('a'));
    await reportInstance(pool, instance('left'), 0);
    await leaveInstances(pool, 'left');
    await reportInstance(pool, instance('silent'), 0);
    expect(await activateRuleSet(pool, { ...activation, version: 1, timeoutMs: 0, liveMs: 0 })).toMatchObject({ ok: true });
  });

  it('are never reported as forgotten: what an instance has compiled does not go back', async () => {
    const { pool } = test;
    await reportInstance(pool, instance('router-1'), 3);
    await reportInstance(pool, instance('router-1'), 2);
    expect(await listLiveInstances(pool)).toMatchObject([{ instanceId: 'router-1', service: 'router', compiledVersion: 3 }]);
  });
});
