// Process ids are used again. A pid together with its start time names one process for good, which is what makes it
// safe to believe a pid that an earlier run, perhaps killed, left in a file.

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** `<pid>` alone where the system does not tell the start time by file (only Linux does). */
export function processIdentity(pid: number): string {
  const startedAt = startTime(pid);
  return startedAt === undefined ? String(pid) : `${pid} ${startedAt}`;
}

export function isIdentityAlive(identity: string): boolean {
  const [pidText = '', startedAt] = identity.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isInteger(pid) || pid <= 0 || !isPidAlive(pid)) return false;
  return startedAt === undefined || startedAt === startTime(pid);
}

/** False when it is still alive after `timeoutMs`. */
export async function waitUntilGone(identity: string, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (isIdentityAlive(identity)) {
    if (performance.now() > deadline) return false;
    await sleep(50);
  }
  return true;
}

function isPidAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Boot and clock ticks since then; undefined for a process that is gone, a zombie, or on a system without /proc. */
function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything, so count from behind it: state is field 3, start time field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[19] === undefined) return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${fields[19]}`;
  } catch {
    return undefined;
  }
}
