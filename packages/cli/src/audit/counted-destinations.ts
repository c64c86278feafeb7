/** Whether a destination's open leads were counted all the time: only while the active rule set has caps for it are they. */
import { hasCaps } from '@lead-router/domain/decide-topology.ts';
import { compilePublished } from '@lead-router/service-kit/open-dependencies.ts';
import { readActivationLog } from '@lead-router/store/activate-rule-set.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { loadRuleSet } from '@lead-router/store/rule-set-store.ts';

const MOST_ACTIVATIONS = 1_000;

/** Compiles each rule set that was ever active, once, at the first question. */
export function isCountedThroughout(pool: PostgresPool): (destinationId: string) => Promise<boolean> {
  let capped: Promise<readonly ReadonlySet<string>[]> | null = null;
  return async (destinationId) => {
    capped ??= cappedByRuleSet(pool);
    return (await capped).every((destinations) => destinations.has(destinationId));
  };
}

async function cappedByRuleSet(pool: PostgresPool): Promise<readonly ReadonlySet<string>[]> {
  const log = await readActivationLog(pool, MOST_ACTIVATIONS);
  const sets: ReadonlySet<string>[] = [];
  for (const version of new Set(log.map((entry) => entry.version))) {
    const document = await loadRuleSet(pool, version);
    if (document === null) continue;
    const { destinations } = compilePublished(document);
    sets.push(new Set([...destinations.values()].filter(({ caps }) => hasCaps(caps)).map(({ destinationId }) => destinationId)));
  }
  return sets;
}
