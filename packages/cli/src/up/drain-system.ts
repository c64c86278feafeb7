/** The end of `npm start -- --drain`: waits until nothing is on its way, audits, and sums up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { runAudit } from '../audit/run-audit.ts';
import type { Snapshot } from './pipeline-view.ts';
import type { System } from './system.ts';
import type { Screen } from './terminal-screen.ts';

export interface DrainOptions {
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** null: nothing could be read at the moment. */
  readonly readSnapshot: () => Promise<Snapshot | null>;
}

const POLL_MS = 500;
/** Without lag and without a new decision for so many looks, the pipeline is at rest. */
const QUIET_LOOKS = 4;
/** Accept clocks of the sample's last leads run out again and again for more than a minute: until then audits find decisions on their way. */
const CLOCKS_MS = 180_000;
const STUCK_MS = 60_000;

/** The exit code: 0 only if every lead is accounted for. */
export async function drainSystem(system: System, options: DrainOptions): Promise<number> {
  const until = Date.now() + CLOCKS_MS;
  for (;;) {
    const snapshot = await awaitRest(options);
    if (options.signal.aborted) return 1;
    const report = await runAudit(system);
    if (report.balances && report.inFlight > 0 && Date.now() < until) continue;
    options.screen.finish({ snapshot, audit: report });
    return report.balances && report.inFlight === 0 ? 0 : 1;
  }
}

/** At rest, or without any change for so long that waiting is no use: the audit says what is wrong. */
async function awaitRest({ signal, screen, readSnapshot }: DrainOptions): Promise<Snapshot> {
  let quiet = 0;
  let last = { decided: -1, lag: -1, changedAt: Date.now() };
  for (;;) {
    const snapshot = await readSnapshot();
    if (snapshot !== null) {
      screen.show(snapshot);
      const lag = [...snapshot.lag.values()].reduce((sum, value) => sum + value, 0);
      const decided = snapshot.summary.total;
      quiet = lag === 0 && decided === last.decided ? quiet + 1 : 0;
      if (decided !== last.decided || lag !== last.lag) last = { decided, lag, changedAt: Date.now() };
      if (quiet >= QUIET_LOOKS || signal.aborted || Date.now() - last.changedAt > STUCK_MS) return snapshot;
    }
    await sleep(POLL_MS);
  }
}
