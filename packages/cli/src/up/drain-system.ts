/** The end of `npm start -- --drain`: waits until nothing is on its way, audits, and sums up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { runAudit } from '../audit/run-audit.ts';
import type { Snapshot } from './pipeline-view.ts';
import type { System } from './system.ts';
import type { Screen } from './terminal-screen.ts';

export interface DrainOptions {
  readonly screen: Screen;
  readonly signal: AbortSignal;
  readonly readSnapshot: () => Promise<Snapshot>;
}

const POLL_MS = 500;
/** Without lag and without a new decision for so many looks, the pipeline is at rest. */
const QUIET_LOOKS = 4;
const MAX_AUDITS = 10;

/** The exit code: 0 only if every lead is accounted for. */
export async function drainSystem(system: System, options: DrainOptions): Promise<number> {
  for (let audits = 1; ; audits++) {
    const snapshot = await awaitRest(options);
    if (options.signal.aborted) return 1;
    const report = await runAudit({
      kafka: system.kafka,
      pool: system.pool,
      schemas: createRegistrySchemas({ registryUrl: system.infrastructure.addresses.schemaRegistryUrl }),
    });
    if (report.inFlight > 0 && audits < MAX_AUDITS) continue;
    options.screen.finish({ snapshot, audit: report });
    return report.balances && report.inFlight === 0 ? 0 : 1;
  }
}

async function awaitRest({ signal, screen, readSnapshot }: DrainOptions): Promise<Snapshot> {
  let quiet = 0;
  let decided = -1;
  for (;;) {
    const snapshot = await readSnapshot();
    screen.show(snapshot);
    const lag = [...snapshot.lag.values()].reduce((sum, value) => sum + value, 0);
    quiet = lag === 0 && snapshot.summary.total === decided ? quiet + 1 : 0;
    decided = snapshot.summary.total;
    if (quiet >= QUIET_LOOKS || signal.aborted) return snapshot;
    await sleep(POLL_MS);
  }
}
