import type { Clock } from '@lead-router/stream/clock.ts';
import { createHealth } from '@lead-router/telemetry/health.ts';
import { createMetrics } from '@lead-router/telemetry/metrics.ts';
import { expect, it } from 'vitest';
import { watchDependencies } from './watch-dependencies.ts';

it('says that a dependency is away, and that it is back, without any request', async () => {
  const health = createHealth();
  health.started();
  const stopping = new AbortController();
  const seen: boolean[] = [];
  const clock: Clock = {
    now: () => 0,
    sleep: async () => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(health.report().ready);
      if (seen.length === 3) stopping.abort();
    },
  };
  let asked = 0;
  const postgres = async (): Promise<void> => {
    asked += 1;
    if (asked === 2) throw new Error('away');
  };
  const metrics = createMetrics('gateway');
  metrics.follow(health);
  await watchDependencies({ probes: { postgres }, health, clock, signal: stopping.signal });
  expect(seen).toEqual([true, false, true]);
  expect((await metrics.render()).body).toMatch(/dependency_up\{dependency="postgres",service="gateway"\} 1/);
});
