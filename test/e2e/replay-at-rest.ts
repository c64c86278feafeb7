/** A replay of everything that a run has decided, once its latest batches are published. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReplayReport, type ReplaySource, replayRecords } from '@lead-router/cli/replay/replay-records.ts';

const TRIES = 5;
const BETWEEN_MS = 1_000;

/** Again where the latest batch was not published yet: some timer goes off at any time. */
export async function replayAtRest(source: ReplaySource): Promise<ReplayReport> {
  for (let tries = 1; ; tries++) {
    const report = await replayRecords(source);
    const { events, agrees } = report;
    const isPublished = events !== null && events.decided.same === events.decided.made && events.sla.same === events.sla.made;
    if (!agrees || isPublished || tries === TRIES) return report;
    await sleep(BETWEEN_MS);
  }
}
