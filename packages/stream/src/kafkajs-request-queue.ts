/**
 * Keeps idle connections asleep. After its first answer every connection of kafkajs looks for requests that wait, once a millisecond, for as
 * long as it lives, whether any wait or not (a time-out of less than nothing, hence Node's TimeoutNegativeWarning): three in a hundred of a core for
 * each process that does nothing at all, and a part of every turn of one that works. Here it looks only while something waits.
 * Version 2.2.4 is pinned; a test counts the timers.
 */

import { createRequire } from 'node:module';

const path = 'kafkajs/src/network/requestQueue/index.js';

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

let isInstalled = false;

/** Once a process; before the first connection. */
export const installQuietRequestQueue = (): void => {
  if (isInstalled) return;
  isInstalled = true;
  const { prototype }: { readonly prototype: RequestQueue } = createRequire(import.meta.url)(path);
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) schedule.call(this);
  };
};
